/// @file
/// Client assertions for tests of single parts.
#pragma once

#include <string>
#include <string_view>

#include "crypto/base64.hpp"
#include "crypto/jws.hpp"
#include "oauth/client/client.hpp"
#include "oauth/client/key_set.hpp"
#include "oauth/types.hpp"

namespace mintage::test {

/// What differs from one assertion to the next.
struct assertion_text {
  std::string_view client_id;
  std::string_view audience;
  std::string_view jti;
  oauth::instant issued{};
};

/// A good assertion, valid for a minute.
[[nodiscard]] inline std::string sign_assertion(const crypto::signing_key& key,
                                                const assertion_text& a) {
  const auto issued = oauth::numeric_date(a.issued);
  const auto quoted = [](std::string_view text) { return '"' + std::string{text} + '"'; };
  const auto claims = R"({"iss":)" + quoted(a.client_id) + R"(,"sub":)" + quoted(a.client_id) +
                      R"(,"aud":)" + quoted(a.audience) + R"(,"jti":)" + quoted(a.jti) +
                      R"(,"iat":)" + std::to_string(issued) + R"(,"exp":)" +
                      std::to_string(issued + 60) + "}";
  auto out = std::string{};
  crypto::jws_signer{key}.append_compact(out, crypto::jose_header(key, ""), claims);
  return out;
}

/// Registers a client for private_key_jwt with the public parts of some keys.
inline void give_keys(oauth::client& c, std::initializer_list<const crypto::signing_key*> keys) {
  c.method = oauth::auth_method::private_key_jwt;
  c.jwks = R"({"keys":[)";
  for (const auto* key : keys)
    c.jwks += (key == *keys.begin() ? "" : ",") + key->public_part().jwk();
  c.jwks += "]}";
  c.keys = std::make_shared<const oauth::key_set>(oauth::key_set::read(c.jwks).value());
}

/// Changes a character in the middle of the signature.
[[nodiscard]] inline std::string with_wrong_signature(std::string compact) {
  auto& c = compact[compact.size() - 10];
  c = c == 'A' ? 'B' : 'A';
  return compact;
}

}  // namespace mintage::test
