#include "app/headroom.hpp"

#include <algorithm>
#include <utility>

namespace mintage::app {
namespace {

double real(std::uint64_t n) noexcept {
  return static_cast<double>(n);
}

/// Fewer periods or lanes than this say nothing about what the work costs.
constexpr auto fewest = std::uint64_t{100};
/// Least variance of the events per period, relative, that tells a cost by period from one by
/// event.
constexpr auto least_spread = 0.01;
/// Of the time of the cores, what is there for this server at least.
constexpr auto least_room = 0.05;

/// What was signed outside of full lanes took longer than it takes in full ones.
double spared_in_lanes_ns(const metrics::signing_sums& s) noexcept {
  if (s.room < fewest) return 0;
  return std::max(0.0, real(s.ns) - real(s.made) * real(s.room_ns) / real(s.room));
}

struct needs {
  double busiest_ns = 0;  ///< of the I/O and store threads
  double running_ns = 0;  ///< of all threads together, as they ran
  double growing_ns = 0;  ///< of all but the store: as more requests come, they need more
  double commits_ns = 0;  ///< of the store, as it ran
  double commits_at_most_ns = 0;
};

needs needs_of(const process_use& before, const process_use& now, std::chrono::nanoseconds passed) {
  auto out = needs{};
  for (const auto& [id, use] : now.threads) {
    const auto then = before.threads.find(id);
    if (then == before.threads.end() || use.running_ns < then->second.running_ns) continue;
    const auto running = real(use.running_ns - then->second.running_ns);
    out.running_ns += running;
    auto cost = metrics::work_sums{};
    const auto kept = now.costs.find(id);
    const auto kept_then = before.costs.find(id);
    if (kept != now.costs.end() && kept_then != before.costs.end())
      cost = kept->second - kept_then->second;
    switch (use.kind) {
      case thread_kind::io: {
        const auto needed = running - std::min(running, spared_by_load_ns(cost));
        out.growing_ns += needed;
        out.busiest_ns = std::max(out.busiest_ns, needed);
        break;
      }
      case thread_kind::store: {
        if (cost.periods == 0) {  // of an engine that keeps no account
          out.growing_ns += running;
          out.busiest_ns = std::max(out.busiest_ns, running);
          break;
        }
        const auto at_most = commits_at_most_ns(cost, passed);
        out.commits_ns += running;
        out.commits_at_most_ns += at_most;
        out.busiest_ns = std::max(out.busiest_ns, std::min(running, at_most));
        break;
      }
      case thread_kind::other:
        out.growing_ns += running;
        break;
    }
  }
  return out;
}

/// The share `u` of `room` that is used, so that `1 / u` times the load fills it. Commits grow as
/// the rest does, up to the most of them: at `1 / u` times the load, all is full that
/// `growing + min(commits, u * commits_at_most) = u * room`. @pre room > 0
double share_of(double room, const needs& n) noexcept {
  const auto as_they_grow = (n.growing_ns + n.commits_ns) / room;
  const auto beside_commits = room - n.commits_at_most_ns;
  if (beside_commits <= 0) return as_they_grow;
  return std::min(as_they_grow, n.growing_ns / beside_commits);
}

}  // namespace

// A period costs `fixed` and each of its events `each`. The sums over all periods, of their times
// and of their times divided by their events, are two equations:
//     time           = periods * fixed + events  * each
//     time per event = parts   * fixed + periods * each
// The second weighs a period the less the longer it is, so that a pause in which many requests
// gather does not decide alone. Signing is left out, which costs a call, not an event; and TLS
// handshakes, which are needed as they are.
double spared_by_load_ns(const metrics::work_sums& cost) noexcept {
  if (cost.periods < fewest) return 0;  // the thread hardly ever sleeps: it is full
  const auto periods = real(cost.periods);
  const auto events = real(cost.events);
  const auto parts = real(cost.parts) / real(metrics::work_sums::whole);
  const auto time = real(cost.cpu_ns) - real(cost.signing_ns);
  const auto time_per_event = real(cost.cpu_ns_per_event) - real(cost.signing_ns_per_event);
  auto spared = 0.0;
  const auto spread = parts * events - periods * periods;
  if (time > 0 && spread >= least_spread * periods * periods) {
    const auto each = (parts * time - periods * time_per_event) / spread;
    spared = time - events * std::clamp(each, 0.0, time / events);
  }
  for (const auto& s : cost.signatures) spared += spared_in_lanes_ns(s);
  return spared;
}

double commits_at_most_ns(const metrics::work_sums& cost,
                          std::chrono::nanoseconds passed) noexcept {
  constexpr auto shortest = std::chrono::nanoseconds{std::chrono::milliseconds{1}};
  const auto most = static_cast<double>(passed.count()) / static_cast<double>(shortest.count());
  return real(cost.cpu_ns) * most / real(cost.periods);
}

void headroom::note(std::uint64_t now_ns, process_use use) {
  readings_.push_back({now_ns, std::move(use)});
  const auto oldest = static_cast<std::uint64_t>(std::chrono::nanoseconds{window}.count());
  while (readings_.size() > 2 && now_ns - readings_[1].at_ns >= oldest) readings_.pop_front();
}

double headroom::ratio() const {
  if (readings_.size() < 2) return 1;
  const auto& [begin, before] = readings_.front();
  const auto& [end, now] = readings_.back();
  if (end <= begin) return 1;
  const auto passed = real(end - begin);
  const auto own = needs_of(before, now, std::chrono::nanoseconds{end - begin});
  auto used = own.busiest_ns / passed;
  if (now.cores.all > before.cores.all && now.cores.busy >= before.cores.busy) {
    const auto all = passed * now.cores.count;
    const auto busy =
        all * real(now.cores.busy - before.cores.busy) / real(now.cores.all - before.cores.all);
    const auto others = std::max(0.0, busy - own.running_ns);
    // Where others have all, this server still gets a part of it.
    used = std::max(used, share_of(std::max(all - others, least_room * all), own));
  }
  return std::clamp(1 - used, 0.0, 1.0);
}

}  // namespace mintage::app
