#include "oauth/grant/cutoff.hpp"

#include <gtest/gtest.h>

#include "crypto/base64.hpp"

namespace mintage::oauth {
namespace {

constexpr auto minted = instant{milliseconds{1'700'000'000'000}};

login make_login(std::string scope, std::string sid = "s") {
  auto who = login{};
  who.sub = "alice";
  who.scope = std::move(scope);
  who.sid = std::move(sid);
  who.minted = minted;
  return who;
}

TEST(cutoff_key, tells_subjects_from_sessions) {
  auto hash = crypto::sha256_hasher{};
  // SHA-256 of one octet for the kind, then the name.
  EXPECT_EQ(crypto::base64url(cutoff_key(cutoff_kind::subject, "alice", hash)),
            "ElXayqY39wy2BnY9MDXH72tS6ymDxc2Qb3FMOBjQ36o");
  EXPECT_EQ(crypto::base64url(cutoff_key(cutoff_kind::session, "alice", hash)),
            "OV_O0yyhmHZmZ41GbN-bilna9ZCTBjHqt7b9p8jQvgo");
}

TEST(is_cut_off, takes_all_that_was_minted_until_then) {  // NEG-118, NEG-145
  const auto before = minted - milliseconds{1};
  const auto after = minted + milliseconds{1};
  struct row {
    const char* scope;
    cutoffs cut;
    bool is_over;
  };
  for (const auto& r : {
           row{"openid", {}, false},
           row{"openid", {before, before}, false},
           row{"openid", {minted, {}}, true},
           row{"openid", {after, {}}, true},
           row{"openid", {{}, minted}, true},
           row{"openid", {{}, after}, true},
           // RFT-11: survives logout, but not the end of the subject.
           row{"openid offline_access", {{}, after}, false},
           row{"openid offline_access", {minted, {}}, true},
           // NEG-212
           row{"openid", {{}, {}, before}, false},
           row{"openid offline_access", {{}, {}, minted}, true},
       }) {
    EXPECT_EQ(is_cut_off(make_login(r.scope), r.cut), r.is_over) << r.scope;
  }
}

TEST(cutoff_life, outlasts_every_token_minted_before) {
  auto o = options{};
  o.refresh_absolute = seconds{1000};
  o.access_ttl = seconds{50};
  o.id_ttl = seconds{60};
  o.key_overlap = seconds{360};
  EXPECT_EQ(cutoff_life(o), seconds{600 + 1000 + 60 + 30});
  o.key_overlap = seconds{10300};  // a client may have tokens of that life
  EXPECT_EQ(cutoff_life(o), seconds{600 + 1000 + 10000 + 30});
}

}  // namespace
}  // namespace mintage::oauth
