#include "net/connection_gate.hpp"

#include <limits>
#include <utility>

#include "net/address.hpp"

namespace mintage::net {
namespace {

constexpr auto nobody = std::numeric_limits<connection_gate::time_point::rep>::max();

constexpr auto most_tries = 16;

constexpr std::size_t index_of(standing how) noexcept {
  return static_cast<std::size_t>(how);
}

}  // namespace

connection_gate::rows::rows() {
  for (auto& s : since) s.store(nobody, std::memory_order_relaxed);
}

void connection_gate::rows::tell(std::size_t how) noexcept {
  const auto& r = of[how];
  since[how].store(r.empty() ? nobody : r.front().since_.time_since_epoch().count(),
                   std::memory_order_relaxed);
}

connection_gate::connection_gate(const limits& l, std::size_t io_threads_count,
                                 std::function<void()> on_room)
    : most_{l.most},
      for_probes_{l.for_probes},
      on_room_{std::move(on_room)},
      rows_(io_threads_count),
      of_a_source_{l.of_a_source} {}

void connection_gate::set_limits(const limits& l) {
  most_ = l.most;
  const auto lock = std::lock_guard{mutex_};
  of_a_source_ = l.of_a_source;
}

std::optional<std::size_t> connection_gate::longest(standing how,
                                                    time_point latest) const noexcept {
  auto first = latest.time_since_epoch().count();
  auto found = std::optional<std::size_t>{};
  for (auto i = std::size_t{0}; i < rows_.size(); ++i) {
    const auto since = rows_[i].since[index_of(how)].load(std::memory_order_relaxed);
    if (since > first || since == nobody) continue;
    first = since;
    found = i;
  }
  return found;
}

void connection_gate::wait_as(standing how, std::size_t io_thread, guest& g,
                              time_point now) noexcept {
  serve(io_thread, g);
  auto& here = rows_[io_thread];
  g.since_ = now;
  g.how_ = how;
  here.of[index_of(how)].push_back(g);
  here.tell(index_of(how));
}

void connection_gate::serve(std::size_t io_thread, guest& g) noexcept {
  if (!g.is_linked()) return;
  auto& here = rows_[io_thread];
  auto& r = here.of[index_of(g.how_)];
  r.erase(r.iterator_to(g));
  here.tell(index_of(g.how_));
}

bool connection_gate::make_room(standing how, std::size_t io_thread, time_point latest) {
  auto& here = rows_[io_thread];
  auto& r = here.of[index_of(how)];
  // Those that wait no longer go to the end, as if they had begun to wait now.
  for (auto tries = most_tries; tries != 0 && !r.empty(); --tries) {
    auto& first = r.front();
    if (first.since_ > latest) return false;
    if (first.make_room()) return true;
    r.pop_front();
    first.since_ = std::chrono::steady_clock::now();
    r.push_back(first);
    here.tell(index_of(how));
  }
  return false;
}

bool connection_gate::enter_from(const source& s) {
  const auto lock = std::lock_guard{mutex_};
  auto& count = sources_[network_of(s)];  // counted without a limit, too: there may be one later
  if (of_a_source_ != 0 && count >= of_a_source_) return false;
  ++count;
  return true;
}

void connection_gate::leave_from(const source& s) {
  const auto lock = std::lock_guard{mutex_};
  const auto found = sources_.find(network_of(s));
  if (--found->second == 0) sources_.erase(found);
}

void connection_gate::leave() {
  const auto before = open_.fetch_sub(1);
  if (before == most_ || before == most_ - for_probes_) on_room_();
}

}  // namespace mintage::net
