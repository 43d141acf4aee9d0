#include "crypto/signatures/choice.hpp"

#include <gmock/gmock.h>

#include "tests/unit/crypto/signatures/backends.hpp"

namespace mintage::crypto {
namespace {

using testing::HasSubstr;

std::string lacks_nothing() {
  return {};
}
std::string lacks_ifma() {
  return "AVX512_IFMA";
}

/// What the loader says of a file of tests/unit/crypto/fake_crypto_mb.
std::string fault_of(const std::string& name) {
  const auto file = fake_crypto_mb_folder "libfake_crypto_mb_" + name + ".so";
  const auto known = crypto_mb::known_library{file.c_str(), 1, 0, 14};
  const auto found = crypto_mb::load({{&known, 1}, lacks_nothing});
  return found ? "no fault" : found.error();
}

TEST(crypto_mb_library, is_refused_in_another_version) {
  EXPECT_THAT(fault_of("wrong_version"), HasSubstr("has version 1.1.14, which is not known"));
  EXPECT_THAT(fault_of("wrong_name"), HasSubstr("has version 1.0.14, which is not known"));
}
TEST(crypto_mb_library, is_refused_without_its_functions) {
  EXPECT_THAT(fault_of("empty"), HasSubstr("lacks a function"));
}
TEST(crypto_mb_library, is_refused_when_it_signs_wrongly) {
  EXPECT_THAT(fault_of("wrong_signatures"), HasSubstr("fails its self test"));
}
TEST(crypto_mb_library, is_not_looked_for_without_the_instructions) {
  const auto known = crypto_mb::known_library{"libnone.so", 1, 0, 14};
  EXPECT_EQ(crypto_mb::load({{&known, 1}, lacks_ifma}).error(),
            "processor or system have no AVX512_IFMA");
  EXPECT_EQ(crypto_mb::load({{&known, 1}, lacks_nothing}).error(), "libnone.so is not installed");
}

TEST(signature_backends, are_openssl_where_crypto_mb_cannot_be_had) {
  const auto nowhere = crypto_mb::search{{}, lacks_ifma};
  const auto found = signature_backends::choose(backend_wish::automatic, nowhere);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->kind(), backend_kind::openssl);
  EXPECT_EQ(found->reason(), "processor or system have no AVX512_IFMA");
  const auto insisted = signature_backends::choose(backend_wish::crypto_mb, nowhere);
  ASSERT_FALSE(insisted);
  EXPECT_EQ(insisted.error(), "processor or system have no AVX512_IFMA");
}
TEST(signature_backends, are_openssl_when_that_is_chosen) {
  const auto found = signature_backends::choose(backend_wish::openssl);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->kind(), backend_kind::openssl);
  EXPECT_EQ(found->reason(), "chosen by keys.signature_backend");
}

class chosen_crypto_mb : public needs_crypto_mb {};
TEST_F(chosen_crypto_mb, is_named_with_its_version) {
  const auto found = signature_backends::choose(backend_wish::automatic);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->kind(), backend_kind::crypto_mb);
  EXPECT_THAT(found->reason(), testing::StartsWith("libcrypto_mb.so.11 1.0."));
}

}  // namespace
}  // namespace mintage::crypto
