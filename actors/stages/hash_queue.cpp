#include "actors/stages/hash_queue.hpp"

#include <algorithm>
#include <utility>

namespace mintage::actors {
namespace {

/// What a claimant is busy with, and when the refusal leaves, in comparisons of each candidate: two
/// secrets may be live, and a moment more hides that comparisons differ in length.
constexpr auto busy_for = 2;
constexpr auto refused_after = 3;
/// How many times the time of a core a comparison is believed to take at most.
constexpr auto most_waiting = 16;
/// Claimants whose time is over are forgotten beyond so many.
constexpr auto remembered_claimants = std::size_t{1024};

constexpr auto is_later = [](const slow_job& a, const slow_job& b) { return a.due > b.due; };

}  // namespace

const service::slow_claim& slow_job::claim() const {
  return std::visit(
      [](const auto& x) -> const auto& { return *x->slow_place; }, asked);
}
oauth::slow_check& slow_job::check() const {
  return std::visit(
      [](const auto& x) -> auto& { return *x->slow; }, asked);
}
void slow_job::set_matched(bool matched) const {
  std::visit([matched](const auto& x) { x->slow_matched = matched; }, asked);
}
bool slow_job::is_matched() const {
  return std::visit([](const auto& x) { return x->slow_matched; }, asked);
}

hash_queue::hash_queue(pacing p) : pacing_{p} {
  if (is_paced()) pacer_ = std::thread{[this] { run_pacer(); }};
}

hash_queue::~hash_queue() {
  close();
}

void hash_queue::deliver_by(delivery how) {
  const auto guard = std::scoped_lock{mutex_};
  if (!is_closed_) deliver_ = std::move(how);
}

void hash_queue::push(slow_job job) {
  const auto source = job.claim().source;
  auto dropped = std::optional<slow_job>{};  // ends after the lock
  const auto guard = std::scoped_lock{mutex_};
  if (is_closed_) {
    dropped = std::move(job);
    return;
  }
  auto& lane = lanes_[source];
  if (lane.empty()) turns_.push_back(source);
  lane.push_back(std::move(job));
  ++waiting_;
}

std::optional<slow_job> hash_queue::next() {
  const auto guard = std::scoped_lock{mutex_};
  if (turns_.empty()) return std::nullopt;
  const auto source = turns_.front();
  turns_.pop_front();
  const auto lane = lanes_.find(source);
  auto job = std::move(lane->second.front());
  lane->second.pop_front();
  --waiting_;
  if (lane->second.empty())
    lanes_.erase(lane);
  else
    turns_.push_back(source);
  job.due = due_time(job);
  return job;
}

// As if the comparisons of one claimant were made one after the other, real or not.
hash_queue::steady::time_point hash_queue::due_time(const slow_job& job) {
  const auto now = steady::now();
  if (!job.claim().is_real && one_ > least_) one_ -= (one_ - least_) / 32;
  if (busy_until_.size() >= remembered_claimants)
    std::erase_if(busy_until_, [now](const auto& entry) { return entry.second <= now; });
  const auto each = one_ * job.check().candidates.size();
  auto& busy_until = busy_until_[job.claim().who];
  const auto begin = std::max(now, busy_until);
  busy_until = begin + busy_for * each;
  return begin + refused_after * each;
}

void hash_queue::finish(slow_job job) {
  auto dropped = std::optional<slow_job>{};  // ends after the lock
  auto lock = std::unique_lock{mutex_};
  if (is_closed_ || !deliver_) {
    dropped = std::move(job);
    lock.unlock();
    return;
  }
  if (!is_paced() || job.is_matched()) {
    const auto deliver = deliver_;
    lock.unlock();
    return deliver(std::move(job));
  }
  late_.push_back(std::move(job));
  std::push_heap(late_.begin(), late_.end(), is_later);
  changed_.notify_one();
}

void hash_queue::run_pacer() {
  auto lock = std::unique_lock{mutex_};
  while (!is_closed_) {
    if (late_.empty()) {
      changed_.wait(lock);
    } else if (const auto due = late_.front().due; due > steady::now()) {
      changed_.wait_until(lock, due);
    } else {
      std::pop_heap(late_.begin(), late_.end(), is_later);
      auto job = std::move(late_.back());
      late_.pop_back();
      const auto deliver = deliver_;
      lock.unlock();
      deliver(std::move(job));
      lock.lock();
    }
  }
}

std::size_t hash_queue::waiting() const {
  const auto guard = std::scoped_lock{mutex_};
  return waiting_;
}

// Slow comparisons count soon: their time must not show. Quick ones count little by little.
void hash_queue::note_duration(std::chrono::nanoseconds took, std::chrono::nanoseconds cpu) {
  const auto guard = std::scoped_lock{mutex_};
  least_ = std::min(took, cpu);
  one_ = std::min(one_ + (took - one_) / (took > one_ ? 4 : 16), most_waiting * least_);
}

void hash_queue::close() {
  auto lanes = std::map<crypto::bytes<16>, std::deque<slow_job>>{};
  auto late = std::vector<slow_job>{};
  auto deliver = delivery{};
  {
    const auto guard = std::scoped_lock{mutex_};
    is_closed_ = true;
    turns_.clear();
    lanes.swap(lanes_);
    late.swap(late_);
    deliver.swap(deliver_);
    waiting_ = 0;
  }
  changed_.notify_one();
  if (pacer_.joinable()) pacer_.join();
}

}  // namespace mintage::actors
