#include "oauth/client/sealed_secret.hpp"

#include <algorithm>
#include <string>

#include "crypto/seal.hpp"
#include "oauth/client/secrets.hpp"

namespace mintage::oauth {
namespace {

/// On the disk: DO NOT CHANGE.
std::string context_of(const client& owner) {
  return "client-secret/" + std::to_string(owner.incarnation) + '/' + owner.id;
}

}  // namespace

stored_secret seal_secret(const client& owner, const crypto::secret_string& text,
                          std::optional<std::int64_t> expires_at, const crypto::digest& seal_key) {
  return {.how = secret_kind::sealed,
          .hash = crypto::seal(seal_key, context_of(owner), text.reveal()),
          .expires = secret_expiry(expires_at)};
}

std::size_t sealed_length(const stored_secret& sealed) noexcept {
  return sealed.hash.size() - std::min(sealed.hash.size(), crypto::seal_overhead);
}

std::optional<crypto::secret_string> unseal_secret(const client& owner, const stored_secret& sealed,
                                                   const crypto::digest& seal_key) {
  if (sealed.how != secret_kind::sealed) return std::nullopt;
  return crypto::unseal(seal_key, context_of(owner), sealed.hash);
}

}  // namespace mintage::oauth
