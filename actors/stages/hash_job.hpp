/// @file
/// A chosen secret on its way to a hasher and back. (CAU-12)
#pragma once

#include <memory>

#include "crypto/secret.hpp"
#include "oauth/client/client.hpp"
#include "service/exchange.hpp"

namespace mintage::actors {

/// A call that brings a chosen secret: it waits here for the hash of it.
struct hash_job {
  service::admin_handle asked;
  /// The new client, or the one that gets the secret as it was when it was asked.
  oauth::client who;
  crypto::secret_string secret;
  /// How it will be kept: complete but for its number once hashed.
  oauth::stored_secret stored;
};
using hash_request = std::shared_ptr<hash_job>;

}  // namespace mintage::actors
