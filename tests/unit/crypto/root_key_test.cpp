#include "crypto/root_key.hpp"

#include <gtest/gtest.h>

#include "crypto/digest.hpp"

namespace mintage::crypto {
namespace {

TEST(root_key, derives_as_HKDF_does_also_from_a_copy) {
  const auto octets = sha256("root");
  const auto key = root_key{octets};
  const auto copy = key;
  for (const auto* info : {"", "mintage/seal/1", "mintage/refresh/1"}) {
    EXPECT_EQ(key.derive(info), hkdf_sha256(octets, info));
    EXPECT_EQ(copy.derive(info), hkdf_sha256(octets, info));
  }
  EXPECT_EQ(root_key{}.derive("a"), hkdf_sha256(digest{}, "a"));
}

}  // namespace
}  // namespace mintage::crypto
