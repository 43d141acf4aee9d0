/// @file
/// Rings of seal keys for tests.
#pragma once

#include <string_view>
#include <utility>

#include "crypto/digest.hpp"
#include "crypto/root_ring.hpp"

namespace mintage::test {

/// Makes SHA-256 of `text` the newest root of the ring.
inline void rotate(crypto::root_ring& ring, std::string_view text) {
  auto c = ring.content();
  auto next = crypto::root_key{crypto::sha256(text)};
  c.former.insert(c.former.begin(), {.generation = c.generation,
                                     .replaced = 1'700'000'000,
                                     .kept_until = 4'000'000'000,
                                     .key = std::exchange(c.newest, std::move(next))});
  ++c.generation;
  ring.change(std::move(c));
}

}  // namespace mintage::test
