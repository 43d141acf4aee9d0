/// @file
/// What a load counts of each part of a round: what was granted, what was refused, and who made
/// whom wait.
#pragma once

#include "bench/harness/histogram.hpp"

namespace mintage::bench {

/// Of the answers to requests that became due in a part, whenever they came.
struct waits {
  /// As clients see it: a request that no connection was free for waits as well.
  histogram from_due;
  /// What the server had the octets for.
  histogram from_sent;

  void add(const waits& other) {
    from_due.add(other.from_due);
    from_sent.add(other.from_sent);
  }
};

struct part_counts {
  /// Answers by the moment that they came in.
  std::uint64_t granted = 0;
  std::uint64_t refused = 0;
  /// Everything else: other answers, broken connections, no answer.
  std::uint64_t failed = 0;
  waits granted_after;
  /// 503 alone.
  waits refused_after;
  /// How late the harness sent although a connection was free.
  histogram late;
  /// How long the harness was busy between two looks at its sockets: an answer may have lain there
  /// that long before it was seen.
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
