#include "oauth/authorization/handle.hpp"

#include <gtest/gtest.h>

#include <utility>

#include "crypto/base64.hpp"
#include "oauth/authorization/encoding.hpp"
#include "tests/support/rotated_ring.hpp"
#include "tests/unit/oauth/authorization/samples.hpp"

namespace mintage::oauth {
namespace {

using test::now;

const auto key = crypto::digest{1, 2, 3};

/// With every field.
authorization_request full_request() {
  auto r = authorization_request{};
  r.id = {9, 8, 7};
  r.client_id = "app";
  r.incarnation = 0x0102030405060708;
  r.redirect_uri = "https://app.example/cb";
  r.mode = response_mode::form_post_jwt;
  r.state = "st&at=e";
  r.scope = "openid api";
  r.nonce = "n";
  r.code_challenge = test::challenge;
  r.dpop_jkt = crypto::digest{4, 5, 6};
  r.prompts.add(prompt::login);
  r.prompts.add(prompt::select_account);
  r.max_age = 0;
  r.acr_values = "a b";
  r.login_hint = "eve@example";
  r.ui_locales = "de";
  r.claims = R"({"id_token":{}})";
  r.hint_sub = "eve";
  r.resource_values = {"https://a", "https://b"};
  r.resources_count = 2;
  r.how = {.is_pushed = true, .is_signed = true};
  r.requested = now;
  r.expires = now + seconds{600};
  r.last_use = now + seconds{660};
  r.browser = browser_binding{7, 7, 7};
  r.presented = now + seconds{50};
  return r;
}

void expect_same(const authorization_request& a, const authorization_request& b) {
  auto left = std::string{};
  auto right = std::string{};
  append_encoded(left, a);
  append_encoded(right, b);
  EXPECT_EQ(left, right);
}

TEST(encoding, keeps_every_field) {  // AUZ-01
  const auto r = full_request();
  auto octets = std::string{};
  append_encoded(octets, r);
  const auto read = read_encoded_request(octets);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->id, r.id);
  EXPECT_EQ(read->client_id, r.client_id);
  EXPECT_EQ(read->incarnation, r.incarnation);
  EXPECT_EQ(read->redirect_uri, r.redirect_uri);
  EXPECT_EQ(read->mode, r.mode);
  EXPECT_EQ(read->state, r.state);
  EXPECT_EQ(read->scope, r.scope);
  EXPECT_EQ(read->nonce, r.nonce);
  EXPECT_EQ(read->code_challenge, r.code_challenge);
  EXPECT_EQ(read->dpop_jkt, r.dpop_jkt);
  EXPECT_EQ(read->prompts, r.prompts);
  EXPECT_EQ(read->max_age, r.max_age);
  EXPECT_EQ(read->acr_values, r.acr_values);
  EXPECT_EQ(read->login_hint, r.login_hint);
  EXPECT_EQ(read->ui_locales, r.ui_locales);
  EXPECT_EQ(read->claims, r.claims);
  EXPECT_EQ(read->hint_sub, r.hint_sub);
  EXPECT_TRUE(std::ranges::equal(read->resources(), r.resources()));
  EXPECT_EQ(read->how, r.how);
  EXPECT_EQ(read->requested, r.requested);
  EXPECT_EQ(read->expires, r.expires);
  EXPECT_EQ(read->last_use, r.last_use);
  EXPECT_EQ(read->browser, r.browser);
  EXPECT_EQ(read->presented, r.presented);
}

TEST(encoding, keeps_what_is_not_there) {
  auto r = authorization_request{};
  r.requested = r.expires = r.last_use = now;
  auto octets = std::string{};
  append_encoded(octets, r);
  const auto read = read_encoded_request(octets);
  ASSERT_TRUE(read);
  EXPECT_FALSE(read->browser);
  EXPECT_FALSE(read->presented);
  EXPECT_EQ(read->asked_at(), now);
  EXPECT_FALSE(read->dpop_jkt);
  EXPECT_FALSE(read->max_age);
  EXPECT_EQ(read->resources_count, 0U);
  expect_same(*read, r);
}

TEST(encoding, is_read_strictly) {
  auto octets = std::string{};
  append_encoded(octets, full_request());
  for (auto size = std::size_t{0}; size < octets.size(); ++size) {
    EXPECT_FALSE(read_encoded_request(octets.substr(0, size))) << size;
  }
  EXPECT_FALSE(read_encoded_request(octets + '\0'));
  const auto changed = [&](std::size_t at, char to) {
    auto other = octets;
    other[at] = to;
    return read_encoded_request(other).has_value();
  };
  EXPECT_FALSE(changed(0, 2));                                    // another version
  EXPECT_FALSE(changed(1, static_cast<char>(octets[1] | 0x40)));  // an unknown bit
  EXPECT_FALSE(changed(2, 4));                                    // an unknown mode
  EXPECT_FALSE(changed(3, 0x10));                                 // an unknown prompt
}

TEST(url_seal, opens_what_it_sealed_for_a_day_or_two) {  // PAR-03
  auto seal = url_seal{key};
  const auto sealed = seal.seal(sealed_kind::login_handle, "text", now);
  EXPECT_EQ(sealed.size(), 4 + url_seal::overhead);
  const auto opens = [&](std::string_view text, instant at, sealed_kind kind) {
    const auto opened = url_seal{key}.open(kind, text, at);
    return opened && opened->reveal() == "text";
  };
  using std::chrono::days;
  EXPECT_TRUE(opens(sealed, now, sealed_kind::login_handle));
  EXPECT_TRUE(opens(sealed, now + days{1}, sealed_kind::login_handle));
  EXPECT_TRUE(opens(sealed, now - days{1}, sealed_kind::login_handle));
  EXPECT_FALSE(opens(sealed, now + days{2}, sealed_kind::login_handle));
  EXPECT_FALSE(opens(sealed, now + days{256}, sealed_kind::login_handle));
  EXPECT_FALSE(opens(sealed, now, sealed_kind::pushed_handle));
  EXPECT_FALSE(opens(sealed, now, sealed_kind::continuation));
  EXPECT_FALSE(url_seal{crypto::digest{}}.open(sealed_kind::login_handle, sealed, now));
  for (auto i = std::size_t{0}; i < sealed.size(); ++i) {
    auto changed = sealed;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    EXPECT_FALSE(opens(changed, now, sealed_kind::login_handle)) << i;
    EXPECT_FALSE(opens(sealed.substr(0, i), now, sealed_kind::login_handle)) << i;
  }
}

TEST(url_seal, keeps_its_keys_apart_when_it_has_used_many) {
  auto seal = url_seal{key};
  const auto first = seal.seal(sealed_kind::continuation, "text", now);
  for (auto day = 1; day < 10; ++day) {
    static_cast<void>(seal.seal(sealed_kind::login_handle, "x", now + std::chrono::days{day}));
  }
  const auto opened = seal.open(sealed_kind::continuation, first, now);
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->reveal(), "text");
}

