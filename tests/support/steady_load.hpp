/// @file
/// Applications that go on while servers are replaced, or what they use is.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/test_clients.hpp"

namespace mintage::test {

/// Where an application finds its server.
struct served_at {
  std::uint16_t port = 0;
  std::uint16_t admin_port = 0;
};

/// Threads that each mint, redeem, refresh and introspect, over connections that they keep. A
/// session is refreshed by whatever servers come, for as long as the load runs.
///
/// A connection that was used before and ends before the first octet of an answer is tried again
/// once, as every HTTP client does: the request was not read. Everything else that is no success is
/// a failure.
class steady_load {
 public:
  struct plan {
    /// Thread i uses number i modulo the size.
    std::vector<served_at> servers{};
    std::string admin_token{};
    /// One with static and one with rotating refresh tokens.
    std::vector<party> clients{};
    std::size_t threads = 6;
    /// How many of the threads, the last ones, make a connection for each request.
    std::size_t unkept = 0;
    /// Whether a server may be away for a while: a connection that is refused is tried again.
    bool waits_for_servers = false;
  };
  explicit steady_load(plan p);
  ~steady_load();

  /// Waits until every thread has gone round `count` more times. Fails the test after a minute.
  void await_rounds(unsigned count);
  /// Ends the threads. @returns what failed; empty when nothing did.
  [[nodiscard]] std::vector<std::string> finish();
  /// Requests that were answered with success.
  [[nodiscard]] std::uint64_t succeeded() const noexcept { return succeeded_; }

 private:
  class application;
  void run(std::size_t number);
  void fail(const std::string& what);

  const plan plan_;
  std::atomic<bool> is_over_{false};
  std::atomic<std::uint64_t> succeeded_{0};
  std::vector<std::atomic<unsigned>> rounds_;
  std::mutex mutex_;  // guards failures_
  std::vector<std::string> failures_;
  std::vector<std::jthread> threads_;
};

/// A client with static refresh tokens and one with rotating ones.
[[nodiscard]] std::vector<party> make_load_clients(admin_client& admin);

}  // namespace mintage::test
