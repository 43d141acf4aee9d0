/// @file
/// What each actor counts about itself: written by one thread at a time, read by scrapes.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "crypto/key.hpp"
#include "oauth/client/client.hpp"
#include "oauth/token/token_query.hpp"
#include "oauth/types.hpp"

namespace mintage::metrics {

/// A number with one writer. Costs a plain load and store: no locked instruction, and each actor's
/// meters lie on cache lines of their own.
class tally {
 public:
  void add(std::uint64_t n = 1) noexcept {
    value_.store(value_.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
  }
  void set(std::uint64_t n) noexcept { value_.store(n, std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t get() const noexcept {
    return value_.load(std::memory_order_relaxed);
  }

 private:
  std::atomic<std::uint64_t> value_{0};
};

/// Counts values by upper bounds that double from `First` on; the last bucket takes the rest.
template <std::uint64_t First, std::size_t Buckets>
class doubling_histogram {
 public:
  void add(std::uint64_t value, std::uint64_t times = 1) noexcept {
    auto bucket = std::size_t{0};
    for (auto bound = First; bucket < Buckets && value > bound; bound *= 2) ++bucket;
    counts_[bucket].add(times);
    sum_.add(value * times);
  }
  [[nodiscard]] static std::vector<std::uint64_t> bounds() {
    auto all = std::vector<std::uint64_t>{};
    for (auto bound = First; all.size() < Buckets; bound *= 2) all.push_back(bound);
    return all;
  }
  /// One more than there are bounds.
  [[nodiscard]] std::uint64_t count(std::size_t bucket) const noexcept {
    return counts_[bucket].get();
  }
  [[nodiscard]] std::uint64_t sum() const noexcept { return sum_.get(); }

 private:
  std::array<tally, Buckets + 1> counts_;
  tally sum_;
};

/// 32 µs to 4.3 s, in nanoseconds.
using duration_histogram = doubling_histogram<32'000, 18>;
/// 1 to 4096.
using size_histogram = doubling_histogram<1, 13>;

/// Counts by literal text; reading may overlap with the first use of a text, which is then missed.
class literal_tally {
 public:
  static constexpr std::size_t capacity = 96;
  /// @param text a literal: its address is kept.
  void add(std::string_view text) noexcept;
  struct entry {
    std::string_view text;
    std::uint64_t count;
  };
  [[nodiscard]] std::vector<entry> entries() const;

 private:
  std::array<std::string_view, capacity> texts_{};
  std::array<tally, capacity> counts_{};
  std::atomic<std::size_t> size_{0};
};

/// What every member of a pool counts.
struct alignas(64) pool_meters {
  tally taken;    ///< exchanges taken out of the mailbox
  tally busy_ns;  ///< time spent in handlers
};
/// What was asked for, as far as answers are counted apart; the first ones by oauth::grant_type.
enum class request_kind : std::uint8_t {
  authorization_code,
  refresh_token,
  client_credentials,
  unread_token,  ///< POST /token, refused before its grant was known
  introspect,
  revoke,
  userinfo
};
constexpr std::size_t request_kinds_count = 7;
[[nodiscard]] constexpr request_kind kind_of(oauth::grant_type g) noexcept {
  return static_cast<request_kind>(g);
}
[[nodiscard]] constexpr request_kind kind_of(oauth::query_purpose p) noexcept {
  return static_cast<request_kind>(static_cast<std::size_t>(request_kind::introspect) +
                                   static_cast<std::size_t>(p));
}
static_assert(kind_of(oauth::grant_type::client_credentials) == request_kind::client_credentials);
static_assert(kind_of(oauth::query_purpose::userinfo) == request_kind::userinfo);

/// Answers to one kind of request.
struct answer_meters {
  tally ok;
  std::array<tally, static_cast<std::size_t>(oauth::errc::conflict) + 1> refused{};
  duration_histogram ns;  ///< from submission to answer

  [[nodiscard]] tally& refused_as(oauth::errc code) noexcept {
    return refused[static_cast<std::size_t>(code)];
  }
};

struct alignas(64) io_thread_meters {
  tally in_flight;
  tally minted;
  tally sent_to_validators;
  std::array<answer_meters, request_kinds_count> answers{};
  literal_tally refused_by_reason;

  [[nodiscard]] answer_meters& of(request_kind k) noexcept {
    return answers[static_cast<std::size_t>(k)];
  }
};
struct alignas(64) validator_meters : pool_meters {
  tally sent_to_hashers;
  tally sent_to_stores;
  tally sent_to_signers;
};
struct alignas(64) code_store_meters : pool_meters {
  tally sent_to_signers;
  size_histogram batch_size;
  duration_histogram commit_ns;
};
struct alignas(64) signer_meters : pool_meters {
  std::array<duration_histogram, crypto::jws_algs.size()> sign_ns;  ///< by crypto::jws_alg
  [[nodiscard]] duration_histogram& of(crypto::jws_alg alg) noexcept {
    return sign_ns[static_cast<std::size_t>(alg)];
  }
  [[nodiscard]] const duration_histogram& of(crypto::jws_alg alg) const noexcept {
    return sign_ns[static_cast<std::size_t>(alg)];
  }
};

/// All meters of one server. Made before the actors and outlives them; a replaced member goes on
/// counting where the dead one stopped.
struct meter_board {
  meter_board(std::size_t io_threads, std::size_t validators, std::size_t code_stores,
              std::size_t signers, std::size_t hashers);

  std::vector<io_thread_meters> io_threads;
  std::vector<validator_meters> validators;
  std::vector<code_store_meters> code_stores;
  std::vector<signer_meters> signers;
  std::vector<pool_meters> hashers;
};

/// Monotonic nanoseconds, for differences.
[[nodiscard]] inline std::uint64_t ticks() noexcept {
  return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(
                                        std::chrono::steady_clock::now().time_since_epoch())
                                        .count());
}

/// Adds the time of a scope to a member's busy time.
class busy_scope {
 public:
  explicit busy_scope(pool_meters& m) noexcept : meters_{m}, since_{ticks()} {}
  busy_scope(const busy_scope&) = delete;
  busy_scope& operator=(const busy_scope&) = delete;
  ~busy_scope() { meters_.busy_ns.add(ticks() - since_); }

 private:
  pool_meters& meters_;
  std::uint64_t since_;
};

}  // namespace mintage::metrics
