#include "oauth/token/jwt_verifier.hpp"

#include <utility>

namespace mintage::oauth {

tl::expected<unverified_jwt, std::string_view> read_jwt(const key_ring& ring,
                                                        std::string_view compact,
                                                        std::string_view typ) {
  const auto refuse = [](std::string_view why) { return tl::unexpected{why}; };
  auto jwt = read_presented_jwt(compact);
  if (!jwt) return refuse(jwt.error());
  if (!jwt->has_typ(typ)) return refuse("token is of another type");
  const auto* found = ring.find(jwt->kid().value_or(""));
  if (found == nullptr) return refuse("token names no key of this server");
  if (jwt->alg() != to_string(found->key.alg())) return refuse("alg is not that of the key");
  return unverified_jwt{&found->key.public_part(), jwt->signed_text, jwt->payload,
                        std::move(jwt->signature)};
}

tl::expected<json_object, denial_reason> read_claims(const unverified_jwt& jwt) {
  return read_jwt_claims(jwt.payload);
}

}  // namespace mintage::oauth
