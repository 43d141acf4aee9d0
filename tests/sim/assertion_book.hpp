/// @file
/// The record of the client assertions in a simulated run.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "oauth/types.hpp"

namespace mintage::sim {

/// Rules, checked at each answer (CAU-07):
/// - An assertion is accepted once: of all requests with it, one at most gets past row P15.
/// - An assertion that was sent once is not refused as used.
class assertion_book {
 public:
  assertion_book(const oauth::clock& clock, std::function<void(std::string)> fail)
      : clock_{clock}, fail_{std::move(fail)} {}

  void sent(const std::string& text) {
    if (known_[text].sent++ == 0) known_[text].first_sent = clock_.now();
  }
  /// @returns whether a refusal of the client is right, because the assertion may be used or old.
  bool answered(const std::string& text, const std::optional<oauth::denial>& denied);
  /// How many were refused because they were used.
  [[nodiscard]] std::size_t refused() const noexcept { return refused_; }

 private:
  struct uses {
    int sent = 0;
    int accepted = 0;
    oauth::instant first_sent{};
  };
  const oauth::clock& clock_;
  std::map<std::string, uses> known_;
  std::function<void(std::string)> fail_;
  std::size_t refused_ = 0;
};

/// Whether a request was refused because its assertion was used before.
[[nodiscard]] bool says_used(const oauth::denial& why) noexcept;

}  // namespace mintage::sim
