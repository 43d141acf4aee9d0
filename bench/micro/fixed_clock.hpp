/// @file
/// A clock that stands still.
#pragma once

#include "oauth/types.hpp"

namespace mintage::bench {

class fixed_clock final : public oauth::clock {
 public:
  [[nodiscard]] oauth::instant now() const noexcept override {
    return oauth::instant{oauth::seconds{1'800'000'000}};
  }
};

}  // namespace mintage::bench
