/// @file
/// Client secrets whose text the server must know: those of client_secret_jwt. (CAU-10)
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "crypto/digest.hpp"
#include "crypto/root_ring.hpp"
#include "crypto/secret.hpp"
#include "oauth/client/client.hpp"

namespace mintage::oauth {

/// Seals a secret for the record of its client, without a number (AES-256-GCM). It cannot be moved
/// to another client, nor to one that is registered with the same id later.
/// @pre `owner` has its id and incarnation.
[[nodiscard]] stored_secret seal_secret(const client& owner, const crypto::secret_string& text,
                                        std::optional<std::int64_t> expires_at,
                                        const crypto::digest& seal_key);

/// Octets of the text of a sealed secret.
[[nodiscard]] std::size_t sealed_length(const stored_secret& sealed) noexcept;

/// @returns nothing when it is not a sealed secret of this client under one of these keys.
[[nodiscard]] std::optional<crypto::secret_string> unseal_secret(const client& owner,
                                                                 const stored_secret& sealed,
                                                                 const crypto::subkeys& keys);

/// Whether a secret of the client is sealed under one of the keys that make nothing any more.
[[nodiscard]] bool has_outdated_secret(const client& c, const crypto::subkeys& keys);
/// Seals those secrets under the newest key.
void seal_anew(client& c, const crypto::subkeys& keys);

}  // namespace mintage::oauth