class handles : public testing::Test {
 protected:
  made_handle make(const authorization_request& r, handle_use use = handle_use::login) {
    return make_handle(r, use, seal_, now, random_, hash_);
  }

  url_seal seal_{key};
  test::counting_random random_;
  crypto::sha256_hasher hash_;
};

TEST_F(handles, contain_a_short_request) {  // AUZ-01, PAR-03
  const auto made = make(full_request());
  EXPECT_TRUE(made.text.starts_with("h."));
  EXPECT_LE(made.text.size(), longest_handle);
  EXPECT_FALSE(made.record);
  EXPECT_FALSE(find_handle_record(made.text, hash_));
  const auto opened = open_handle(made.text, handle_use::login, seal_, now);
  ASSERT_TRUE(opened);
  expect_same(opened->get(), full_request());
}

TEST_F(handles, keep_their_views_when_they_are_moved) {
  auto r = authorization_request{};
  r.client_id = "a";  // as short as can be
  r.requested = now;
  r.expires = r.last_use = now + seconds{1};
  auto opened = open_handle(make(r).text, handle_use::login, seal_, now);
  ASSERT_TRUE(opened);
  const auto moved = std::move(*opened);
  EXPECT_EQ(moved->client_id, "a");
}

TEST_F(handles, name_a_record_of_a_long_request) {  // PAR-03
  const auto state = std::string(2000, 's');
  auto r = full_request();
  r.state = state;
  const auto made = make(r);
  EXPECT_TRUE(made.text.starts_with("r."));
  EXPECT_EQ(made.text.size(), named_handle_size);
  ASSERT_TRUE(made.record);
  EXPECT_EQ(made.record->expires, r.expires);
  const auto found = find_handle_record(made.text, hash_);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->where, made.record->key.where);
  EXPECT_EQ(found->hash, made.record->key.hash);
  EXPECT_EQ(found->hash, crypto::sha256(made.text));
  EXPECT_FALSE(open_handle(made.text, handle_use::login, seal_, now));
  const auto opened = open_sealed(made.record->sealed, handle_use::login, seal_, now);
  ASSERT_TRUE(opened);
  expect_same(opened->get(), r);
}

