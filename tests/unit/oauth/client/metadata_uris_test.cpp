// Redirect URIs, origins, and the sector of pairwise subjects.
#include <gtest/gtest.h>

#include "tests/unit/oauth/client/metadata_samples.hpp"

namespace mintage::oauth {
namespace {

admin_result<client> make_with_uri(std::string uri) {
  auto m = client_metadata{};
  m.redirect_uris = texts{"https://app.example/cb", std::move(uri)};
  return make(m);
}

TEST(make_client, refuses_bad_redirect_uris) {
  const auto too_long = "https://h/" + std::string(2039, 'x');
  for (const auto& uri : texts{"",
                               "cb",
                               "/cb",
                               "https",
                               "https:",
                               "https://",
                               "https:///cb",
                               "https:/cb",
                               "https://h/cb#",
                               "https://h/cb#f",
                               "https://h/c b",
                               "https://h/\xc3\xa4",
                               "https://h/%zz",
                               "https://h/\n",
                               "https://u@h/",
                               "https://good.example\\@h/",
                               "http://h/cb",
                               "http://10.0.0.1/",
                               "http://localhost.example/",
                               "HTTP://h/",
                               "http://127.0.0.1.example/",
                               "http://[::2]/",
                               "http:/localhost",
                               "http://u@localhost/",
                               "javascript:alert(1)",
                               "JavaScript:alert(1)",
                               "data:text/html,x",
                               "file:///etc",
                               "urn:ietf:wg:oauth:2.0:oob",
                               "myapp:/cb",
                               "ftp://h/",
                               "ws://localhost/",
                               "*",
                               "https://*.h/cb",
                               "https://h/*",
                               "https://h/cb?x=*",
                               "http://localhost:*/cb",
                               "com.example.app:/*",
                               "https://h..example/cb",
                               "https://.h/cb",
                               "https://h,example/cb",
                               "https://h%2eexample/cb",
                               "https://{tenant}.h/cb",
                               "https://1.2.3.256/cb",
                               "https://[1::2::3]/cb",
                               too_long}) {
    const auto made = make_with_uri(uri);
    ASSERT_FALSE(made) << uri;
    EXPECT_TRUE(made.error().description.starts_with("redirect_uris[1] must "))
        << made.error().description;
  }
}

TEST(make_client, takes_good_redirect_uris) {
  for (const auto& uri :
       texts{"https://h", "https://h/", "HTTPS://h/cb?x=%2F&y", "https://h:8443/",
             "https://[2001:db8::1]/cb", "http://localhost/cb", "http://LOCALHOST:1/",
             "http://127.0.0.1:9/cb", "http://[::1]:9/cb", "com.example.app:/cb",
             "com.example.app://cb?x", "https://h/" + std::string(2038, 'x')}) {
    EXPECT_TRUE(make_with_uri(uri)) << uri;
  }
}

TEST(make_client, refuses_origins_that_no_browser_sends) {  // TOK-20
  for (const auto* origin : {"",
                             "*",
                             "null",
                             "h",
                             "https://",
                             "https://h/",
                             "https://h?",
                             "https://h#",
                             "https://H",
                             "HTTPS://h",
                             "https://h:443",
                             "https://u@h",
                             "http://h",
                             "https://h:",
                             "com.example.app://h",
                             "https://h/cb",
                             "https://*",
                             "https://*.h",
                             "https://h:*",
                             "https://h,g",
                             "https://%68",
                             "https://h..g",
                             "https://h:0443",
                             "https://127.1",
                             "https://0x7f.0.0.1",
                             "https://1.2.3",
                             "https://h.1",
                             "https://[0:0::1]",
                             "https://[2001:db8::00a1]",
                             "https://[1:2]"}) {
    auto m = good_metadata();
    m.allowed_origins = texts{"https://ok", origin};
    const auto made = make(m);
    ASSERT_FALSE(made) << origin;
    EXPECT_TRUE(made.error().description.starts_with("allowed_origins[1] must "));
  }
  auto m = good_metadata();
  m.allowed_origins =
      texts{"https://h",      "https://h:8443",         "http://localhost:3000", "http://[::1]:1",
            "https://a_b.h.", "https://[2001:db8::a1]", "https://1.2.3.4"};
  EXPECT_TRUE(make(m));
}

TEST(make_client, gives_pairwise_subjects_one_sector) {  // Core §8.1
  struct row {
    texts redirect_uris;
    const char* sector_uri;  ///< null = not sent
    const char* sector;      ///< null = refused
  };
  for (const auto& r : {
           row{{"https://a/1", "https://A:8443/2"}, nullptr, "a"},
           row{{"https://a/1", "https://b/2"}, nullptr, nullptr},
           row{{"https://a/1", "com.example.app:/cb"}, nullptr, nullptr},
           row{{"com.example.app:/cb"}, nullptr, nullptr},
           row{{"https://a/1", "https://b/2"}, "https://S.example/uris.json", "s.example"},
           row{{"https://a/1"}, "http://s.example/", nullptr},
           row{{"https://a/1"}, "https://", nullptr},
           row{{"https://a/1"}, "https://s/#f", nullptr},
           row{{"https://a/1"}, "", nullptr},
       }) {
    auto m = good_metadata();
    m.subject_type = "pairwise";
    m.redirect_uris = r.redirect_uris;
    if (r.sector_uri != nullptr) m.sector_identifier_uri = r.sector_uri;
    const auto made = make(m);
    ASSERT_EQ(made.has_value(), r.sector != nullptr) << r.redirect_uris.back();
    if (made) {
      EXPECT_EQ(made->sector, r.sector);
      EXPECT_EQ(made->subjects, subject_type::pairwise);
    } else {
      EXPECT_TRUE(made.error().description.starts_with("sector_identifier_uri "));
    }
  }
  auto m = good_metadata();
  m.sector_identifier_uri = "https://s";
  EXPECT_FALSE(make(m));  // says nothing about public subjects
}

TEST(change_client, keeps_pairwise_subjects_in_their_sector) {  // Core §8.1
  auto m = good_metadata();
  m.subject_type = "pairwise";
  const auto before = make(m).value();
  EXPECT_EQ(before.sector, "app.example");
  auto change = client_metadata{};
  change.status = "suspended";
  EXPECT_EQ(change_client(before, change)->sector, "app.example");
  change.redirect_uris = texts{"https://app.example/other"};
  EXPECT_TRUE(change_client(before, change));
  change.redirect_uris = texts{"https://other.example/"};
  EXPECT_FALSE(change_client(before, change));
  change.sector_identifier_uri = "https://app.example/uris";
  EXPECT_EQ(change_client(before, change)->sector, "app.example");
  change = {};
  change.subject_type = "public";
  EXPECT_EQ(change_client(before, change)->sector, "");
}

}  // namespace
}  // namespace mintage::oauth
