/// @file
/// Answers of admin calls that wait until every live node knows the change.
#pragma once

#include <chrono>
#include <iterator>
#include <utility>
#include <vector>

#include "service/service.hpp"
#include "storage/engine.hpp"

namespace mintage::actors {

/// How long an answer waits. A node that died counts as live for a few seconds; after this time the
/// caller is told that the change is stored but not confirmed.
inline constexpr std::chrono::seconds confirmation_patience{10};
/// How often late answers are looked for, while any wait.
inline constexpr std::chrono::seconds confirmation_interval{1};

/// Not thread-safe: one for each actor that writes the catalog.
class confirmations {
 public:
  /// @param at the revision that every live node must publish first.
  void add(std::vector<service::admin_handle> some, storage::revision at, oauth::instant now) {
    for (auto& x : some) waiting_.push_back({std::move(x), at, now + confirmation_patience});
  }
  /// Takes out the answers that need not wait any longer. Those that have waited too long become
  /// errors.
  [[nodiscard]] std::vector<service::admin_handle> take_due(const storage::catalog& records,
                                                            oauth::instant now) {
    auto due = std::vector<service::admin_handle>{};
    auto still = std::vector<answer>{};
    for (auto& a : waiting_) {
      if (!records.is_known_to_all(a.at)) {
        if (now < a.until) {
          still.push_back(std::move(a));
          continue;
        }
        a.x->error = oauth::admin_error{oauth::errc::temporarily_unavailable,
                                        "the change is stored, but not known to all nodes yet"};
      }
      due.push_back(std::move(a.x));
    }
    waiting_ = std::move(still);
    return due;
  }
  [[nodiscard]] bool empty() const noexcept { return waiting_.empty(); }

 private:
  struct answer {
    service::admin_handle x;
    storage::revision at;
    oauth::instant until;
  };
  std::vector<answer> waiting_;
};

}  // namespace mintage::actors
