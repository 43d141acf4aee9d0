/// @file
/// A server whose seal key is rotated, and what it gave out before.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/support/browser.hpp"
#include "tests/support/dpop_key.hpp"
#include "tests/support/test_clients.hpp"

namespace mintage::test {

/// Credentials and tokens of each kind that a seal key has a part in.
struct keepsake {
  std::string code;
  tokens once;     ///< with a static refresh token
  tokens rolling;  ///< with one that rotates
  std::string opaque;
  /// The browser is at the login page of `handle`, and at the way back of `way_back`.
  browser person{0};
  std::string handle;
  std::string way_back;
  std::string nonce;
  std::string pairwise_subject;
};

/// Each test has a server of its own: it changes the files of the seal key.
class seal : public testing::Test {
 protected:
  explicit seal(const settings& overrides = {});

  /// Takes tokens and credentials of each kind.
  [[nodiscard]] keepsake take_all();
  /// Checks that all of them are as good as before. Those that can be used once are used.
  void expect_all_valid(keepsake& k);
  /// Checks the refresh tokens alone, which stay usable.
  void expect_refreshed(keepsake& k);
  [[nodiscard]] http_answer refresh_once(const keepsake& k) const;

  /// Runs `mintage seal` against the server.
  [[nodiscard]] ended run(const std::vector<std::string>& words) const;
  /// `mintage seal rotate`, which must succeed.
  ended rotate();
  /// GET /admin/seal
  [[nodiscard]] boost::json::object status();
  [[nodiscard]] int generation() { return status().at("generation").to_number<int>(); }
  /// `mintage seal make` in the folder of the server.
  void make_key(const std::string& name) const;

  /// The folder entry FILE, FILE.next, FILE.former-N by the end of its name.
  [[nodiscard]] std::filesystem::path key(std::string_view ending = {}) const;
  /// Its content, which no log may contain.
  [[nodiscard]] std::string content(std::string_view ending = {}) const;
  void move_key(std::string_view from, std::string_view to) const;
  void restart();
  void start();

  stage s_;

 private:
  [[nodiscard]] http_answer redeem_with_nonce(const std::string& code, const std::string& nonce);
  [[nodiscard]] std::string subject_of_pairwise();
  [[nodiscard]] std::string begin(browser& b);
  [[nodiscard]] std::string accept(const std::string& handle);

  party rolling_ = make_party(s_.admin, {{"rt_mode", "rotating"}});
  party keyed_ = make_party(s_.admin, {{"token_endpoint_auth_method", "client_secret_jwt"},
                                       {"token_endpoint_auth_signing_alg", "HS256"},
                                       {"grant_types", {"client_credentials"}},
                                       {"scope", "read"}});
  party chosen_ = make_party(
      s_.admin, {{"client_id", "imported"}, {"client_secret", "chosen-elsewhere-0123456789"}});
  party pairwise_ = make_party(s_.admin, {{"subject_type", "pairwise"}});
  party nonces_ = make_party(s_.admin, {{"dpop_nonces", true}});
  party opaque_;
  dpop_key dpop_;
};

}  // namespace mintage::test
