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

/// Nothing when it is not sealed, or none of the keys opens it.
std::optional<crypto::opened_value> open(const client& owner, const stored_secret& sealed,
                                         const crypto::subkeys& keys) {
  if (sealed.how != secret_kind::sealed) return std::nullopt;
  return crypto::unseal_with_any(keys, context_of(owner), sealed.hash);
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
                                                   const crypto::subkeys& keys) {
  auto opened = open(owner, sealed, keys);
  if (!opened) return std::nullopt;
  return std::move(opened->plain);
}

bool has_outdated_secret(const client& c, const crypto::subkeys& keys) {
  return std::any_of(c.secrets.begin(), c.secrets.end(), [&](const stored_secret& s) {
    const auto opened = open(c, s, keys);
    return opened && opened->is_outdated;
  });
}

void seal_anew(client& c, const crypto::subkeys& keys) {
  for (auto& s : c.secrets)
    if (const auto opened = open(c, s, keys); opened && opened->is_outdated)
      s.hash = crypto::seal(keys.newest(), context_of(c), opened->plain.reveal());
}

}  // namespace mintage::oauth
