#include "crypto/jws.hpp"

#include <array>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <openssl/ecdsa.h>

#include "crypto/base64.hpp"
#include "crypto/openssl.hpp"
#include "example_key.hpp"

namespace mintage::crypto {
namespace {

constexpr auto payload = std::string_view{R"({"iss":"https://issuer.example","sub":"s","exp":1})"};

const signing_key& key_for(jws_alg alg) {
  static const auto es256 = signing_key::generate(jws_alg::es256);
  static const auto rs256 = signing_key::generate(jws_alg::rs256);
  return alg == jws_alg::es256 ? es256 : rs256;
}

constexpr auto both = std::array{jws_alg::es256, jws_alg::rs256};

std::string sign(jws_signer& signer, std::string_view claims = payload) {
  auto out = std::string{};
  signer.append_compact(out, jose_header(signer.key(), "at+jwt"), claims);
  return out;
}

struct parts {
  std::string signed_text;
  std::string signature;
};

parts split(std::string_view compact) {
  const auto dot = compact.rfind('.');
  return {std::string{compact.substr(0, dot)}, base64url_decode(compact.substr(dot + 1)).value()};
}

/// R‖S as DER, made by OpenSSL.
std::string openssl_der(std::string_view raw) {
  const auto octets = as_bytes(raw);
  auto* signature = ECDSA_SIG_new();
  ECDSA_SIG_set0(signature, BN_bin2bn(octets.data(), 32, nullptr),
                 BN_bin2bn(octets.data() + 32, 32, nullptr));
  unsigned char* der = nullptr;
  const auto size = i2d_ECDSA_SIG(signature, &der);
  auto out = std::string{as_chars({der, static_cast<std::size_t>(size)})};
  OPENSSL_free(der);
  ECDSA_SIG_free(signature);
  return out;
}

/// Verifies through the hash-and-verify interface and nothing of crypto/ but base64url.
bool openssl_verifies(const signing_key& key, std::string_view compact) {
  auto [text, signature] = split(compact);
  if (key.alg() == jws_alg::es256) signature = openssl_der(signature);
  const auto context = md_ctx_ptr{EVP_MD_CTX_new()};
  EXPECT_EQ(EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key.native()), 1);
  return EVP_DigestVerify(context.get(), as_bytes(signature).data(), signature.size(),
                          as_bytes(text).data(), text.size()) == 1;
}

TEST(verify_compact, refuses_every_one_character_change) {
  for (const auto alg : both) {
    auto signer = jws_signer{key_for(alg)};
    const auto compact = sign(signer);
    for (auto at = std::size_t{0}; at < compact.size(); ++at) {
      auto changed = compact;
      changed[at] = changed[at] == 'A' ? 'B' : 'A';
      EXPECT_FALSE(verify_compact(key_for(alg), changed)) << at;
    }
  }
}

TEST(verify_compact, refuses_other_shapes) {
  auto signer = jws_signer{key_for(jws_alg::es256)};
  const auto compact = sign(signer);
  const auto [text, signature] = split(compact);
  for (const auto& other : {
           std::string{},
           std::string{"."},
           std::string{".."},
           std::string{"..."},
           text,
           text + '.',
           compact + '.',
           '.' + compact,
           compact + '=',
           compact + "AAAA",
           text + '.' + base64url(openssl_der(signature)),   // DER (JWS-01)
           text + '.' + base64url(signature.substr(1)),      // 63 octets
           text + '.' + base64url('\0' + signature),         // 65 octets
           text + '.' + base64url(std::string(64, '\0')),    // r = s = 0
           text + '.' + base64url(std::string(64, '\xff')),  // r, s > n
           text + '.' + base64url(std::string(32, '\0') + signature.substr(32)),
           text + '.' + base64url(signature.substr(32) + signature.substr(0, 32)),
       }) {
    EXPECT_FALSE(verify_compact(signer.key(), other)) << other;
  }
}

TEST(verify_compact, refuses_four_parts_though_the_signature_fits) {
  auto signer = jws_signer{key_for(jws_alg::es256)};
  auto compact = std::string{};
  signer.append_compact(compact, "e30.e30", payload);
  ASSERT_TRUE(openssl_verifies(signer.key(), compact));
  EXPECT_FALSE(verify_compact(signer.key(), compact));
}

TEST(verify_compact, refuses_another_key) {
  for (const auto alg : both) {
    auto signer = jws_signer{key_for(alg)};
    EXPECT_FALSE(verify_compact(signing_key::generate(alg), sign(signer)));
  }
  auto signer = jws_signer{key_for(jws_alg::es256)};
  EXPECT_FALSE(verify_compact(key_for(jws_alg::rs256), sign(signer)));
}

TEST(verify_compact, known_answer) {  // RFC 7515 App. A.3
  const auto key = signing_key::load(jws_alg::es256, example_der());
  ASSERT_TRUE(key);
  EXPECT_TRUE(verify_compact(*key, example_jws));
}

TEST(jws_signer, signs_what_others_verify) {
  for (const auto alg : both) {
    auto signer = jws_signer{key_for(alg)};
    for (const auto size : {0, 1, 2, 3, 360, 5000}) {
      const auto claims = std::string(static_cast<std::size_t>(size), 'c');
      const auto compact = sign(signer, claims);
      EXPECT_TRUE(openssl_verifies(key_for(alg), compact));
      EXPECT_TRUE(verify_compact(key_for(alg), compact));
      EXPECT_EQ(split(compact).signed_text,
                jose_header(signer.key(), "at+jwt") + '.' + base64url(claims));
    }
  }
}

TEST(jws_signer, es256_signatures_are_64_octets_always) {  // JWS-01
  auto signer = jws_signer{key_for(jws_alg::es256)};
  for (auto i = 0; i < 500; ++i) {  // about four of them have an r or s that starts with zero
    const auto compact = sign(signer, std::to_string(i));
    ASSERT_EQ(split(compact).signature.size(), 64U);
    ASSERT_TRUE(openssl_verifies(signer.key(), compact));
  }
}

TEST(jws_signer, rs256_signatures_are_as_long_as_the_modulus) {
  auto signer = jws_signer{key_for(jws_alg::rs256)};
  EXPECT_EQ(split(sign(signer)).signature.size(), 256U);
}

TEST(jws_signer, rs256_is_pkcs1_and_so_deterministic) {
  auto signer = jws_signer{key_for(jws_alg::rs256)};
  EXPECT_EQ(sign(signer), sign(signer));
}

TEST(jws_signer, appends_behind_what_is_there) {
  auto signer = jws_signer{key_for(jws_alg::es256)};
  auto out = std::string{R"({"access_token":")"};
  const auto before = out.size();
  signer.append_compact(out, jose_header(signer.key(), "at+jwt"), payload);
  EXPECT_EQ(out.substr(0, before), R"({"access_token":")");
  EXPECT_TRUE(verify_compact(signer.key(), out.substr(before)));
}

TEST(jws_signer, does_not_allocate_in_a_string_with_room) {
  auto signer = jws_signer{key_for(jws_alg::es256)};
  const auto header = jose_header(signer.key(), "at+jwt");
  auto out = std::string{};
  out.reserve(header.size() + 1 + base64url_size(payload.size()) + 1 + 86);
  const auto* const memory = out.data();
  signer.append_compact(out, header, payload);
  EXPECT_EQ(out.data(), memory);
}

TEST(jws_signer, works_after_moves) {
  for (const auto alg : both) {
    auto first = jws_signer{key_for(alg)};
    auto second = std::move(first);
    EXPECT_TRUE(openssl_verifies(key_for(alg), sign(second)));
    auto third = jws_signer{signing_key::generate(jws_alg::es256)};
    third = std::move(second);
    EXPECT_EQ(third.key().kid(), key_for(alg).kid());
    EXPECT_TRUE(openssl_verifies(key_for(alg), sign(third)));
  }
}

TEST(jws_signer, one_key_signs_on_many_threads) {
  auto threads = std::vector<std::jthread>{};
  for (auto i = 0; i < 4; ++i) {
    threads.emplace_back([] {
      auto signer = jws_signer{key_for(jws_alg::es256)};
      for (auto round = 0; round < 50; ++round) {
        ASSERT_TRUE(verify_compact(signer.key(), sign(signer)));
      }
    });
  }
}

TEST(jose_header, has_no_member_that_locates_a_key) {  // JWS-01
  for (const auto alg : both) {
    const auto& key = key_for(alg);
    const auto name = std::string{to_string(alg)};
    EXPECT_EQ(base64url_decode(jose_header(key, "at+jwt")),
              R"({"alg":")" + name + R"(","typ":"at+jwt","kid":")" + key.kid() + R"("})");
    EXPECT_EQ(base64url_decode(jose_header(key, "")),
              R"({"alg":")" + name + R"(","kid":")" + key.kid() + R"("})");
  }
}

}  // namespace
}  // namespace mintage::crypto
