/// @file
/// One thread of a round: its connections, its share of the arrivals, its counts.
#pragma once

#include <atomic>
#include <memory>
#include <vector>

#include "bench/harness/event_loop.hpp"
#include "bench/harness/load.hpp"

namespace mintage::bench {

class wire;

/// Counters that all threads of a round share.
struct live_counts {
  std::atomic<std::uint64_t> answers{0};
  std::atomic<std::uint64_t> failures{0};
};

/// Used on one thread. A wire reports the result of its request and is then free for the next one.
class driver {
 public:
  using steady = std::chrono::steady_clock;

  /// @param o the options of this thread: its connections, its rate.
  driver(const load_options& o, workload& source, live_counts& live, double phase);
  ~driver();

  /// @throws std::runtime_error when a connection cannot be opened.
  void connect();
  void run(steady::time_point start);

  /// Called by wires.
  void answered(wire& w, unsigned status, std::string_view body);
  void broken(wire& w, std::string_view kind);
  /// Counts a connection that was opened again.
  void connected(bool resumed) noexcept { ++(resumed ? handshakes_.resumed : handshakes_.full); }

  [[nodiscard]] tally& counts() noexcept { return counts_; }
  [[nodiscard]] const std::vector<part_counts>& parts() const noexcept { return parts_; }
  [[nodiscard]] nanoseconds elapsed() const noexcept { return last_answer_; }
  [[nodiscard]] const process_use& used() const noexcept { return used_; }
  [[nodiscard]] std::vector<kept_tokens>& kept() noexcept { return kept_; }
  [[nodiscard]] bool ran_out() const noexcept { return ran_out_; }
  [[nodiscard]] const handshake_counts& handshakes() const noexcept { return handshakes_; }

 private:
  [[nodiscard]] nanoseconds now() const { return steady::now() - start_; }
  void free(wire& w, nanoseconds t);
  /// The part of the round that `t` is in; null when parts are not counted.
  [[nodiscard]] part_counts* part_at(nanoseconds t);
  void count_part(const wire& w, nanoseconds t, bool granted, unsigned status);
  /// Sends the next request of `source_`. @returns false when there is none.
  bool send(wire& w, nanoseconds intended);
  void pump(nanoseconds t);
  void tick(nanoseconds t);
  void tell(nanoseconds t);
  void give_up(nanoseconds t);
  [[nodiscard]] bool is_over(nanoseconds t) const;

  load_options options_;
  workload& source_;
  live_counts& live_;
  event_loop loop_;
  std::vector<std::unique_ptr<wire>> wires_;
  std::vector<wire*> idle_;
  std::vector<wire*> broken_;  // until the loop returns
  std::optional<open_loop> arrivals_;
  steady::time_point start_;
  nanoseconds next_tick_{0};
  std::string request_;
  token_check check_;
  tally counts_;
  std::vector<part_counts> parts_;
  histogram recent_;
  progress told_;
  nanoseconds last_answer_{0};
  process_use used_;
  std::vector<kept_tokens> kept_;
  handshake_counts handshakes_;
  bool ran_out_ = false;
};

}  // namespace mintage::bench
