#include "storage/postgres/connector.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "storage/postgres/primary_check.hpp"
#include "storage/postgres/session.hpp"

namespace mintage::storage::postgres {
namespace {

using namespace std::chrono_literals;

constexpr auto pause = 200ms;
/// A search that takes longer is told to the operator.
constexpr auto patience = 2s;

}  // namespace

bool cluster_identity::fits(std::size_t shard, const id& cluster) {
  const auto guard = std::scoped_lock{mutex_};
  if (!id_ && shard == 0) id_ = cluster;
  return id_ == cluster;
}

std::optional<cluster_identity::id> cluster_identity::known() const {
  const auto guard = std::scoped_lock{mutex_};
  return id_;
}

struct connector::host {
  explicit host(host_address a)
      : address{std::move(a)}, wake{::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)} {}
  ~host() { ::close(wake); }
  host(const host&) = delete;
  host& operator=(const host&) = delete;

  void alarm() const noexcept {
    const auto one = std::uint64_t{1};
    static_cast<void>(::write(wake, &one, sizeof one));
  }
  void calm() const noexcept {
    auto count = std::uint64_t{0};
    static_cast<void>(::read(wake, &count, sizeof count));
  }

  const host_address address;
  /// Readable when a wait may be in vain: the connector ends, or a higher timeline was seen.
  const int wake;
  std::string error;      // guarded by connector::mutex_
  steady_time dial_at{};  // of its thread alone
  std::jthread thread{};
};

connector::connector(shard_address address, requirements needs, teller tell)
    : needs_{std::move(needs)}, tell_{std::move(tell)} {
  for (auto& a : address.hosts) hosts_.push_back(std::make_unique<host>(std::move(a)));
  for (auto& h : hosts_) {
    h->thread = std::jthread{[this, &h = *h](const std::stop_token& stop) { run(h, stop); }};
  }
}

connector::~connector() {
  for (auto& h : hosts_) {
    h->thread.request_stop();
    h->alarm();
  }
  for (auto& h : hosts_) h->thread.join();
}

void connector::want(std::function<void(checked_connection)> to) {
  static_cast<void>(add(std::move(to)));
}

std::uint64_t connector::add(wish to) {
  auto number = std::uint64_t{0};
  {
    const auto guard = std::scoped_lock{mutex_};
    if (wishes_.empty()) {
      searching_since_ = std::chrono::steady_clock::now();
      has_complained_ = false;
    }
    number = ++last_wish_;
    wishes_.emplace(number, std::move(to));
  }
  changed_.notify_all();
  return number;
}

std::optional<checked_connection> connector::take(steady_time deadline) {
  struct meeting {
    std::mutex mutex;
    std::condition_variable done;
    std::optional<checked_connection> got;
  };
  const auto m = std::make_shared<meeting>();
  const auto number = add([m](checked_connection c) {
    const auto guard = std::scoped_lock{m->mutex};
    m->got = std::move(c);
    m->done.notify_all();
  });
  auto lock = std::unique_lock{m->mutex};
  const auto is_met = [&] { return m->got.has_value(); };
  if (!m->done.wait_until(lock, deadline, is_met)) {
    lock.unlock();
    if (withdraw(number)) return std::nullopt;
    lock.lock();
    m->done.wait(lock, is_met);  // it is being delivered
  }
  return std::exchange(m->got, std::nullopt);
}

bool connector::withdraw(std::uint64_t number) {
  const auto guard = std::scoped_lock{mutex_};
  return wishes_.erase(number) == 1;
}

std::string connector::last_error() const {
  const auto guard = std::scoped_lock{mutex_};
  auto all = std::string{};
  for (const auto& h : hosts_) {
    if (h->error.empty()) continue;
    all += (all.empty() ? "" : "; ") + h->address.name + ": " + h->error;
  }
  return all;
}

bool connector::await_wish(const host& h, const std::stop_token& stop) {
  auto lock = std::unique_lock{mutex_};
  while (changed_.wait(lock, stop, [&] { return !wishes_.empty(); })) {
    if (std::chrono::steady_clock::now() >= h.dial_at) return true;
    changed_.wait_until(lock, stop, h.dial_at, [] { return false; });
  }
  return false;
}

void connector::run(host& h, const std::stop_token& stop) {
  while (await_wish(h, stop)) {
    auto timeline = std::uint32_t{UINT32_MAX};  // unknown yet
    const auto is_in_vain = [&] {
      h.calm();
      return stop.stop_requested() || timeline < highest_.load();
    };
    auto checked = check_primary(h.address, needs_, {h.wake, is_in_vain}, [&](std::uint32_t told) {
      timeline = told;
      return raise_timeline(told);
    });
    if (checked) {
      checked->host = h.address.name;
      deliver(h, std::move(*checked));
      continue;
    }
    h.dial_at = std::chrono::steady_clock::now() + pause;
    if (stop.stop_requested()) return;
    note_error(h, std::move(checked.error()));
    complain();
  }
}

bool connector::raise_timeline(std::uint32_t timeline) {
  auto highest = highest_.load();
  while (timeline > highest && !highest_.compare_exchange_weak(highest, timeline)) {
  }
  if (timeline > highest) {
    if (highest != 0) failovers_.fetch_add(1);
    for (const auto& h : hosts_) h->alarm();
  }
  return timeline >= highest;
}

void connector::deliver(host& h, checked_connection c) {
  auto to = wish{};
  auto news = std::string{};
  {
    const auto guard = std::scoped_lock{mutex_};
    h.error.clear();
    if (c.timeline < highest_.load() || wishes_.empty()) return;
    to = std::move(wishes_.begin()->second);
    wishes_.erase(wishes_.begin());
    auto primary = "the primary of shard " + std::to_string(needs_.shard) + " is " + c.host +
                   ", timeline " + std::to_string(c.timeline);
    if (primary != told_primary_) news = told_primary_ = std::move(primary);
  }
  if (!news.empty()) tell_(news);
  to(std::move(c));
}

void connector::note_error(host& h, std::string sentence) {
  const auto guard = std::scoped_lock{mutex_};
  h.error = std::move(sentence);
}

void connector::complain() {
  {
    const auto guard = std::scoped_lock{mutex_};
    if (wishes_.empty() || has_complained_) return;
    if (std::chrono::steady_clock::now() - searching_since_ < patience) return;
    has_complained_ = true;
  }
  tell_("shard " + std::to_string(needs_.shard) + " has no usable primary: " + last_error());
}

}  // namespace mintage::storage::postgres
