/// @file
/// Exchanges that wait for signatures: to be made, or to be verified. A call of crypto_mb takes the
/// same for one as for eight, so those that do not fill its lanes wait until the I/O thread has
/// nothing else to do.
#pragma once

#include <cstddef>
#include <iterator>
#include <utility>
#include <vector>

#include "crypto/signatures/crypto_mb.hpp"
#include "service/exchange.hpp"

namespace mintage::actors {

/// Not thread-safe. Exchanges that are destroyed with the queue return unanswered.
template <class Handle>
class lane_queue {
 public:
  void add(std::vector<Handle> some) {
    if (waiting_.empty())
      waiting_ = std::move(some);
    else
      std::move(some.begin(), some.end(), std::back_inserter(waiting_));
  }

  /// Takes as many as fill all lanes, those that have waited longest first.
  [[nodiscard]] std::vector<Handle> take_full() {
    const auto rest = waiting_.size() % crypto::lanes_count;
    if (rest == 0) return take_all();
    const auto end = waiting_.end() - static_cast<std::ptrdiff_t>(rest);
    auto later =
        std::vector<Handle>{std::make_move_iterator(end), std::make_move_iterator(waiting_.end())};
    waiting_.erase(end, waiting_.end());
    return std::exchange(waiting_, std::move(later));
  }
  [[nodiscard]] std::vector<Handle> take_all() { return std::exchange(waiting_, {}); }

  [[nodiscard]] bool empty() const noexcept { return waiting_.empty(); }

 private:
  std::vector<Handle> waiting_;
};

}  // namespace mintage::actors
