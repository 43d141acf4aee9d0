#include "oauth/client/sealed_secret.hpp"

#include <algorithm>
#include <cstddef>
#include <string>

#include "crypto/seal.hpp"
#include "oauth/client/secrets.hpp"

namespace mintage::oauth {
namespace {

/// On the disk: DO NOT CHANGE.
std::string context_of(const client& owner) {
  return "client-secret/" + std::to_string(owner.incarnation) + '/' + owner.id;
}

/// The text of a secret that none of the keys opens that make, and another does.
std::optional<crypto::secret_string> outdated_text(const client& owner, const stored_secret& sealed,
                                                   const crypto::subkeys& keys) {
  if (sealed.how != secret_kind::sealed) return std::nullopt;
  const auto& all = keys.all();
  for (auto k = std::size_t{0}; k < all.size(); ++k)
    if (auto text = crypto::unseal(all[k], context_of(owner), sealed.hash))
      return k < keys.makers() ? std::nullopt : std::move(text);
  return std::nullopt;
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
  if (sealed.how != secret_kind::sealed) return std::nullopt;
  for (const auto& k : keys.all())
    if (auto text = crypto::unseal(k, context_of(owner), sealed.hash)) return text;
  return std::nullopt;
}

bool has_outdated_secret(const client& c, const crypto::subkeys& keys) {
  return std::any_of(c.secrets.begin(), c.secrets.end(),
                     [&](const stored_secret& s) { return outdated_text(c, s, keys).has_value(); });
}

void seal_anew(client& c, const crypto::subkeys& keys) {
  for (auto& s : c.secrets)
    if (const auto text = outdated_text(c, s, keys))
      s.hash = crypto::seal(keys.newest(), context_of(c), text->reveal());
}

}  // namespace mintage::oauth
