/// @file
/// What became of each login while servers were killed, and whether that may be.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace mintage::bench {

/// The outcome of one attempt to exchange a code.
enum class attempt : std::uint8_t {
  granted,
  /// A clear answer: the code is not good.
  refused,
  /// No answer, or 503: the code may be consumed or not.
  unclear,
};

/// The book of one thread.
class login_book {
 public:
  using time = std::chrono::steady_clock::time_point;

  struct entry {
    std::string code;
    bool was_unclear = false;
    bool was_granted = false;
    /// Whether it was refused, after its grant or instead of it; or granted twice.
    bool is_settled = false;
  };

  /// Begins the entry of a code whose minting was acknowledged.
  void minted(std::string code) { entries_.push_back({std::move(code), false, false, false}); }
  /// Notes an attempt of the newest entry, or of one of `entries`.
  void note(attempt a, time at) { note(entries_.back(), a, at); }
  void note(entry& e, attempt a, time at);
  [[nodiscard]] std::vector<entry>& entries() noexcept { return entries_; }

  struct sums {
    std::uint64_t minted = 0;
    std::uint64_t granted = 0;
    /// Attempts without a clear outcome.
    std::uint64_t unclear = 0;
    /// Codes that were refused after an unclear attempt: consumed, and the answer was lost.
    std::uint64_t answers_lost = 0;
    /// Must be zero: an acknowledged code that was refused at its first clear attempt although none
    /// was unclear; a code that was granted twice; a code that is not settled at the end.
    std::uint64_t mints_lost = 0;
    std::uint64_t doubled = 0;
    std::uint64_t unsettled = 0;

    [[nodiscard]] std::uint64_t faults() const noexcept { return mints_lost + doubled + unsettled; }
    void add(const sums& other) noexcept;
  };
  [[nodiscard]] sums count() const;
  /// When logins were granted, in order.
  [[nodiscard]] const std::vector<time>& grants() const noexcept { return grants_; }

 private:
  std::vector<entry> entries_;
  std::vector<time> grants_;
  sums sums_;
};

/// The longest time without a grant between `begin` and `end`.
[[nodiscard]] std::chrono::nanoseconds longest_gap(std::vector<login_book::time> grants,
                                                   login_book::time begin, login_book::time end);

}  // namespace mintage::bench
