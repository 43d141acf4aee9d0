#include "oauth/token/jwt_verifier.hpp"

#include <optional>

#include "crypto/base64.hpp"
#include "oauth/request/text.hpp"

namespace mintage::oauth {
namespace {

struct jws_parts {
  std::string_view header;
  std::string_view payload;
  std::string_view signature;
  /// Header and payload, with the dot between them.
  std::string_view signed_text;
};

std::optional<jws_parts> split(std::string_view compact) {
  const auto first = compact.find('.');
  if (first == compact.npos) return std::nullopt;
  const auto second = compact.find('.', first + 1);
  if (second == compact.npos || compact.find('.', second + 1) != compact.npos) return std::nullopt;
  return jws_parts{compact.substr(0, first), compact.substr(first + 1, second - first - 1),
                   compact.substr(second + 1), compact.substr(0, second)};
}

std::optional<json_object> read_part(std::string_view encoded) {
  const auto text = crypto::base64url_decode(encoded);
  return text ? json_object::read(*text) : std::nullopt;
}

bool is_typ(std::string_view found, std::string_view wanted) {
  constexpr auto prefix = std::string_view{"application/"};
  if (found.size() > prefix.size() && equals_lower(found.substr(0, prefix.size()), prefix)) {
    found.remove_prefix(prefix.size());
  }
  return equals_lower(found, wanted);
}

}  // namespace

tl::expected<unverified_jwt, std::string_view> read_jwt(const key_ring& ring,
                                                        std::string_view compact,
                                                        std::string_view typ) {
  const auto refuse = [](std::string_view why) { return tl::unexpected{why}; };
  if (compact.size() > max_jwt_size) return refuse("token is longer than 16 KiB");
  const auto parts = split(compact);
  if (!parts) return refuse("token is not a compact JWS of three parts");
  const auto header = read_part(parts->header);
  if (!header) return refuse("JOSE header is not strict base64url of a strict JSON object");
  if (header->has("crit") || header->has("b64")) return refuse("JOSE header has crit or b64");
  if (!is_typ(header->string("typ").value_or(""), typ)) return refuse("token is of another type");
  const auto* found = ring.find(header->string("kid").value_or(""));
  if (found == nullptr) return refuse("token names no key of this server");
  if (header->string("alg") != to_string(found->key.alg())) {
    return refuse("alg is not that of the key");
  }
  auto signature = crypto::base64url_decode(parts->signature);
  if (!signature) return refuse("signature does not verify");
  return unverified_jwt{&found->key.public_part(), parts->signed_text, parts->payload,
                        std::move(*signature)};
}

tl::expected<json_object, std::string_view> read_claims(const unverified_jwt& jwt) {
  auto claims = read_part(jwt.payload);
  if (!claims)
    return tl::unexpected{
        std::string_view{"claims are not strict base64url of a strict JSON object"}};
  return std::move(*claims);
}

}  // namespace mintage::oauth
