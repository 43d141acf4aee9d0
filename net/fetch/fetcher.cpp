#include "net/fetch/fetcher.hpp"

#include <signal.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <stdexcept>
#include <utility>

#include "net/fetch/curl.hpp"
#include "net/fetch/transfer.hpp"

namespace mintage::net {
namespace {

using service::fetch_failure;

/// How long the thread sleeps at most; it is woken for new orders.
constexpr auto longest_sleep_ms = 1000;

/// libcurl's global state lives as long as the process.
void prepare_libcurl() {
  static const auto result = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (result != CURLE_OK) throw std::runtime_error{"libcurl cannot be used"};
}

/// OpenSSL writes to sockets with write(2).
void block_sigpipe() {
  auto pipe = sigset_t{};
  sigemptyset(&pipe);
  sigaddset(&pipe, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
}

service::fetch_outcome failed(fetch_failure why) {
  return service::fetch_outcome{tl::unexpect, why};
}

}  // namespace

struct fetcher::multi {
  curl_multi_ptr handle;
};

fetcher::fetcher(fetch_options o)
    : multi_{std::make_unique<multi>()},
      most_queued_{o.queue},
      options_{std::move(o)},
      budget_{options_.per_host_per_minute} {
  prepare_libcurl();
  multi_->handle.reset(curl_multi_init());
  if (multi_->handle == nullptr) throw std::runtime_error{"libcurl cannot be used"};
  thread_ = std::thread{[this] { run(); }};
}

fetcher::~fetcher() {
  stop();
}

void fetcher::get(std::string url, std::string etag, handler done) {
  take({std::move(url), {std::move(etag)}, std::move(done)});
}

void fetcher::post(std::string url, std::string form, handler done) {
  take({std::move(url), {{}, std::move(form)}, std::move(done)});
}

void fetcher::change(fetch_options o) {
  const auto guard = std::scoped_lock{mutex_};
  most_queued_ = o.queue;
  fresh_ = std::move(o);
  if (!is_stopped_) curl_multi_wakeup(multi_->handle.get());
}

void fetcher::take(order o) {
  auto why = fetch_failure::stopped;
  {
    const auto guard = std::scoped_lock{mutex_};
    if (!is_stopped_ && queued_ < most_queued_) {
      ++queued_;
      orders_.push_back(std::move(o));
      curl_multi_wakeup(multi_->handle.get());
      return;
    }
    if (!is_stopped_) why = fetch_failure::no_room;
  }
  tell(o.done, failed(why));
}

void fetcher::stop() {
  {
    const auto guard = std::scoped_lock{mutex_};
    is_stopped_ = true;
    curl_multi_wakeup(multi_->handle.get());
  }
  const auto guard = std::scoped_lock{joining_};
  if (thread_.joinable()) thread_.join();
}

void fetcher::run() {
  block_sigpipe();
  auto* const all = multi_->handle.get();
  while (take_orders()) {
    start_waiting();
    auto running = 0;
    curl_multi_perform(all, &running);
    // What is done makes room for what waits.
    if (conclude_done() == 0) curl_multi_poll(all, nullptr, 0, longest_sleep_ms, nullptr);
  }
  conclude_all();
}

/// @returns false when the fetcher is stopped.
bool fetcher::take_orders() {
  auto fresh = std::deque<order>{};
  auto changed = std::optional<fetch_options>{};
  {
    const auto guard = std::scoped_lock{mutex_};
    if (is_stopped_) return false;
    fresh.swap(orders_);
    changed.swap(fresh_);
  }
  if (changed) {
    options_ = *std::move(changed);
    budget_.set_per_minute(options_.per_host_per_minute);
  }
  for (auto& o : fresh) admit(std::move(o));
  return true;
}

void fetcher::admit(order o) {
  auto url = fetch_url::read(o.url, options_);
  auto why = url ? std::optional<fetch_failure>{} : url.error();
  if (!why && !budget_.take(url->host, std::chrono::steady_clock::now()))
    why = fetch_failure::limited;
  if (why) {
    leave_queue(1);
    return tell(o.done, failed(*why));
  }
  waiting_.push_back(std::make_unique<transfer>(std::move(*url), std::move(o.request),
                                                std::move(o.done), options_));
}

/// Starts as many as may be in flight, in their order, except that a host that has enough of them
/// does not hold up others.
void fetcher::start_waiting() {
  auto still = std::deque<std::unique_ptr<transfer>>{};
  auto begun = std::size_t{0};
  for (auto& t : waiting_) {
    auto& of_host = active_of_host_[t->host()];
    if (active_.size() >= options_.in_flight || of_host >= most_per_host) {
      if (of_host == 0) active_of_host_.erase(t->host());
      still.push_back(std::move(t));
      continue;
    }
    ++begun;
    ++of_host;
    active_.push_back(std::move(t));
    begin_last();
  }
  waiting_.swap(still);
  if (begun != 0) leave_queue(begun);
  note_sizes();
}

/// Gives the last of the active ones to libcurl.
void fetcher::begin_last() {
  auto* const easy = active_.back()->start();
  if (easy != nullptr && curl_multi_add_handle(multi_->handle.get(), easy) == CURLM_OK) return;
  conclude(active_.size() - 1, failed(fetch_failure::unreachable));
}

/// @returns how many are done.
std::size_t fetcher::conclude_done() {
  auto* const all = multi_->handle.get();
  auto count = std::size_t{0};
  auto left = 0;
  while (const auto* const message = curl_multi_info_read(all, &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    auto& t = transfer::of(message->easy_handle);
    auto outcome = t.outcome(message->data.result);
    curl_multi_remove_handle(all, t.get());  // `message` is gone
    const auto at =
        std::find_if(active_.begin(), active_.end(), [&](const auto& a) { return a.get() == &t; });
    conclude(static_cast<std::size_t>(at - active_.begin()), std::move(outcome));
    ++count;
  }
  if (count != 0) note_sizes();
  return count;
}

/// Takes one out of the active ones and tells its caller.
void fetcher::conclude(std::size_t active, service::fetch_outcome outcome) {
  std::swap(active_[active], active_.back());
  const auto t = std::move(active_.back());
  active_.pop_back();
  const auto of_host = active_of_host_.find(t->host());
  if (--of_host->second == 0) active_of_host_.erase(of_host);
  const auto took = std::chrono::steady_clock::now() - t->started();
  meters_.fetch_ns.add(static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::nanoseconds>(took).count()));
  tell(t->done(), std::move(outcome));
}

void fetcher::conclude_all() {
  for (const auto& t : active_) {
    curl_multi_remove_handle(multi_->handle.get(), t->get());
    tell(t->done(), failed(fetch_failure::stopped));
  }
  for (const auto& t : waiting_) tell(t->done(), failed(fetch_failure::stopped));
  active_.clear();
  waiting_.clear();
  active_of_host_.clear();
  note_sizes();
  auto orders = std::deque<order>{};
  {
    const auto guard = std::scoped_lock{mutex_};
    orders.swap(orders_);
  }
  for (const auto& o : orders) tell(o.done, failed(fetch_failure::stopped));
}

void fetcher::tell(const handler& done, service::fetch_outcome outcome) {
  meters_.note(outcome);
  done(std::move(outcome));
}

void fetcher::leave_queue(std::size_t count) {
  const auto guard = std::scoped_lock{mutex_};
  queued_ -= count;
}

void fetcher::note_sizes() {
  meters_.waiting.set(waiting_.size());
  meters_.in_flight.set(active_.size());
}

}  // namespace mintage::net
