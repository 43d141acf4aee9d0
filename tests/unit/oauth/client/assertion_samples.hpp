/// @file
/// Assertions and clients for the tests of client assertions.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "crypto/base64.hpp"
#include "crypto/jws.hpp"
#include "oauth/client/assertion.hpp"

namespace mintage::oauth::samples {

using crypto::base64url;
using crypto::jws_alg;

constexpr auto noon_date = std::int64_t{1'800'000'000};
constexpr auto noon = instant{seconds{noon_date}};
inline const auto issuer = std::string{"https://as.example"};
inline const auto urls = std::vector<std::string>{
    "https://as.example/token", "https://mtls.example/token", "https://as.example/introspect"};
inline const auto audiences = assertion_audiences{issuer, urls};

/// JSON members by name, as texts; an empty text leaves the member out.
using members = std::vector<std::pair<std::string, std::string>>;

inline std::string json(const members& all) {
  auto out = std::string{};
  for (const auto& [name, value] : all)
    if (!value.empty()) out += (out.empty() ? "{\"" : ",\"") + name + "\":" + value;
  return out.empty() ? "{}" : out + '}';
}

/// Replaces a member, or adds it.
inline members with(members all, const std::string& name, const std::string& value) {
  for (auto& each : all)
    if (each.first == name) {
      each.second = value;
      return all;
    }
  all.emplace_back(name, value);
  return all;
}

inline std::string date(std::int64_t from_noon) {
  return std::to_string(noon_date + from_noon);
}

inline const auto header = members{{"alg", "\"ES256\""}};
inline const auto claims =
    members{{"iss", "\"c1\""}, {"sub", "\"c1\""}, {"aud", "\"https://as.example\""},
            {"exp", date(60)}, {"iat", date(0)},  {"jti", "\"j1\""}};

/// A compact JWS with a signature that is just octets.
inline std::string unsigned_jwt(const members& head, const members& body) {
  return base64url(json(head)) + '.' + base64url(json(body)) + '.' +
         base64url(std::string(64, 's'));
}

inline const crypto::signing_key& key_of(jws_alg alg) {
  static auto made = std::vector<crypto::signing_key>{};
  for (const auto& key : made)
    if (key.alg() == alg) return key;
  return made.emplace_back(crypto::signing_key::generate(alg));
}

inline client make_client(auth_method method = auth_method::private_key_jwt) {
  auto c = client{};
  c.id = "c1";
  c.incarnation = 7;
  c.method = method;
  return c;
}

inline key_set set_with(jws_alg alg) {
  return key_set::read(R"({"keys":[)" + key_of(alg).public_part().jwk() + "]}").value();
}

}  // namespace mintage::oauth::samples
