/// @file
/// The calls about signing keys.
#pragma once

#include <optional>
#include <string>

#include "crypto/key.hpp"
#include "oauth/token/key_ring.hpp"

namespace mintage::oauth {

/// GET /admin/keys.
struct list_keys {};
/// Body of POST /admin/keys/rotate.
struct rotate_keys {
  /// Nothing = all algorithms in use.
  std::optional<crypto::jws_alg> alg{};
  /// Sign with the new key at once, although no client has it yet.
  bool now = false;
};
/// DELETE /admin/keys/{kid}: tokens that it signed do not verify any more.
struct remove_key {
  std::string kid;
};

struct key_list {
  key_snapshot keys;
};

}  // namespace mintage::oauth
