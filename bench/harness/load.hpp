/// @file
/// One round of load: connections that send requests in a closed or open loop and count the
/// answers.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <functional>
#include <optional>
#include <vector>

#include "bench/harness/arrivals.hpp"
#include "bench/harness/part_counts.hpp"
#include "bench/harness/process_use.hpp"
#include "bench/harness/tally.hpp"
#include "bench/harness/token_check.hpp"
#include "bench/harness/workload.hpp"
#include "loopback/stream.hpp"

namespace mintage::bench {

/// The figures of the progress line.
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
  /// Further servers: connections are dealt over all of them in turn.
  std::vector<boost::asio::ip::tcp::endpoint> others{};
  /// Over all threads; at least one per thread.
  std::size_t connections = 64;
  std::chrono::nanoseconds duration{std::chrono::seconds{5}};
  /// Set = open loop. Not set = each connection sends its next request after its answer.
  std::optional<pace> arrivals;
  std::uint64_t seed = 1;
  /// Time after which a request without an answer is given up.
  std::chrono::nanoseconds patience{std::chrono::seconds{10}};
  /// Null = plain HTTP; must outlive the load.
  const loopback::tls_side* tls = nullptr;
  /// Answers after which a connection is opened anew; 0 = never.
  std::size_t reconnect_every = 0;
  /// The tokens of one of this many good answers are kept; 0 = none.
  std::size_t keep_every = 0;
  /// Start times of the parts that are counted separately, ascending, the first one zero. Empty =
  /// no parts.
  std::vector<nanoseconds> parts;
  /// Called about five times a second on a thread of the load, when set.
  std::function<void(const progress&)> tell;
};

/// Handshakes of reopened connections in a round.
struct handshake_counts {
  std::uint64_t full = 0;
  std::uint64_t resumed = 0;
};

struct load_result {
  tally counts;
  /// Time from the start to the last answer.
  nanoseconds elapsed{0};
  /// CPU of all threads of the load, and the share of time for which the busiest one ran.
  process_use harness;
  double busiest = 0;
  std::vector<kept_tokens> kept;
  /// Whether the requests ran out before the time did (closed loop).
  bool ran_out = false;
  /// Requests per second that became due; set in an open loop.
  std::optional<double> offered;
  /// Connections that were opened again, by kind of handshake. Without TLS all count as full.
  handshake_counts handshakes;
  /// One for each part of the options.
  std::vector<part_counts> parts{};
};

/// Runs one round with one thread per element of `sources`. Returns when every request is answered
/// or given up.
/// @throws std::runtime_error when a first connection cannot be opened.
[[nodiscard]] load_result run_load(const load_options& o, std::vector<workload>& sources);

}  // namespace mintage::bench
