#include "oauth/authorization/browser.hpp"

#include <gtest/gtest.h>

#include "tests/unit/oauth/counting_random.hpp"

namespace mintage::oauth {
namespace {

constexpr auto id_text = "AAECAwQFBgcICQoLDA0ODw";

TEST(browser_id, is_22_characters) {
  auto random = test::counting_random{};
  EXPECT_EQ(browser_id::draw(random).text(), id_text);
  EXPECT_TRUE(browser_id::parse(id_text));
  for (const auto* text : {"", "AAECAwQFBgcICQoLDA0OD", "AAECAwQFBgcICQoLDA0ODww",
                           "AAECAwQFBgcICQoLDA0ODx", "AAECAwQFBgcICQoLDA0O+w"}) {
    EXPECT_FALSE(browser_id::parse(text)) << text;
  }
}

TEST(browser_id, is_known_by_half_of_its_hash) {
  auto hash = crypto::sha256_hasher{};
  const auto whole = crypto::sha256(std::string_view{id_text});
  const auto binding = browser_id::parse(id_text)->binding(hash);
  EXPECT_TRUE(std::equal(binding.begin(), binding.end(), whole.begin()));
  EXPECT_TRUE(is_same_browser(binding, browser_id::parse(id_text)->binding(hash)));
  EXPECT_FALSE(is_same_browser(binding, browser_binding{}));
}

TEST(browser_cookie, has_the_host_prefix_over_https) {
  auto text = std::string{};
  browser_cookie{"https://as.example"}.append(text, *browser_id::parse(id_text));
  EXPECT_EQ(text, std::string{"__Host-mintage_browser="} + id_text +
                      "; Path=/; Secure; HttpOnly; SameSite=Lax");
}

TEST(browser_cookie, is_not_secure_over_http) {  // loopback only: MET-01
  auto text = std::string{};
  browser_cookie{"http://127.0.0.1:9080/t"}.append(text, *browser_id::parse(id_text));
  EXPECT_EQ(text, std::string{"mintage_browser="} + id_text + "; Path=/; HttpOnly; SameSite=Lax");
}

// A POST from another site comes without the usual cookie, which must stay (SameSite=Lax).
TEST(browser_cookie, is_another_one_for_a_POST) {
  const auto cookie = browser_cookie{"https://as.example"};
  auto text = std::string{};
  cookie.append(text, *browser_id::parse(id_text), browser_cookie_use::posted);
  EXPECT_EQ(text, std::string{"__Host-mintage_browser_posted="} + id_text +
                      "; Path=/; Secure; HttpOnly; SameSite=Lax");
  EXPECT_TRUE(cookie.find(text, browser_cookie_use::posted));
  EXPECT_FALSE(cookie.find(text));
}

TEST(browser_cookie, is_found_among_others) {
  const auto secure = browser_cookie{"https://as.example"};
  const auto plain = browser_cookie{"http://localhost"};
  const auto good = std::string{"__Host-mintage_browser="} + id_text;
  EXPECT_TRUE(secure.find(good));
  EXPECT_TRUE(secure.find("a=b; " + good + "; c=d"));
  EXPECT_TRUE(secure.find("a;" + good));
  EXPECT_TRUE(secure.find("__Host-mintage_browser=bad; " + good));
  EXPECT_FALSE(secure.find(""));
  EXPECT_FALSE(secure.find("x" + good));
  EXPECT_FALSE(secure.find(good + "x"));
  EXPECT_FALSE(secure.find("__Host-mintage_browser"));
  EXPECT_FALSE(plain.find(good));
  EXPECT_FALSE(secure.find(good.substr(7)));  // a page of http cannot set the other one
  EXPECT_TRUE(plain.find(good.substr(7)));
}

}  // namespace
}  // namespace mintage::oauth
