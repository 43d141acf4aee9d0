/// @file
/// Client secrets whose text the server must know: those of client_secret_jwt. (CAU-10)
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "crypto/digest.hpp"
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

/// @returns nothing when it is not a sealed secret of this client under this key.
[[nodiscard]] std::optional<crypto::secret_string> unseal_secret(const client& owner,
                                                                 const stored_secret& sealed,
                                                                 const crypto::digest& seal_key);

}  // namespace mintage::oauth
