/// @file
/// Clients and authorization requests for the tests of oauth/authorization/.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "oauth/authorization/authorization_check.hpp"
#include "tests/unit/oauth/counting_random.hpp"

namespace mintage::oauth::test {

constexpr auto now_date = std::int64_t{1'800'000'000};
constexpr auto now = instant{seconds{now_date}};
constexpr auto challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";  // KAT-01

inline options issuer_options() {
  auto o = options{};
  o.issuer = "https://as.example";
  return o;
}

inline client make_client(std::string id, void (*change)(client&) = nullptr) {
  auto c = client{};
  c.id = std::move(id);
  c.incarnation = 7;
  c.name = "App";
  c.redirect_uris = {"https://app.example/cb"};
  c.scopes = {"openid", "offline_access", "api", "mail"};
  c.allowed_resources = {"https://api.example", "https://mail.example"};
  if (change != nullptr) change(c);
  return c;
}

inline const client_registry& clients() {
  static const auto all = client_registry{
      {
          make_client("app"),
          make_client("optout", [](client& c) { c.require_pkce = false; }),
          make_client("two",
                      [](client& c) { c.redirect_uris.emplace_back("https://b.example/?x=1"); }),
          make_client("native", [](client& c) { c.redirect_uris = {"http://127.0.0.1/cb"}; }),
          make_client("public",
                      [](client& c) {
                        c.method = auth_method::none;
                        c.require_pkce = false;  // PKC-01 holds all the same
                      }),
          make_client("suspended", [](client& c) { c.status = client_status::suspended; }),
          make_client("machine",
                      [](client& c) { c.grant_types = {grant_type::client_credentials}; }),
          make_client("pushing", [](client& c) { c.require_pushed = true; }),
          make_client("fapi", [](client& c) { c.profile = client_profile::fapi2; }),
          make_client("person",
                      [](client& c) {
                        c.scopes = {"openid", "offline_access"};
                      }),
          make_client("aged", [](client& c) { c.default_max_age = seconds{300}; }),
      },
      {
          {.as = {.identifier = "https://api.example"}, .scopes = {"api"}, .resource_servers = {}},
          {.as = {.identifier = "https://mail.example", .format = token_format::opaque},
           .scopes = {"mail"},
           .resource_servers = {}},
      }};
  return all;
}

/// Parameters and the octets that they are views of.
struct sent_query {
  std::unique_ptr<std::string> octets;
  authorization_parameters sent;
};
inline sent_query read(std::string_view query) {
  auto octets = std::make_unique<std::string>(query);
  auto sent = read_authorization_query(*octets);
  EXPECT_TRUE(sent) << query;
  return {std::move(octets), std::move(sent.value())};
}

/// A complete request of "app".
inline std::string good_query(std::string_view client_id = "app") {
  auto out = std::string{"client_id="};
  out += client_id;
  out +=
      "&redirect_uri=https%3A%2F%2Fapp.example%2Fcb&response_type=code&scope=openid+api&state=s%201"
      "&nonce=n1&code_challenge=";
  out += challenge;
  return out += "&code_challenge_method=S256";
}

/// `query` without the parameter `name`.
inline std::string without(std::string query, std::string_view name) {
  const auto begin = ('&' + query).find('&' + std::string{name} + '=');
  EXPECT_NE(begin, std::string::npos) << name;
  const auto end = query.find('&', begin);
  return query.erase(begin, end == std::string::npos ? end : end - begin + 1);
}

/// `query` with another value of the parameter `name`, or with it.
inline std::string with(std::string query, std::string_view name, std::string_view value) {
  if (('&' + query).find('&' + std::string{name} + '=') != std::string::npos) {
    query = without(std::move(query), name);
  }
  if (!query.empty() && query.back() != '&') query += '&';
  return query.append(name).append("=").append(value);
}

/// A request that was checked, or its refusal, and the octets of its views.
struct checked_query {
  sent_query from;
  authorization_result<authorization_request> result;
  [[nodiscard]] const authorization_request& request() const { return result.value(); }
};
inline checked_query check(std::string_view query, way_of_asking how = {},
                           const authorization_terms& terms = {}) {
  auto from = read(query);
  const auto c = find_client(from.sent, clients());
  if (!c) return {std::move(from), tl::unexpected{c.error()}};
  auto random = counting_random{};
  auto result =
      check_authorization(from.sent, **c, clients(), how, issuer_options(), terms, now, random);
  return {std::move(from), std::move(result)};
}

}  // namespace mintage::oauth::test
