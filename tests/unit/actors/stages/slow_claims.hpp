/// @file
/// Claims for slow comparisons, by number.
#pragma once

#include <cstdint>

#include "service/exchange.hpp"

namespace mintage::actors::test {

inline service::slow_claim claim(std::uint8_t source, std::uint8_t who, bool is_real = true) {
  auto c = service::slow_claim{.is_real = is_real};
  c.source[0] = source;
  c.who[0] = source;
  c.who[1] = who;
  return c;
}

}  // namespace mintage::actors::test
