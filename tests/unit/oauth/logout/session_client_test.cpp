#include "oauth/logout/session_client.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "oauth/grant/cutoff.hpp"

namespace mintage::oauth {
namespace {

constexpr auto start = instant{session_period * 700};

class session_clients : public testing::Test {
 protected:
  [[nodiscard]] bool is_found(std::string_view sid, std::string_view client, instant minted,
                              instant asked) {
    const auto marked = mark_session(sid, client, minted, o, hash);
    const auto names = find_session_client("sid", "client", asked, o, hash);
    return std::find(names.begin(), names.end(), marked.name) != names.end();
  }
  options o;
  crypto::sha256_hasher hash;
};

// LGO-05
TEST_F(session_clients, are_found_as_long_as_anything_of_them_can_be_valid) {
  for (const auto minted :
       {start, start + seconds{1}, start + session_period / 2, start + session_period - seconds{1}})
    for (const auto age : {seconds{0}, seconds{86400}, cutoff_life(o)}) {
      EXPECT_TRUE(is_found("sid", "client", minted, minted + age));
      const auto mark = mark_session("sid", "client", minted, o, hash);
      EXPECT_GE(mark.expires, minted + cutoff_life(o));
    }
}

TEST_F(session_clients, are_told_apart) {
  EXPECT_FALSE(is_found("sid2", "client", start, start));
  EXPECT_FALSE(is_found("sid", "client2", start, start));
  EXPECT_FALSE(is_found("si", "dclient", start, start));
}

TEST_F(session_clients, of_one_session_have_its_slot) {
  const auto where = slot_of_session("sid", hash);
  for (const auto* client : {"a", "b", "c"}) {
    EXPECT_EQ(mark_session("sid", client, start, o, hash).name.where, where);
    for (const auto& n : find_session_client("sid", client, start + session_period, o, hash))
      EXPECT_EQ(n.where, where);
  }
}

TEST_F(session_clients, are_few) {
  const auto most = static_cast<std::size_t>(cutoff_life(o) / session_period) + 2;
  EXPECT_LE(find_session_client("sid", "client", start, o, hash).size(), most);
}

}  // namespace
}  // namespace mintage::oauth
