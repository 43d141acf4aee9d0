/// @file
/// A row of the negative tables of PROTOCOL.md §11 as a test.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/dpop_key.hpp"
#include "tests/support/test_clients.hpp"

namespace mintage::test {

/// One server with all parties that the tables need.
class world : public stage {
 public:
  world();
  party c1_pkce;         ///< C1, its codes with a challenge
  party c2;              ///< another confidential client
  party post;            ///< client_secret_post
  party strict;          ///< client_secret_basic, strict_auth_method
  party open;            ///< public, PKCE
  party loopback;        ///< a redirect URI on http://127.0.0.1:8080
  party raw;             ///< imported secret that form decoding would change
  party raw_off;         ///< the same, basic_raw_compat off
  party no_code_grant;   ///< registered for refresh_token alone
  party service;         ///< client_credentials: scope "openid read", confidential
  party api;             ///< the resource server of `api_identifier`, confidential
  party browser;         ///< public, its redirect URI on https://app.example
  party signer;          ///< private_key_jwt, ES256
  party signer_2;        ///< another one
  party lenient_signer;  ///< the same with assertion_aud_mode "compat"
};
/// A registered resource that scope "read" refers to, and another one that C1 may name.
constexpr std::string_view api_identifier = "https://api.example";
constexpr std::string_view other_identifier = "https://other.example";
using party_of = party world::*;
/// The key of most DPoP proofs.
[[nodiscard]] dpop_key& key();

/// State of the presented code afterwards.
enum class after { live, dead, not_asked };

struct row {
  /// "NEG-048"
  std::string id;
  /// Distinguishes several tests of one row; else empty. Characters of a test's name.
  std::string variant;
  std::function<void(world&)> run;
};

/// One changed redemption: mints for `who`, applies `bend`, checks the answer and the code's state.
[[nodiscard]] row bent(std::string id, std::string variant, const expected& want, after state,
                       std::function<void(world&, token_call&)> bend, party_of who = &world::c1);
[[nodiscard]] std::vector<row> rows_of_http();         ///< part A
[[nodiscard]] std::vector<row> rows_of_parameters();   ///< part B
[[nodiscard]] std::vector<row> rows_of_client_auth();  ///< part C
[[nodiscard]] std::vector<row> rows_of_assertions();   ///< part D
[[nodiscard]] std::vector<row> rows_of_redemption();   ///< part E
[[nodiscard]] std::vector<row> rows_of_pkce();         ///< part F
[[nodiscard]] std::vector<row> rows_of_refresh();      ///< part G
[[nodiscard]] std::vector<row> rows_of_service();      ///< part H, client_credentials
[[nodiscard]] std::vector<row> rows_of_questions();    ///< part J
[[nodiscard]] std::vector<row> rows_of_fapi();         ///< part K

[[nodiscard]] std::vector<row> rows_of_dpop();          ///< part I, DPoP
[[nodiscard]] std::vector<row> rows_of_bound_tokens();  ///< proofs in parts G and J

/// A row without a test here.
struct pending_row {
  std::string_view id;
  /// What it waits for, or where it is tested.
  std::string_view reason;
};
[[nodiscard]] std::vector<pending_row> pending_rows();

}  // namespace mintage::test
