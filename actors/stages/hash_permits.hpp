/// @file
/// The permits for slow comparisons of secrets: who may wait for one. (CAU-12, TOK-21)
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <mutex>

#include "service/exchange.hpp"

namespace mintage::actors {

/// The places in which requests wait for a slow comparison. A comparison that is only pretended,
/// for an id that nobody has, takes no place, but is admitted only if a real one would be: whether
/// a request is refused here tells nothing about its id. Thread-safe.
class hash_permits {
 public:
  /// @param places in all. @param per_source for one source at most, whatever ids it claims; no
  ///        source gets more places than are left.
  hash_permits(std::size_t places, std::size_t per_source);

  /// Sets other limits. Who has a place keeps it.
  void set_limits(std::size_t places, std::size_t per_source);

  /// @returns the claim with a place, given back by its destruction; null when there is none.
  [[nodiscard]] std::shared_ptr<const service::slow_claim> enter(const service::slow_claim& claim);

 private:
  /// Places by what they are bounded by; a number that falls to zero is forgotten.
  template <class Key>
  using tally = std::map<Key, std::size_t>;

  void leave(const service::slow_claim& claim) noexcept;

  std::mutex mutex_;  // guards the rest
  std::size_t places_;
  std::size_t per_source_;
  std::size_t taken_ = 0;
  tally<crypto::bytes<16>> of_source_;
  /// Pretended ones by claimant: as many as could be real.
  tally<crypto::digest> pretended_;
};

}  // namespace mintage::actors
