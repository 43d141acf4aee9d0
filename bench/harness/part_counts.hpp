/// @file
/// Counts of one part of a round: granted and refused requests, and waits.
#pragma once

#include "bench/harness/histogram.hpp"

namespace mintage::bench {

/// Latencies of the requests that became due in a part, whenever their answers came.
struct waits {
  /// From the time a request was due, as its client sees it: includes the wait for a free
  /// connection.
  histogram from_due;
  /// From the time it was sent, as the server sees it.
  histogram from_sent;

  void add(const waits& other) {
    from_due.add(other.from_due);
    from_sent.add(other.from_sent);
  }
};

struct part_counts {
  /// Answers, by the time of their arrival.
  std::uint64_t granted = 0;
  std::uint64_t refused = 0;
  /// All other outcomes: other answers, broken connections, no answer.
  std::uint64_t failed = 0;
  waits granted_after;
  /// 503 only.
  waits refused_after;
  /// How late the harness sent although a connection was free.
  histogram late;
  /// Time between two looks of the harness at its sockets: an answer may have waited that long
  /// before it was seen.
  histogram turns;

  void add(const part_counts& other) {
    granted += other.granted;
    refused += other.refused;
    failed += other.failed;
    granted_after.add(other.granted_after);
    refused_after.add(other.refused_after);
    late.add(other.late);
    turns.add(other.turns);
  }
};

}  // namespace mintage::bench
