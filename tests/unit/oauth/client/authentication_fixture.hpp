/// @file
/// Clients, requests and an authenticator for the tests of client authentication.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "crypto/password.hpp"
#include "oauth/client/authentication.hpp"
#include "oauth/client/secrets.hpp"

namespace mintage::oauth {

using how = presented_credentials::how;

constexpr auto noon = instant{milliseconds{1'800'000'000'000}};
constexpr auto generated_id = std::string_view{"cl_0123456789abcdefghijkl"};
constexpr auto secret = std::string_view{"mcs_right"};
constexpr auto chosen = std::string_view{"a+b%c chosen"};

inline auth_keys keys() {
  auto k = auth_keys{};
  k.pepper.fill(1);
  k.process.fill(2);
  return k;
}

inline stored_secret generated(std::string_view text, std::uint32_t number = 1,
                               std::optional<instant> expires = std::nullopt) {
  auto pepper = crypto::hmac_sha256{keys().pepper};
  const auto mac = pepper_secret(pepper, text);
  return {.how = stored_secret::kind::hmac,
          .hash = std::string{crypto::as_chars(mac)},
          .number = number,
          .expires = expires};
}

/// The hash of a text, computed once for all tests, because it takes a while.
inline stored_secret imported(std::string_view text, std::uint32_t number = 1,
                              std::optional<instant> expires = std::nullopt) {
  static auto made = std::unordered_map<std::string, std::string>{};
  auto& hash = made[std::string{text}];
  auto random = crypto::buffered_random{};
  if (hash.empty()) hash = crypto::argon2id_hash(text, random);
  return {.how = stored_secret::kind::argon2id, .hash = hash, .number = number, .expires = expires};
}

/// The hash of `chosen` by each kind that is slow.
inline stored_secret foreign(secret_kind kind) {
  auto hash = std::string_view{};
  switch (kind) {
    case secret_kind::hmac:
    case secret_kind::sealed:
      break;
    case secret_kind::argon2id:
      hash =
          "$argon2id$v=19$m=64,t=2,p=1$MDEyMzQ1Njc4OWFiY2RlZg$617+"
          "rsgMyeTwBEm02S5RdBzBUWVwtbLxs2M4NmrnY+s";
      break;
    case secret_kind::argon2i:
      hash =
          "$argon2i$v=19$m=64,t=2,p=1$MDEyMzQ1Njc4OWFiY2RlZg$cPOJn3mnWScVEg5VWkDCMKdSkwn/"
          "N6qNHiGBkPeGVeU";
      break;
    case secret_kind::bcrypt:
      hash = "$2b$04$abcdefghijklmnopqrstuuyrfOaHl0Yo1DpP6j2d7gt0wvm1MZgWq";
      break;
    case secret_kind::pbkdf2_sha256:
      hash =
          "$pbkdf2-sha256$i=10,l=32$MDEyMzQ1Njc4OWFiY2RlZg$LFFZ/"
          "u5SXf3JfLJybtB7BXEwkhXnPuEyQVEqwkfsPoU";
      break;
    case secret_kind::pbkdf2_sha512:
      hash =
          "$pbkdf2-sha512$10$MDEyMzQ1Njc4OWFiY2RlZg$MiV/YeTLdU3bU7kYgLvbCxadgzPIzSg2STtk/"
          "oLbK0f3dZ9M0cGNECohtLOsI6d0dCmhykUDeqlwoj.orYvkgQ";
      break;
  }
  return foreign_secret(crypto::secret_string{std::string{hash}}, {});
}

inline client make(std::string_view id, std::vector<stored_secret> secrets) {
  auto c = client{};
  c.id = id;
  c.incarnation = 7;
  c.secrets = std::move(secrets);
  return c;
}

inline client make_public(std::string_view id) {
  auto c = make(id, {});
  c.method = auth_method::none;
  return c;
}

inline token_request request(how presented, std::string_view id, std::string_view text = {}) {
  auto r = token_request{};
  r.who.presented = presented;
  r.who.id = id;
  r.who.secret = text;
  if (presented == how::basic) {
    r.who.raw_id = id;
    r.who.raw_secret = text;
  }
  r.who.by_header = presented == how::basic || presented == how::broken_header;
  return r;
}

inline token_request basic(std::string_view id, std::string_view text) {
  return request(how::basic, id, text);
}

/// Basic credentials whose two spellings differ.
inline token_request basic(std::string_view id, std::string_view text, std::string_view raw_id,
                           std::string_view raw_text) {
  auto r = request(how::basic, id, text);
  r.who.raw_id = raw_id;
  r.who.raw_secret = raw_text;
  return r;
}

inline token_request raw_only(std::string_view id, std::string_view text) {
  auto r = basic(id, text);
  r.who.raw_only = true;
  return r;
}

/// What a hasher finds.
inline bool is_right(const slow_check& check) {
  auto pepper = crypto::hmac_sha256{keys().pepper};
  return prove(check, pepper).has_value();
}

class authentication : public testing::Test {
 protected:
  client_authenticator::outcome authenticate(const client_registry& clients, const token_request& r,
                                             instant now = noon) {
    return authenticator.authenticate(clients, r, now);
  }
  client_authenticator::outcome authenticate(client c, const token_request& r, instant now = noon) {
    return authenticate(client_registry{{std::move(c)}}, r, now);
  }
  /// Runs the slow check as a hasher does.
  result<client_facts> settle(const client_registry& clients, const token_request& r,
                              instant now = noon) {
    const auto begun = authenticate(clients, r, now);
    const auto& check = std::get<slow_check>(begun);
    return authenticator.settle(clients, r, check, is_right(check), now);
  }

  client_authenticator authenticator{keys()};
};

inline void expect_invalid_client(const denial& why, std::string_view reason) {
  EXPECT_EQ(why.code, errc::invalid_client);
  EXPECT_EQ(why.description, "client authentication failed");
  EXPECT_EQ(why.reason, reason);
}

inline void expect_invalid_client(const client_authenticator::outcome& o, std::string_view reason) {
  ASSERT_TRUE(std::holds_alternative<denial>(o)) << o.index();
  expect_invalid_client(std::get<denial>(o), reason);
}

inline void expect_known(const client_authenticator::outcome& o, std::string_view id) {
  ASSERT_TRUE(std::holds_alternative<client_facts>(o)) << o.index();
  EXPECT_EQ(std::get<client_facts>(o).id, id);
}

inline void expect_dummy(const client_authenticator::outcome& o) {
  ASSERT_TRUE(std::holds_alternative<slow_check>(o)) << o.index();
  const auto& check = std::get<slow_check>(o);
  EXPECT_FALSE(check.proof);
  ASSERT_EQ(check.hashes.size(), 1U);
  EXPECT_TRUE(check.hashes[0].starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
  EXPECT_FALSE(is_right(check));
}

}  // namespace mintage::oauth
