#include "metrics/work_cost.hpp"

#include <unistd.h>

#include <algorithm>
#include <ctime>
#include <memory>
#include <mutex>
#include <utility>

namespace mintage::metrics {
namespace {

struct registry {
  std::mutex mutex;  // guards the next
  std::map<int, const work_cost*> accounts;
};
registry& all() {
  static auto one = registry{};
  return one;
}

/// The account of a thread, listed while it exists.
class account {
 public:
  account() : thread_{::gettid()} {
    const auto guard = std::scoped_lock{all().mutex};
    all().accounts[thread_] = &cost;
  }
  ~account() {
    const auto guard = std::scoped_lock{all().mutex};
    all().accounts.erase(thread_);
  }
  account(const account&) = delete;
  account& operator=(const account&) = delete;

  work_cost cost;

 private:
  const int thread_;
};

thread_local std::unique_ptr<account> here;

}  // namespace

std::uint64_t cpu_ns_of_this_thread() noexcept {
  constexpr auto second_ns = std::uint64_t{1'000'000'000};
  auto t = timespec{};
  if (::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t) != 0) return 0;
  return static_cast<std::uint64_t>(t.tv_sec) * second_ns + static_cast<std::uint64_t>(t.tv_nsec);
}

work_sums operator-(const work_sums& end, const work_sums& begin) noexcept {
  auto out = end;
  out.periods -= begin.periods;
  out.cpu_ns -= begin.cpu_ns;
  out.events -= begin.events;
  out.signing_ns -= begin.signing_ns;
  out.parts -= begin.parts;
  out.cpu_ns_per_event -= begin.cpu_ns_per_event;
  out.signing_ns_per_event -= begin.signing_ns_per_event;
  for (auto i = std::size_t{0}; i < work_sums::algorithms; ++i) {
    out.signatures[i].made -= begin.signatures[i].made;
    out.signatures[i].ns -= begin.signatures[i].ns;
    out.signatures[i].room -= begin.signatures[i].room;
    out.signatures[i].room_ns -= begin.signatures[i].room_ns;
  }
  return out;
}

void work_cost::note_signing(std::size_t algorithm, std::uint64_t ns, std::size_t made,
                             std::size_t room) noexcept {
  if (algorithm >= work_sums::algorithms) return;
  auto& s = signatures_[algorithm];
  s.made.add(made);
  s.ns.add(ns);
  signing_ns_ += ns;
  if (room == 0) return;
  s.room.add(room);
  s.room_ns.add(ns);
}

void work_cost::end_period(std::uint64_t cpu_ns) noexcept {
  const auto spent = cpu_ns - std::min(cpu_ns, std::exchange(cpu_ns_before_, cpu_ns));
  const auto events = std::max<std::uint64_t>(1, std::exchange(events_, 0));
  const auto signing_ns = std::exchange(signing_ns_, 0);
  periods_.add();
  cpu_ns_.add(spent);
  all_events_.add(events);
  all_signing_ns_.add(signing_ns);
  parts_.add(work_sums::whole / events);
  cpu_ns_per_event_.add(spent / events);
  signing_ns_per_event_.add(signing_ns / events);
}

work_sums work_cost::sums() const noexcept {
  auto out = work_sums{.periods = periods_.get(),
                       .cpu_ns = cpu_ns_.get(),
                       .events = all_events_.get(),
                       .signing_ns = all_signing_ns_.get(),
                       .parts = parts_.get(),
                       .cpu_ns_per_event = cpu_ns_per_event_.get(),
                       .signing_ns_per_event = signing_ns_per_event_.get(),
                       .signatures = {}};
  for (auto i = std::size_t{0}; i < work_sums::algorithms; ++i) {
    const auto& s = signatures_[i];
    out.signatures[i] = {s.made.get(), s.ns.get(), s.room.get(), s.room_ns.get()};
  }
  return out;
}

void keep_work_cost() {
  if (!here) here = std::make_unique<account>();
}

work_cost* work_cost_here() noexcept {
  return here ? &here->cost : nullptr;
}

void end_work_period() noexcept {
  if (here) here->cost.end_period(cpu_ns_of_this_thread());
}

std::map<int, work_sums> read_work_costs() {
  auto out = std::map<int, work_sums>{};
  const auto guard = std::scoped_lock{all().mutex};
  for (const auto& [thread, cost] : all().accounts) out.emplace(thread, cost->sums());
  return out;
}

}  // namespace mintage::metrics