TEST_F(handles, are_named_when_they_would_be_longer_than_2048) {
  auto seen = std::pair{false, false};
  for (auto size = std::size_t{1000}; size < 1500; ++size) {
    const auto state = std::string(size, 's');
    auto r = full_request();
    r.state = state;
    const auto made = make(r);
    EXPECT_LE(made.text.size(), longest_handle);
    (made.record ? seen.second : seen.first) = true;
    if (made.record) {
      EXPECT_GT(crypto::base64url_size(made.record->sealed.size()) + 2, longest_handle);
    }
  }
  EXPECT_TRUE(seen.first && seen.second);
}

TEST_F(handles, have_another_text_each) {
  EXPECT_NE(make(full_request()).text, make(full_request()).text);
}

TEST_F(handles, are_for_one_use) {  // a request_uri is no handle of a login page
  const auto pushed = make(full_request(), handle_use::pushed);
  EXPECT_TRUE(open_handle(pushed.text, handle_use::pushed, seal_, now));
  EXPECT_FALSE(open_handle(pushed.text, handle_use::login, seal_, now));
  EXPECT_FALSE(open_handle(make(full_request()).text, handle_use::pushed, seal_, now));
}

TEST_F(handles, expire) {  // MINT-02
  const auto made = make(full_request());
  EXPECT_TRUE(open_handle(made.text, handle_use::login, seal_, now + seconds{599}));
  EXPECT_FALSE(open_handle(made.text, handle_use::login, seal_, now + seconds{600}));
}

TEST_F(handles, are_unknown_when_they_are_altered) {
  const auto made = make(full_request());
  for (auto i = std::size_t{0}; i < made.text.size(); ++i) {
    auto changed = made.text;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(open_handle(changed, handle_use::login, seal_, now)) << i;
  }
  for (const auto* text : {"", "h.", "r.", "h.AAAA", "x.AAAA", "h.!"}) {
    EXPECT_FALSE(open_handle(text, handle_use::login, seal_, now)) << text;
    EXPECT_FALSE(find_handle_record(text, hash_)) << text;
  }
  // A slot that there is not.
  EXPECT_FALSE(find_handle_record("r.-" + std::string(45, 'A'), hash_));
  EXPECT_TRUE(find_handle_record("r.A" + std::string(44, 'A') + 'A', hash_));
}

TEST(url_seal, opens_what_a_former_root_sealed) {
  auto ring = crypto::root_ring{crypto::sha256("first")};
  auto seal = url_seal{crypto::subkeys{ring, "mintage/url/1"}};
  const auto old = seal.seal(sealed_kind::login_handle, "plain", now);
  mintage::test::rotate(ring, "second");
  const auto fresh = seal.seal(sealed_kind::login_handle, "plain", now);
  for (const auto& text : {old, fresh}) {
    const auto opened = seal.open(sealed_kind::login_handle, text, now);
    ASSERT_TRUE(opened);
    EXPECT_EQ(opened->reveal(), "plain");
    EXPECT_FALSE(seal.open(sealed_kind::pushed_handle, text, now));
  }
  auto only_new = url_seal{ring.derive("mintage/url/1").front()};
  EXPECT_TRUE(only_new.open(sealed_kind::login_handle, fresh, now));
  EXPECT_FALSE(only_new.open(sealed_kind::login_handle, old, now));
}

}  // namespace
}  // namespace mintage::oauth
