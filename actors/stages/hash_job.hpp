/// @file
/// A chosen secret that a hasher must hash. (CAU-12)
#pragma once

#include <memory>

#include "crypto/secret.hpp"
#include "oauth/client/client.hpp"
#include "service/exchange.hpp"

namespace mintage::actors {

/// A call with a chosen secret, which waits for the secret's hash.
struct hash_job {
  service::admin_handle asked;
  /// The new client, or the client that gets the secret, as of the call.
  oauth::client who;
  crypto::secret_string secret;
  /// The secret to store: complete except for its number, after hashing.
  oauth::stored_secret stored;
};
using hash_request = std::shared_ptr<hash_job>;

}  // namespace mintage::actors
