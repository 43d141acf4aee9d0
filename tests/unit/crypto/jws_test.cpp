#include "crypto/jws.hpp"

#include <array>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <openssl/ecdsa.h>
#include <openssl/rsa.h>

#include "crypto/base64.hpp"
#include "crypto/openssl.hpp"
#include "tests/support/compact_jws.hpp"
#include "tests/unit/crypto/example_key.hpp"
#include "tests/unit/crypto/hex.hpp"

namespace mintage::crypto {
namespace {

using test::verify_compact;

constexpr auto payload = std::string_view{R"({"iss":"https://issuer.example","sub":"s","exp":1})"};

const signing_key& key_for(jws_alg alg) {
  static const auto keys = [] {
    auto made = std::vector<signing_key>{};
    for (const auto& each : verified_algs) made.push_back(signing_key::generate(each.id));
    return made;
  }();
  return keys[static_cast<std::size_t>(alg)];
}

/// All algorithms, not only those that Mintage signs with.
const auto all_algs = [] {
  auto algs = std::vector<jws_alg>{};
  for (const auto& each : verified_algs) algs.push_back(each.id);
  return algs;
}();

bool is_ecdsa(jws_alg alg) {
  return row_of(alg).scheme == jws_scheme::ecdsa;
}

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

/// R‖S as DER, encoded by OpenSSL.
std::string openssl_der(std::string_view raw) {
  const auto octets = as_bytes(raw);
  auto* signature = ECDSA_SIG_new();
  const auto half = static_cast<int>(octets.size() / 2);
  ECDSA_SIG_set0(signature, BN_bin2bn(octets.data(), half, nullptr),
                 BN_bin2bn(octets.data() + half, half, nullptr));
  unsigned char* der = nullptr;
  const auto size = i2d_ECDSA_SIG(signature, &der);
  auto out = std::string{as_chars({der, static_cast<std::size_t>(size)})};
  OPENSSL_free(der);
  ECDSA_SIG_free(signature);
  return out;
}

/// Verifies with OpenSSL's hash-and-verify interface, and nothing of crypto/ but base64url.
bool openssl_verifies(const signing_key& key, std::string_view compact) {
  auto [text, signature] = split(compact);
  if (is_ecdsa(key.alg())) signature = openssl_der(signature);
  const auto context = md_ctx_ptr{EVP_MD_CTX_new()};
  constexpr auto methods = std::array{EVP_sha256, EVP_sha384, EVP_sha512};
  const auto* method = key.alg() == jws_alg::eddsa
                           ? nullptr
                           : methods.at(static_cast<std::size_t>(hash_of(key.alg())))();
  EVP_PKEY_CTX* options = nullptr;
  EXPECT_EQ(EVP_DigestVerifyInit(context.get(), &options, method, nullptr, key.native()), 1);
  if (row_of(key.alg()).scheme == jws_scheme::rsa_pss) {
    EXPECT_EQ(EVP_PKEY_CTX_set_rsa_padding(options, RSA_PKCS1_PSS_PADDING), 1);
    EXPECT_EQ(
        EVP_PKEY_CTX_set_rsa_pss_saltlen(options, static_cast<int>(size_of(hash_of(key.alg())))),
        1);
  }
  return EVP_DigestVerify(context.get(), as_bytes(signature).data(), signature.size(),
                          as_bytes(text).data(), text.size()) == 1;
}

TEST(verify_compact, refuses_every_one_character_change) {
  for (const auto alg : all_algs) {
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
  for (const auto alg : all_algs) {
    auto signer = jws_signer{key_for(alg)};
    EXPECT_FALSE(verify_compact(signing_key::generate(alg), sign(signer)));
  }
  // JWS-03: the algorithm is a property of the key.
  const auto rsa = std::string{key_for(jws_alg::rs256).private_der().reveal()};
  const auto same_numbers = signing_key::load(jws_alg::ps256, rsa);
  ASSERT_TRUE(same_numbers);
  auto pkcs1 = jws_signer{key_for(jws_alg::rs256)};
  EXPECT_FALSE(verify_compact(*same_numbers, sign(pkcs1)));
  auto pss = jws_signer{*same_numbers};
  EXPECT_FALSE(verify_compact(key_for(jws_alg::rs256), sign(pss)));
  for (const auto alg : all_algs) {
    auto signer = jws_signer{key_for(alg)};
    for (const auto other : all_algs) {
      EXPECT_EQ(verify_compact(key_for(other), sign(signer)), alg == other);
    }
  }
}

TEST(verify_signature, refuses_r_and_s_outside_1_to_n_minus_1) {  // JWS-03
  struct curve_order {
    jws_alg alg;
    const char* n;
  };
  for (const auto& [alg, n] :
       {curve_order{jws_alg::es256,
                    "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551"},
        curve_order{jws_alg::es384,
                    "ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf"
                    "581a0db248b0a77aecec196accc52973"},
        curve_order{jws_alg::es512,
                    "01ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
                    "fffa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409"}}) {
    auto signer = jws_signer{key_for(alg)};
    const auto [text, good] = split(sign(signer));
    ASSERT_TRUE(verify_signature(signer.key().public_part(), text, good));
    const auto order = from_hex(n);
    const auto half = order.size();
    for (const auto& bad : {std::string(half, '\0'), order, std::string(half, '\xff')}) {
      EXPECT_FALSE(verify_signature(signer.key().public_part(), text, bad + good.substr(half)));
      EXPECT_FALSE(verify_signature(signer.key().public_part(), text, good.substr(0, half) + bad));
    }
  }
}

TEST(verify_signature, refuses_other_lengths) {  // JWS-03
  for (const auto alg : all_algs) {
    auto signer = jws_signer{key_for(alg)};
    const auto [text, good] = split(sign(signer));
    ASSERT_TRUE(verify_signature(signer.key().public_part(), text, good));
    for (const auto& bad : {std::string{}, good.substr(1), good.substr(0, good.size() - 1),
                            '\0' + good, good + '\0', good.substr(0, 32), good + good}) {
      EXPECT_FALSE(verify_signature(signer.key().public_part(), text, bad)) << to_string(alg);
    }
  }
}

TEST(verify_signature, refuses_pss_with_a_salt_of_another_length) {  // JWS-04
  const auto key = signing_key::load(jws_alg::ps256, *base64url_decode(example_rsa_der));
  ASSERT_TRUE(key);
  const auto [text, good] = split(example_ps256_jws);
  EXPECT_TRUE(verify_signature(key->public_part(), text, good));
  EXPECT_FALSE(
      verify_signature(key->public_part(), text, *base64url_decode(ps256_with_salt_of_20)));
  EXPECT_FALSE(verify_signature(key->public_part(), text, *base64url_decode(ps256_without_salt)));
}

TEST(verify_signature, known_answer_of_p384) {  // RFC 6979 App. A.2.6
  const auto key = signing_key::load(jws_alg::es384, example_p384_der());
  ASSERT_TRUE(key);
  const auto signature = from_hex(example_p384_signature);
  EXPECT_TRUE(verify_signature(key->public_part(), "sample", signature));
  EXPECT_FALSE(verify_signature(key->public_part(), "simple", signature));
}

TEST(verify_compact, known_answers) {
  const auto rsa = *base64url_decode(example_rsa_der);
  struct answer {
    jws_alg alg;
    std::string der;
    std::string_view jws;
  };
  for (const auto& [alg, der, jws] :
       {answer{jws_alg::es256, example_der(), example_jws},                 // RFC 7515 App. A.3
        answer{jws_alg::rs256, rsa, example_rs256_jws},                     // RFC 7515 App. A.2
        answer{jws_alg::ps256, rsa, example_ps256_jws},                     // RFC 8017 §8.1.1
        answer{jws_alg::eddsa, example_ed25519_der(), example_eddsa_jws}})  // RFC 8037 App. A.5
  {
    const auto key = signing_key::load(alg, der);
    ASSERT_TRUE(key) << to_string(alg);
    EXPECT_TRUE(verify_compact(*key, jws)) << to_string(alg);
  }
}

TEST(jws_signer, makes_the_signatures_of_the_rfcs) {  // those that draw no random number
  const auto make = [](jws_alg alg, const std::string& der, std::string_view jws) {
    auto signer = jws_signer{signing_key::load(alg, der).value()};
    const auto first = jws.find('.');
    const auto last = jws.rfind('.');
    auto out = std::string{};
    signer.append_compact(out, jws.substr(0, first),
                          *base64url_decode(jws.substr(first + 1, last - first - 1)));
    return out;
  };
  EXPECT_EQ(make(jws_alg::rs256, *base64url_decode(example_rsa_der), example_rs256_jws),
            example_rs256_jws);
  EXPECT_EQ(make(jws_alg::eddsa, example_ed25519_der(), example_eddsa_jws), example_eddsa_jws);
}

TEST(jws_signer, signs_what_others_verify) {
  for (const auto alg : all_algs) {
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

TEST(jws_signer, ecdsa_signatures_have_one_width_always) {  // JWS-01
  for (const auto alg : {jws_alg::es256, jws_alg::es384}) {
    auto signer = jws_signer{key_for(alg)};
    for (auto i = 0; i < 500; ++i) {  // about four of them have an r or s that starts with zero
      const auto compact = sign(signer, std::to_string(i));
      ASSERT_EQ(split(compact).signature.size(), alg == jws_alg::es256 ? 64U : 96U);
      ASSERT_TRUE(openssl_verifies(signer.key(), compact));
    }
  }
}

TEST(jws_signer, rsa_signatures_are_as_long_as_the_modulus) {
  for (const auto alg : {jws_alg::rs256, jws_alg::ps256}) {
    auto signer = jws_signer{key_for(alg)};
    EXPECT_EQ(split(sign(signer)).signature.size(), 256U);
  }
}

TEST(jws_signer, ps256_draws_a_salt) {  // JWS-04
  auto signer = jws_signer{key_for(jws_alg::ps256)};
  EXPECT_NE(sign(signer), sign(signer));
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

TEST(jws_signer, makes_many_at_once) {
  for (const auto alg : all_algs) {
    auto signer = jws_signer{key_for(alg)};
    const auto access = jose_header(signer.key(), "at+jwt");
    const auto id = jose_header(signer.key(), "JWT");
    auto claims = std::vector<std::string>{};
    for (auto i = 0; i < 5; ++i) claims.push_back(std::string(static_cast<std::size_t>(i), 'c'));
    auto outs = std::vector<std::string>(claims.size(), "before:");
    auto drafts = std::vector<jws_draft>{};
    for (auto i = std::size_t{0}; i < outs.size(); ++i)
      drafts.push_back({&outs[i], i % 2 == 0 ? access : id, claims[i]});
    signer.append_compact(drafts);
    for (auto i = std::size_t{0}; i < outs.size(); ++i) {
      ASSERT_EQ(outs[i].substr(0, 7), "before:");
      const auto compact = outs[i].substr(7);
      EXPECT_TRUE(openssl_verifies(signer.key(), compact)) << to_string(alg) << i;
      EXPECT_EQ(split(compact).signed_text,
                (i % 2 == 0 ? access : id) + '.' + base64url(claims[i]));
    }
    signer.append_compact(std::span<const jws_draft>{});
  }
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
  for (const auto alg : all_algs) {
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
  for (const auto alg : all_algs) {
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
