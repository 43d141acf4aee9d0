#include "storage/postgres/heart.hpp"

#include <algorithm>
#include <cstdlib>
#include <utility>

namespace mintage::storage::postgres {

heart::heart(const postgres_options& o, const postgres_node& node,
             const std::vector<std::unique_ptr<connector>>& shards)
    : options_{o}, node_{node}, meters_{shards.size()}, leases_(shards.size()) {
  for (auto i = std::size_t{0}; i < shards.size(); ++i) {
    pulses_.push_back(std::make_unique<pulse>(
        *shards[i], pulse::setup{.options = options_,
                                 .node = node_,
                                 .meters = *meters_.shards.at(i),
                                 .seen = [this] { return seen(); },
                                 .report = [this, i](const pulse_view& v) { note(i, v); }}));
  }
}

heart::~heart() = default;

bool heart::is_leased(std::size_t shard) const noexcept {
  return std::chrono::steady_clock::now().time_since_epoch().count() <
         leases_[shard].until.load(std::memory_order_acquire);
}

bool heart::fresh() const noexcept {
  return is_leased(0) && is_clock_near_.load(std::memory_order_relaxed);
}

instant heart::void_before() const noexcept {
  return instant{oauth::milliseconds{void_before_.load()}};
}

bool heart::await_first(steady_time deadline) {
  auto lock = std::unique_lock{first_mutex_};
  return first_.wait_until(lock, deadline, [&] { return is_first_over_; });
}

std::int64_t heart::seen() const noexcept {
  auto least = published_.front().load();
  for (const auto& p : published_) least = std::min(least, p.load());
  return static_cast<std::int64_t>(least);
}

void heart::published(catalog_reader who, revision at) noexcept {
  const auto before = seen();
  auto& known = published_[static_cast<std::size_t>(who)];
  auto now = known.load();
  while (at > now && !known.compare_exchange_weak(now, at)) {
  }
  if (seen() != before) hasten();
}

bool heart::is_known_to_all(revision at) const noexcept {
  return least_seen_.load() >= static_cast<std::int64_t>(at);
}

void heart::hasten() noexcept {
  pulses_.front()->hasten();
}

void heart::watch(std::function<void()> moved) {
  const auto guard = std::scoped_lock{watch_mutex_};
  moved_ = std::move(moved);
}

void heart::note(std::size_t shard, const pulse_view& view) {
  auto known = void_before_.load();
  while (view.void_before > known && !void_before_.compare_exchange_weak(known, view.void_before)) {
  }
  if (shard == 0) note_clock(view);
  const auto until = (view.began + options_.lease).time_since_epoch().count();
  leases_[shard].until.store(until, std::memory_order_release);
  if (shard != 0) return;
  meters_.lease_until.store(until);
  note_cluster(view);
  const auto guard = std::scoped_lock{first_mutex_};
  if (std::exchange(is_first_over_, true)) return;
  first_.notify_all();
}

void heart::note_cluster(const pulse_view& view) {
  meters_.nodes.set(static_cast<std::uint64_t>(view.nodes));
  meters_.revision.set(static_cast<std::uint64_t>(view.revision));
  meters_.behind.set(
      static_cast<std::uint64_t>(std::max<std::int64_t>(0, view.revision - view.least_seen)));
  meters_.config_mismatch.set(static_cast<std::uint64_t>(view.different_nodes));
  const auto has_moved = revision_.exchange(view.revision) != view.revision;
  const auto has_grown = least_seen_.exchange(view.least_seen) < view.least_seen;
  // A reader whose last try to follow has failed is woken again.
  const auto is_behind = seen() < view.revision;
  if (!has_moved && !has_grown && !is_behind) return;
  const auto guard = std::scoped_lock{watch_mutex_};
  if (moved_) moved_();
}

void heart::note_clock(const pulse_view& view) {
  if (options_.max_clock_skew.count() == 0) return;
  meters_.clock_offset_us.set(static_cast<std::uint64_t>(std::abs(view.behind.count())));
  const auto is_near = std::chrono::abs(view.behind) <= options_.max_clock_skew;
  if (is_near) node_.follow(view.behind);
  if (is_clock_near_.exchange(is_near) == is_near) return;
  const auto seconds = std::chrono::duration_cast<oauth::seconds>(std::chrono::abs(view.behind));
  node_.tell(is_near
                 ? "the clocks of this node and of " + view.host + " agree again"
                 : "this node does not answer: its clock is " + std::to_string(seconds.count()) +
                       " s " + (view.behind.count() > 0 ? "behind" : "ahead of") +
                       " that of the database at " + view.host);
}

}  // namespace mintage::storage::postgres
