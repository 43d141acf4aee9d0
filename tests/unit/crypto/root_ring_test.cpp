#include "crypto/root_ring.hpp"

#include <gtest/gtest.h>

#include "crypto/digest.hpp"
#include "tests/support/rotated_ring.hpp"

namespace mintage::crypto {
namespace {

constexpr auto purpose = std::string_view{"mintage/seal/1"};

digest subkey_of(std::string_view root) {
  return root_key{sha256(root)}.derive(purpose);
}

TEST(root_ring, of_one_root_derives_as_the_root_does) {
  const auto ring = root_ring{sha256("first")};
  EXPECT_EQ(ring.derive(purpose), std::vector{subkey_of("first")});
  EXPECT_EQ(ring.lasting(lasting_subkey::pepper),
            root_key{sha256("first")}.derive("mintage/pepper/1"));
  EXPECT_EQ(ring.lasting(lasting_subkey::pairwise),
            root_key{sha256("first")}.derive("mintage/pairwise/1"));
  EXPECT_EQ(ring.content().generation, 1u);
}

TEST(root_ring, derives_of_the_newest_the_accepted_and_the_former_in_this_order) {
  auto ring = root_ring{sha256("first")};
  const auto copy = ring;
  ring.accept(root_key{sha256("second")});
  EXPECT_EQ(copy.derive(purpose), (std::vector{subkey_of("first"), subkey_of("second")}));
  test::rotate(ring, "second");
  EXPECT_EQ(copy.derive(purpose), (std::vector{subkey_of("second"), subkey_of("first")}));
  test::rotate(ring, "third");
  EXPECT_EQ(copy.derive(purpose),
            (std::vector{subkey_of("third"), subkey_of("second"), subkey_of("first")}));
}

TEST(root_ring, keeps_pepper_and_pairwise_key_in_a_rotation) {
  auto ring = root_ring{sha256("first")};
  const auto pepper = ring.lasting(lasting_subkey::pepper);
  const auto pairwise = ring.lasting(lasting_subkey::pairwise);
  test::rotate(ring, "second");
  EXPECT_EQ(ring.lasting(lasting_subkey::pepper), pepper);
  EXPECT_EQ(ring.lasting(lasting_subkey::pairwise), pairwise);
}

TEST(subkeys, follow_the_ring_when_they_are_updated) {
  auto ring = root_ring{sha256("first")};
  auto keys = subkeys{ring, std::string{purpose}};
  EXPECT_EQ(keys.newest(), subkey_of("first"));
  EXPECT_FALSE(keys.update());
  test::rotate(ring, "second");
  EXPECT_EQ(keys.newest(), subkey_of("first"));
  EXPECT_TRUE(keys.update());
  EXPECT_EQ(keys.all(), (std::vector{subkey_of("second"), subkey_of("first")}));
  EXPECT_EQ(keys.changes(), ring.changes());
  EXPECT_FALSE(keys.update());
}

TEST(subkeys, of_one_key_never_change) {
  auto keys = subkeys{sha256("k")};
  EXPECT_FALSE(keys.update());
  EXPECT_EQ(keys.all(), std::vector{sha256("k")});
}

}  // namespace
}  // namespace mintage::crypto
