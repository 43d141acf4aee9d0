/// @file
/// What a thread's work costs, apart from what it costs only because little of it came at once.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>

#include "metrics/cells.hpp"

namespace mintage::metrics {

/// Signatures with one algorithm.
struct signing_sums {
  std::uint64_t made = 0;
  std::uint64_t ns = 0;
  /// The batches of them that were made in lanes alone: how many fit, and what these batches took.
  std::uint64_t room = 0;
  std::uint64_t room_ns = 0;
};

/// Sums over the periods of work of a thread. A period ends when all is done that had come; its CPU
/// time includes that of sleeping and waking before it. The difference of two readings is the sum
/// over the periods between them.
struct work_sums {
  static constexpr std::size_t algorithms = 5;
  /// The unit of `parts`: a millionth.
  static constexpr std::uint64_t whole = 1'000'000;

  std::uint64_t periods = 0;
  std::uint64_t cpu_ns = 0;
  /// What gave the thread work: octets that came, answers that left; at least one in each period.
  std::uint64_t events = 0;
  /// Of signatures, and of what `note_apart` noted.
  std::uint64_t signing_ns = 0;
  /// The sums over the periods of 1, of CPU time and of signing time, each divided by the number of
  /// events of its period.
  std::uint64_t parts = 0;
  std::uint64_t cpu_ns_per_event = 0;
  std::uint64_t signing_ns_per_event = 0;
  std::array<signing_sums, algorithms> signatures{};
};
[[nodiscard]] work_sums operator-(const work_sums& end, const work_sums& begin) noexcept;

/// Written by one thread, read by any.
class alignas(64) work_cost {
 public:
  void note_event() noexcept { ++events_; }
  /// @param ns of CPU time. @param algorithm a number; from `work_sums::algorithms` on, the batch
  /// counts as other work.
  /// @param room how many signatures would have taken as long; 0 = unknown.
  void note_signing(std::size_t algorithm, std::uint64_t ns, std::size_t made,
                    std::size_t room) noexcept;
  /// CPU time of no event that load does not spare: a TLS handshake.
  void note_apart(std::uint64_t ns) noexcept { signing_ns_ += ns; }
  /// All is done that had come.
  /// @param cpu_ns the CPU time of the thread since its start.
  void end_period(std::uint64_t cpu_ns) noexcept;
  [[nodiscard]] work_sums sums() const noexcept;

 private:
  struct signing_tallies {
    tally made, ns, room, room_ns;
  };
  // Of this period.
  std::uint64_t events_ = 0;
  std::uint64_t signing_ns_ = 0;

  std::uint64_t cpu_ns_before_ = 0;
  tally periods_, cpu_ns_, all_events_, all_signing_ns_;
  tally parts_, cpu_ns_per_event_, signing_ns_per_event_;
  std::array<signing_tallies, work_sums::algorithms> signatures_;
};

/// The CPU time of the calling thread since its start. A system call.
[[nodiscard]] std::uint64_t cpu_ns_of_this_thread() noexcept;

/// Keeps an account for the calling thread until it ends.
void keep_work_cost();
/// What `keep_work_cost` keeps for the calling thread; null when it was not called.
[[nodiscard]] work_cost* work_cost_here() noexcept;
/// Ends a period of the calling thread, if it keeps an account.
void end_work_period() noexcept;
/// The accounts of all threads that keep one, by the kernel's id of the thread. Any thread.
[[nodiscard]] std::map<int, work_sums> read_work_costs();

}  // namespace mintage::metrics
