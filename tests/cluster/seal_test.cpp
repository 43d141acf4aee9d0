// The seal key is rotated on one node of two, and the other one goes on.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>

#include "crypto/base64.hpp"
#include "crypto/random.hpp"
#include "tests/cluster/cluster.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/secret_book.hpp"

namespace mintage::test {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class rotating_seal : public testing::Test {
 protected:
  rotating_seal() {
    fs::copy_file(first().server().file("mintage.seal"), second->server().file("mintage.seal"));
    second->start();
  }
  node& first() { return all.at(0); }

  /// Makes a seal key to come, on the first node.
  void make_next() {
    const auto key = crypto::base64url(crypto::buffered_random{}.take<32>());
    remember_secret(key);
    const auto file = first().server().file("mintage.seal.next");
    write_file(file, key + '\n');
    fs::permissions(file, fs::perms::owner_read | fs::perms::owner_write);
  }
  void hand_over_next() {
    fs::copy_file(first().server().file("mintage.seal.next"),
                  second->server().file("mintage.seal.next"));
  }
  static void restart(node& n) {
    EXPECT_EQ(n.server().stop(), 0);
    n.start();
  }
  http_answer rotate() { return first().admin().call("POST", "/admin/seal/rotate"); }
  [[nodiscard]] static boost::json::object seal_of(const node& n) {
    return parse_object(n.admin().call("GET", "/admin/seal").body);
  }
  static std::string refresh_at(node& n, const party& who, const std::string& token) {
    auto wire = connection{n.server().port(), std::chrono::seconds{15}};
    wire.send(refresh(who, token).render());
    const auto got = wire.receive();
    EXPECT_EQ(got.status, 200U) << got.octets;
    return got.status == 200 ? tokens_in(got).refresh : "";
  }

  const settings own_key{{"keys.seal_key_file", toml_string("mintage.seal")}};
  cluster all{1, own_key};
  std::unique_ptr<node> second = all.make_node(own_key);
};

TEST_F(rotating_seal, needs_the_new_key_on_each_node_before) {
  const auto without = rotate();
  EXPECT_EQ(without.status, 409U);
  EXPECT_THAT(without.body, HasSubstr("mintage seal make"));
  make_next();
  EXPECT_EQ(rotate().status, 409U) << "this node was started before";
  restart(first());
  const auto alone = rotate();
  EXPECT_EQ(alone.status, 409U);
  EXPECT_THAT(alone.body, HasSubstr("mintage.seal.next"));
  EXPECT_EQ(seal_of(first()).at("generation").as_int64(), 1);
}

TEST_F(rotating_seal, keeps_what_was_given_out_before_on_both_nodes) {
  const auto before = all.log_in(0, all.client());
  const auto code = all.mint(0);
  make_next();
  hand_over_next();
  restart(first());
  restart(*second);
  const auto rotated = rotate();
  ASSERT_EQ(rotated.status, 200U) << rotated.body;
  // At once: the other node may not have seen it yet.
  const auto fresh = all.log_in(0, all.client());
  auto here = refresh_at(*second, all.client(), fresh.refresh);
  auto there = refresh_at(*second, all.client(), before.refresh);
  EXPECT_EQ(second->status_of(redemption(all.client(), code)), 200U);
  for (auto* n : {&first(), second.get()}) {
    eventually([&] {
      const auto now = seal_of(*n);
      return now.at("generation").as_int64() == 2 &&
             now.at("outdated").as_object() == boost::json::object{{"keys", 0}, {"secrets", 0}};
    });
    EXPECT_TRUE(seal_of(*n).at("file_is_current").as_bool());
    EXPECT_TRUE(fs::exists(n->server().file("mintage.seal.former-1")));
    EXPECT_FALSE(fs::exists(n->server().file("mintage.seal.next")));
  }
  here = refresh_at(first(), all.client(), here);
  there = refresh_at(first(), all.client(), there);
  EXPECT_EQ(second->admin().call("POST", "/admin/seal/retire").status, 200U);
  eventually([&] { return seal_of(first()).at("former").as_array().empty(); });
  restart(*second);
  restart(first());
  refresh_at(*second, all.client(), here);
  refresh_at(*second, all.client(), there);
}

TEST_F(rotating_seal, ends_a_node_that_has_lost_the_new_key) {
  make_next();
  hand_over_next();
  restart(first());
  restart(*second);
  fs::remove(second->server().file("mintage.seal.next"));
  ASSERT_EQ(rotate().status, 200U);
  eventually([&] { return second->readiness() == 0; });
  EXPECT_THAT(second->server().log(), HasSubstr("another node has rotated the seal key"));
  EXPECT_EQ(all.redeem(0, all.mint(0)), 200U);
}

}  // namespace
}  // namespace mintage::test
