#include "storage/postgres/loop.hpp"

#include <poll.h>
#include <pthread.h>

#include <algorithm>
#include <string>
#include <utility>

namespace mintage::storage::postgres {

loop::loop(connector& dialler, const postgres_options& o, unsigned max_failures, std::size_t shard,
           const teller& tell)
    : dialler_{dialler},
      options_{o},
      tell_{tell},
      meters_{std::to_string(shard)},
      facts_{.max_failures = max_failures},
      now_{std::chrono::steady_clock::now()},
      seeking_since_{now_},
      mail_{std::make_shared<loop_mailbox>()} {
  thread_ = std::jthread{[this](const std::stop_token& stop) { run(stop); }};
}

loop::~loop() {
  thread_.request_stop();
  mail_->wake();
  thread_.join();
}

void loop::submit(std::vector<operation_ptr> some) {
  mail_->put(std::move(some));
}

void loop::run(const std::stop_token& stop) {
  ::pthread_setname_np(::pthread_self(), "mintage-store");
  while (!stop.stop_requested()) {
    now_ = std::chrono::steady_clock::now();
    take_links();
    take_inbox();
    drop_broken();
    ask_for_links();
    send_reads();
    send_writes();
    expire();
    note_state();
    wait(next_event());
  }
}

void loop::wait(steady_time until) {
  auto polled = std::vector<pollfd>{{mail_->descriptor(), POLLIN, 0}};
  for (const auto& l : links_) polled.push_back({l->descriptor(), l->events(), 0});
  const auto left = std::max(until - std::chrono::steady_clock::now(), steady_time::duration{0});
  const auto seconds = std::chrono::floor<std::chrono::seconds>(left);
  const auto time = timespec{seconds.count(), (left - seconds).count()};
  if (::ppoll(polled.data(), polled.size(), &time, nullptr) <= 0) return;
  now_ = std::chrono::steady_clock::now();
  if (polled[0].revents != 0) mail_->quiet();
  for (auto i = std::size_t{0}; i < links_.size(); ++i) {
    if (polled[i + 1].revents == 0) continue;
    const auto timeline = links_[i]->timeline();
    for (auto& f : links_[i]->advance(polled[i + 1].revents)) land(std::move(f), timeline);
  }
}

}  // namespace mintage::storage::postgres
