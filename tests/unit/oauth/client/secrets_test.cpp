// The second secret of a client and the end of the first: check_secret, with_secret,
// without_secret.
#include <gtest/gtest.h>

#include "oauth/client/secrets.hpp"
#include "tests/unit/oauth/counting_random.hpp"

namespace mintage::oauth {
namespace {

constexpr auto now = instant{milliseconds{1'700'000'000'500}};
constexpr auto past = now - milliseconds{1};
constexpr auto future = now + milliseconds{1};

stored_secret secret(std::uint32_t number, std::optional<instant> expires = {}) {
  return {stored_secret::kind::hmac, "hash " + std::to_string(number), number, expires};
}

client confidential(std::vector<stored_secret> secrets, std::uint64_t version = 7) {
  auto c = client{};
  c.id = "app";
  c.version = version;
  c.secrets = std::move(secrets);
  return c;
}

std::vector<std::uint32_t> numbers_of(const client& c) {
  auto out = std::vector<std::uint32_t>{};
  for (const auto& s : c.secrets) out.push_back(s.number);
  return out;
}
using numbers = std::vector<std::uint32_t>;

secret_request chosen(std::string text) {
  auto r = secret_request{};
  r.client_secret = crypto::secret_string{std::move(text)};
  return r;
}

TEST(check_secret, refuses_a_public_client) {
  auto c = confidential({});
  c.method = auth_method::none;
  const auto bad = check_secret(c, {}, now);
  ASSERT_TRUE(bad);
  EXPECT_EQ(bad->code, errc::invalid_request);
}

TEST(check_secret, names_the_member_that_is_wrong) {
  const auto c = confidential({secret(1)});
  for (const auto& text : {std::string{}, std::string(257, 'x'), std::string{"1234567\n"},
                           std::string{"p\xe4ssword"}, std::string(8, '\0')}) {
    const auto bad = check_secret(c, chosen(text), now);
    ASSERT_TRUE(bad) << text;
    EXPECT_EQ(bad->code, errc::invalid_request);
    EXPECT_TRUE(bad->description.starts_with("client_secret ")) << bad->description;
  }
  for (const auto date : {std::int64_t{-1}, INT64_MAX}) {
    auto r = secret_request{};
    r.client_secret_expires_at = date;
    const auto bad = check_secret(c, r, now);
    ASSERT_TRUE(bad) << date;
    EXPECT_TRUE(bad->description.starts_with("client_secret_expires_at ")) << bad->description;
  }
}

secret_request hashed(std::string text) {
  auto r = secret_request{};
  r.client_secret_hash = crypto::secret_string{std::move(text)};
  return r;
}

TEST(check_secret, takes_hashes_of_other_servers) {
  for (
      const auto* hash :
      {"$2b$10$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW",
       "$2a$10$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW",
       "$2y$10$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW",
       "$pbkdf2-sha256$i=600000$MDEyMzQ1Njc4OWFiY2RlZg$OM0FAoIqCVK1sWtxDiffVlBejtLa+ks4TP71JiecwuQ",
       "$pbkdf2-sha512$i=210000$MDEyMzQ1Njc4OWFiY2RlZg$OM0FAoIqCVK1sWtxDiffVlBejtLa+ks4TP71JiecwuQ",
       "$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
       "$argon2i$v=19$m=65536,t=3,p=4$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"}) {
    EXPECT_FALSE(check_secret(confidential({secret(1)}), hashed(hash), now)) << hash;
  }
}

TEST(check_secret, names_what_is_wrong_with_a_hash) {
  struct row {
    const char* hash;
    const char* complaint;
  };
  for (const auto& r : {
           row{"", "must be a hash of argon2id, argon2i, bcrypt, pbkdf2-sha256 or pbkdf2-sha512"},
           row{"$argon2d$v=19$m=8,t=1,p=1$c29tZXNhbHQ$nf65EOgLrQMR", "must be a hash of "},
           row{"$6$salt$hash", "must be a hash of "},
           row{"a secret", "must be a hash of "},
           row{" $2b$10$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW", "must be a hash "},
           row{"$2b$31$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW",
               "must have a bcrypt cost of 4 to 14"},
           row{"$2b$10$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOe", "must be bcrypt of "},
           row{"$argon2id$v=19$m=4194304,t=1,p=1$c29tZXNhbHQ$nf65EOgLrQMR/"
               "uIPnA4rEsF5h7TKyQwu9U1bMCHG"
               "i/4",
               "must have an argon2 memory of "},
           row{"$pbkdf2-sha256$i=2000001$MDEyMzQ1Njc4OWFiY2RlZg$OM0FAoIqCVK1sWtxDiffVlBejtLa",
               "must "
               "have 1 to 2000000 rounds"},
       }) {
    const auto bad = check_secret(confidential({secret(1)}), hashed(r.hash), now);
    ASSERT_TRUE(bad) << r.hash;
    EXPECT_EQ(bad->code, errc::invalid_request);
    EXPECT_TRUE(bad->description.starts_with("client_secret_hash " + std::string{r.complaint}))
        << bad->description;
  }
  auto both = hashed("$2b$10$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW");
  both.client_secret = crypto::secret_string{"12345678"};
  EXPECT_TRUE(check_secret(confidential({secret(1)}), both, now));
  both.client_secret.reset();
  EXPECT_EQ(check_secret(confidential({secret(1), secret(2)}), both, now)->code, errc::conflict);
}

TEST(check_secret, takes_short_and_foreign_ones_with_a_warning) {
  struct row {
    std::string text;
    std::size_t warnings;
  };
  for (const auto& r :
       {row{"x", 1}, row{"1234567", 1}, row{"12345678", 0}, row{std::string(256, 'x'), 0},
        row{"p\xc3\xa4ssword", 1}, row{"\xe2\x82\xac", 2}}) {
    EXPECT_FALSE(check_secret(confidential({secret(1)}), chosen(r.text), now)) << r.text;
    const auto warnings = secret_warnings(crypto::secret_string{r.text});
    EXPECT_EQ(warnings.size(), r.warnings) << r.text;
    for (const auto& sentence : warnings) {
      EXPECT_TRUE(sentence.starts_with("client_secret "));
      EXPECT_EQ(sentence.find(r.text.size() > 1 ? r.text : "\xff"), std::string::npos);
    }
  }
}

TEST(check_secret, refuses_a_third_live_one) {
  const auto bad = check_secret(confidential({secret(1), secret(2, future)}), {}, now);
  ASSERT_TRUE(bad);
  EXPECT_EQ(bad->code, errc::conflict);
}

TEST(check_secret, lets_a_client_have_a_second_one) {
  EXPECT_FALSE(check_secret(confidential({secret(1)}), {}, now));
  EXPECT_FALSE(check_secret(confidential({secret(1)}), chosen("12345678"), now));
  EXPECT_FALSE(check_secret(confidential({secret(1, now), secret(2)}), {}, now));
}

TEST(with_secret, refuses_a_third_live_one) {
  const auto changed = with_secret(confidential({secret(1), secret(2)}), secret(0), now);
  ASSERT_FALSE(changed);
  EXPECT_EQ(changed.error().code, errc::conflict);
}

TEST(with_secret, keeps_the_other_and_counts) {
  auto added = secret(0, future);
  added.hash = "new";
  const auto before = confidential({secret(1)});
  const auto changed = with_secret(before, added, now);
  ASSERT_TRUE(changed);
  EXPECT_EQ(changed->version, 8U);
  EXPECT_EQ(numbers_of(*changed), (numbers{1, 8}));
  EXPECT_EQ(changed->secrets.back().hash, "new");
  EXPECT_EQ(changed->secrets.back().expires, future);
  EXPECT_EQ(changed->id, before.id);
}

TEST(with_secret, takes_expired_ones_away) {
  const auto changed =
      with_secret(confidential({secret(1, past), secret(2, future)}), secret(0), now);
  ASSERT_TRUE(changed);
  EXPECT_EQ(numbers_of(*changed), (numbers{2, 8}));
}

TEST(with_secret, never_gives_a_number_twice) {
  auto c = confidential({secret(1)}, 1);
  auto given = numbers{1};
  for (auto i = 0; i < 4; ++i) {
    c = with_secret(c, secret(0), now).value();
    const auto number = c.secrets.back().number;
    EXPECT_EQ(std::count(given.begin(), given.end(), number), 0) << number;
    given.push_back(number);
    c = without_secret(c, number, now).value();  // the newest: the largest number is free again
  }
}

TEST(without_secret, knows_no_other_number) {
  const auto c = confidential({secret(1), secret(5)});
  for (const auto number : {0U, 2U, 6U, UINT32_MAX}) {
    const auto changed = without_secret(c, number, now);
    ASSERT_FALSE(changed) << number;
    EXPECT_EQ(changed.error().code, errc::not_found);
  }
}

TEST(without_secret, keeps_the_last_one_that_is_good_for_anything) {
  struct row {
    std::vector<stored_secret> secrets;
    std::uint32_t number;
    bool may_end;
  };
  for (const auto& r : {
           row{{secret(1)}, 1, false},
           row{{secret(1, past)}, 1, false},
           row{{secret(1, past), secret(2)}, 2, false},
           row{{secret(1, now), secret(2)}, 2, false},
           row{{secret(1, past), secret(2)}, 1, true},
           row{{secret(1, past), secret(2, past)}, 1, true},
           row{{secret(1, future), secret(2)}, 2, true},
           row{{secret(1), secret(2)}, 1, true},
       }) {
    const auto before = confidential(r.secrets);
    const auto changed = without_secret(before, r.number, now);
    ASSERT_EQ(changed.has_value(), r.may_end) << r.number << " of " << r.secrets.size();
    if (!r.may_end) {
      EXPECT_EQ(changed.error().code, errc::conflict);
      continue;
    }
    EXPECT_EQ(changed->version, 8U);
    EXPECT_EQ(changed->secrets.size(), r.secrets.size() - 1);
    EXPECT_NE(changed->secrets.front().number, r.number);
  }
}

TEST(secret_expiry, is_never_for_nothing_and_0) {
  EXPECT_EQ(secret_expiry(std::nullopt), std::nullopt);
  EXPECT_EQ(secret_expiry(0), std::nullopt);
  EXPECT_EQ(secret_expiry(1), instant{seconds{1}});
}

TEST(make_client_secret, has_its_form) {
  auto random = test::counting_random{};
  const auto secret = make_client_secret(random);
  EXPECT_EQ(secret.reveal(), "mcs_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8");
  EXPECT_NE(make_client_secret(random).reveal(), secret.reveal());
}

}  // namespace
}  // namespace mintage::oauth
