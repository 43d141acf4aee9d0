// Assertions under a client secret, which the server knows sealed. (CAU-06, CAU-12)
#include <gtest/gtest.h>

#include <string>

#include "oauth/client/sealed_secret.hpp"
#include "tests/unit/oauth/client/assertion_samples.hpp"

namespace mintage::oauth {
namespace {

using namespace samples;

// RFC 7515 App. A.1, whose key is not text: see the test of crypto::is_hmac.
class secrets_of_client : public testing::Test {
 protected:
  secrets_of_client() { seal_key.fill(3); }

  /// The MAC of a text, by the one-shot function of the tests.
  static std::string assertion_by(const std::string& alg, crypto::sha2 hash, std::string_view key);

  crypto::digest seal_key{};
  client c = make_client(auth_method::client_secret_jwt);
};

/// HMAC by its definition. @see RFC 2104 §2
std::string hmac(crypto::sha2 which, std::string_view key, std::string_view text) {
  const auto block = which == crypto::sha2::sha256 ? std::size_t{64} : std::size_t{128};
  auto hash = crypto::sha2_hasher{which};
  auto padded = std::string{key.size() > block ? crypto::as_chars(hash(key)) : key};
  padded.resize(block);
  const auto pad = [&](char octet) {
    auto out = padded;
    for (auto& each : out) each = static_cast<char>(each ^ octet);
    return out;
  };
  const auto inner = std::string{crypto::as_chars(hash(pad(0x36) + std::string{text}))};
  return std::string{crypto::as_chars(hash(pad(0x5c) + inner))};
}

std::string secrets_of_client::assertion_by(const std::string& alg, crypto::sha2 hash,
                                            std::string_view key) {
  const auto text =
      base64url(json(with(header, "alg", '"' + alg + '"'))) + '.' + base64url(json(claims));
  return text + '.' + base64url(hmac(hash, key, text));
}

TEST_F(secrets_of_client, verify_hmacs) {  // CAU-06
  const auto secret = std::string(64, 'k');
  c.secrets.push_back(seal_secret(c, crypto::secret_string{secret}, {}, seal_key));
  for (const auto& row : assertion_algs) {
    if (row.by_key) continue;
    const auto compact = assertion_by(std::string{row.name}, row.hash, secret);
    const auto read = read_assertion(compact).value();
    EXPECT_TRUE(verify_by_secrets(read, c, seal_key, noon)) << row.name;
    const auto wrong = assertion_by(std::string{row.name}, row.hash, std::string(64, 'l'));
    EXPECT_FALSE(verify_by_secrets(read_assertion(wrong).value(), c, seal_key, noon));
    const auto cut = compact.substr(0, compact.rfind('.') + 1) + base64url("a part of a MAC");
    EXPECT_FALSE(verify_by_secrets(read_assertion(cut).value(), c, seal_key, noon));
  }
  auto other_key = seal_key;
  other_key.back() ^= 1;
  const auto compact = assertion_by("HS256", crypto::sha2::sha256, secret);
  const auto read = read_assertion(compact).value();
  EXPECT_FALSE(verify_by_secrets(read, c, other_key, noon));
  auto moved = c;
  moved.incarnation = 8;
  EXPECT_FALSE(verify_by_secrets(read, moved, seal_key, noon));
}

TEST_F(secrets_of_client, verify_nothing_when_they_are_short) {  // RFC 7518 §3.2
  const auto secret = std::string(32, 'k');
  c.secrets.push_back(seal_secret(c, crypto::secret_string{secret}, {}, seal_key));
  const auto verifies = [&](const std::string& compact) {
    return verify_by_secrets(read_assertion(compact).value(), c, seal_key, noon);
  };
  EXPECT_TRUE(verifies(assertion_by("HS256", crypto::sha2::sha256, secret)));
  EXPECT_FALSE(verifies(assertion_by("HS384", crypto::sha2::sha384, secret)));
  EXPECT_FALSE(verifies(assertion_by("HS512", crypto::sha2::sha512, secret)));
}

TEST_F(secrets_of_client, verify_while_they_are_live) {
  const auto first = std::string(64, 'a');
  const auto second = std::string(64, 'b');
  c.secrets.push_back(seal_secret(c, crypto::secret_string{first}, noon_date + 10, seal_key));
  c.secrets.push_back(seal_secret(c, crypto::secret_string{second}, {}, seal_key));
  const auto verifies = [&](const std::string& secret, instant now) {
    const auto compact = assertion_by("HS256", crypto::sha2::sha256, secret);
    return verify_by_secrets(read_assertion(compact).value(), c, seal_key, now);
  };
  EXPECT_TRUE(verifies(first, noon));
  EXPECT_TRUE(verifies(second, noon));
  EXPECT_FALSE(verifies(first, noon + seconds{10}));
  EXPECT_TRUE(verifies(second, noon + seconds{10}));
}

TEST_F(secrets_of_client, verify_nothing_that_names_a_public_key_algorithm) {  // NEG-080
  const auto secret = key_of(jws_alg::es256).public_part().jwk();
  c.secrets.push_back(seal_secret(c, crypto::secret_string{secret}, {}, seal_key));
  const auto compact = assertion_by("ES256", crypto::sha2::sha256, secret);
  EXPECT_FALSE(verify_by_secrets(read_assertion(compact).value(), c, seal_key, noon));
}

TEST(seal_secret, hides_the_text) {
  auto key = crypto::digest{};
  const auto c = make_client(auth_method::client_secret_jwt);
  const auto text = crypto::secret_string{std::string(40, 'k')};
  const auto sealed = seal_secret(c, text, noon_date, key);
  EXPECT_EQ(sealed.how, secret_kind::sealed);
  EXPECT_EQ(sealed.expires, noon);
  EXPECT_EQ(sealed.hash.find("kkkk"), std::string::npos);
  EXPECT_EQ(sealed_length(sealed), 40U);
  EXPECT_EQ(unseal_secret(c, sealed, key)->reveal(), text.reveal());
  auto changed = sealed;
  changed.hash.back() ^= 1;
  EXPECT_FALSE(unseal_secret(c, changed, key));
  changed = sealed;
  changed.how = secret_kind::hmac;
  EXPECT_FALSE(unseal_secret(c, changed, key));
  auto other = c;
  other.id = "c2";
  EXPECT_FALSE(unseal_secret(other, sealed, key));
}

}  // namespace
}  // namespace mintage::oauth
