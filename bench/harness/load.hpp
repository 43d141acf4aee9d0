/// @file
/// One round of load: connections that send requests in closed or open loop and count what comes
/// back.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <functional>
#include <optional>
#include <vector>

#include "bench/harness/arrivals.hpp"
#include "bench/harness/part_counts.hpp"
#include "bench/harness/process_use.hpp"
#include "bench/harness/tally.hpp"
#include "bench/harness/tls_client.hpp"
#include "bench/harness/token_check.hpp"
#include "bench/harness/workload.hpp"

namespace mintage::bench {

/// What the progress line shows.
struct progress {
  nanoseconds elapsed{0};
  std::uint64_t answers = 0;
  std::uint64_t failures = 0;
  /// Answers per second and percentile since the last call.
  double rate = 0;
  nanoseconds p99{0};
};

struct load_options {
  boost::asio::ip::tcp::endpoint where;
  /// Over all threads; at least one per thread.
  std::size_t connections = 64;
  std::chrono::nanoseconds duration{std::chrono::seconds{5}};
  /// Set = open loop; else each connection sends its next request when it has its answer.
  std::optional<pace> arrivals;
  std::uint64_t seed = 1;
  /// After which a request without answer is given up.
  std::chrono::nanoseconds patience{std::chrono::seconds{10}};
  /// Null = plain HTTP; must outlive the load.
  const tls_client* tls = nullptr;
  /// Answers after which a connection is opened anew; 0 = never.
  std::size_t reconnect_every = 0;
  /// Of each this many good answers the tokens of one are kept; 0 = none.
  std::size_t keep_every = 0;
  /// When the parts of the round begin that are counted apart, in order; the first one at zero.
  /// Empty = none are.
  std::vector<nanoseconds> parts;
  /// Called about five times a second on a thread of the load, when set.
  std::function<void(const progress&)> tell;
};

struct load_result {
  tally counts;
  /// From the start to the last answer.
  nanoseconds elapsed{0};
  /// CPU of all threads of the load, and the share of its time that the busiest one was running.
  process_use harness;
  double busiest = 0;
  std::vector<kept_tokens> kept;
  /// Whether the requests ran out before the time did (closed loop).
  bool ran_out = false;
  /// Set in open loop.
  std::optional<double> offered;
  /// Connections that were opened again, by handshake; all are full without TLS.
  handshake_counts handshakes;
  /// As many as were asked for.
  std::vector<part_counts> parts{};
};

/// Runs one round, a thread per element of `sources`; returns when every request was answered or
/// given up. @throws std::runtime_error when a first connection cannot be made.
[[nodiscard]] load_result run_load(const load_options& o, std::vector<workload>& sources);

}  // namespace mintage::bench
