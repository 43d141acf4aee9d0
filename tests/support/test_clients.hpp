/// @file
/// A running server with the clients of PROTOCOL.md §11.
#pragma once

#include <boost/json.hpp>
#include <memory>
#include <string>
#include <string_view>

#include "tests/support/admin_client.hpp"
#include "tests/support/client_key.hpp"
#include "tests/support/server_process.hpp"
#include "tests/support/token_call.hpp"

namespace mintage::test {

/// KAT-01.
constexpr std::string_view verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
constexpr std::string_view challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// A client that redeems codes, with its credentials.
struct party {
  enum class way : std::uint8_t { basic, post, none, assertion };
  std::string id;
  std::string secret;
  std::string redirect_uri = "https://client.example/cb";
  way how = way::basic;
  /// Whether its codes carry KAT-01's challenge.
  bool pkce = false;
  /// What it signs assertions with.
  std::shared_ptr<const client_key> key{};
};

/// The body of POST /admin/codes for a login of alice just now, scope "openid profile".
[[nodiscard]] boost::json::object mint_body(const party& who);
/// The base request: the valid redemption of `code`.
[[nodiscard]] token_call redemption(const party& who, std::string_view code);
/// Adds the client's credentials; an assertion that was not used before.
void identify(token_call& call, const party& who);
/// A refresh with the required parameters only.
[[nodiscard]] token_call refresh(const party& who, std::string_view refresh_token);
[[nodiscard]] token_call client_credentials(const party& who);
/// POST /introspect or /revoke about a token.
[[nodiscard]] token_call question(std::string_view endpoint, const party& who,
                                  std::string_view token);
/// GET /userinfo with the token in its header.
[[nodiscard]] token_call userinfo(std::string_view access_token);

/// The members of a successful token answer; empty where absent.
struct tokens {
  std::string access;
  std::string refresh;
  std::string id;
  std::string scope;
};
[[nodiscard]] tokens tokens_in(const http_answer& got);

/// Metadata that most tests start from: redirect URI, scopes, both grants, no PKCE required.
[[nodiscard]] boost::json::object client_metadata();
/// Creates a client and stores its id and secret. `with` overrides `client_metadata`.
[[nodiscard]] party make_party(admin_client& admin, const boost::json::object& with = {});
/// Creates a client of `private_key_jwt` with the public part of `key`.
[[nodiscard]] party make_signing_party(admin_client& admin, std::shared_ptr<const client_key> key,
                                       const boost::json::object& with = {});

/// Server, admin connection, and one ordinary client.
class stage {
 public:
  explicit stage(const settings& overrides = {});
  /// The same with a client that is there already.
  stage(const settings& overrides, party known);
  server_process server;
  admin_client admin;
  /// client_secret_basic, generated secret, PKCE not required.
  party c1;

  std::string mint(const party& who);
  /// Mints a code and redeems it. @param login overrides members of `mint_body`.
  /// @throws std::runtime_error with the answer unless it is 200.
  [[nodiscard]] tokens log_in(const party& who, const boost::json::object& login = {});
  /// The same with offline_access, so that there is a refresh token.
  [[nodiscard]] tokens log_in_offline(const party& who);
  /// The answer of introspection to `who` about a token. @throws std::runtime_error unless it is
  /// 200.
  [[nodiscard]] boost::json::object introspect(const party& who, std::string_view token) const;
  /// Sends the valid redemption on a connection of its own.
  [[nodiscard]] http_answer redeem(const party& who, std::string_view code) const;
  /// Redeems the code once more: 200 if and only if it was live.
  void expect_live(const party& who, std::string_view code) const;
  void expect_dead(const party& who, std::string_view code) const;
  /// Reads the new TCP ports after a restart and connects again.
  void reconnect();
};

}  // namespace mintage::test
