#include "oauth/grant/code.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "tests/unit/oauth/counting_random.hpp"

namespace mintage::oauth {
namespace {

// KAT-01
constexpr auto verifier = std::string_view{"dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"};
constexpr auto challenge = std::string_view{"E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"};
constexpr auto redirect = std::string_view{"https://app.example/cb"};

std::string some_code() {
  auto random = test::counting_random{};
  return std::string{make_code(slot{65}, random).reveal()};
}

std::optional<code_ref> find(std::string_view text) {
  auto hash = crypto::sha256_hasher{};
  return find_code(text, hash);
}

TEST(find_code, refuses_every_other_form) {  // NEG-122
  const auto code = some_code();
  EXPECT_FALSE(find(""));
  EXPECT_FALSE(find("mco_"));
  EXPECT_FALSE(find(code.substr(0, 48)));
  EXPECT_FALSE(find(code + "A"));
  EXPECT_FALSE(find("mrt_" + code.substr(4)));
  EXPECT_FALSE(find("MCO_" + code.substr(4)));
  for (auto i = std::size_t{4}; i < code.size(); ++i) {
    for (const auto bad : {'+', '/', '=', ' ', '.', '\0', '\x80', '\xff'}) {
      auto changed = code;
      changed[i] = bad;
      EXPECT_FALSE(find(changed)) << i << bad;
    }
  }
}

TEST(find_code, refuses_other_spellings_of_the_same_octets) {
  auto code = some_code();
  auto spellings = 0;
  for (const auto last :
       std::string_view{"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"}) {
    code.back() = last;
    spellings += find(code) ? 1 : 0;
  }
  EXPECT_EQ(spellings, 16);  // four bits of 256 are in the last character
}

TEST(find_code, hash_covers_the_slot) {
  const auto code = some_code();
  auto respelled = code;
  respelled[5] = 'A';
  ASSERT_TRUE(find(code) && find(respelled));
  EXPECT_EQ(find(code)->where, slot{65});
  EXPECT_EQ(find(respelled)->where, slot{64});
  EXPECT_NE(find(code)->hash, find(respelled)->hash);
  EXPECT_EQ(find(code)->hash, crypto::sha256(code));
}

TEST(make_code, is_found_where_it_was_made) {
  auto random = test::counting_random{};
  for (const auto where : {0, 1, 63, 64, 4095}) {
    const auto code = make_code(slot{static_cast<std::uint16_t>(where)}, random);
    EXPECT_EQ(code.reveal().size(), 49u);
    ASSERT_TRUE(find(code.reveal()));
    EXPECT_EQ(find(code.reveal())->where.value, where);
  }
  EXPECT_EQ(some_code(), "mco_BBAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8");
}

TEST(make_binding, has_a_fixed_layout) {
  using namespace std::string_literals;
  auto hash = crypto::sha256_hasher{};
  EXPECT_EQ(make_binding("ab", 0x0102030405060708, "cde", "f", {}, hash),
            crypto::sha256("\0\0\0\2"s + "\1\2\3\4\5\6\7\10" + "\0\0\0\3"s + "\1" + "\0\0\0\1"s +
                           "ab" + "cde" + "f"));
  EXPECT_EQ(make_binding("ab", 1, "cde", "", {}, hash),
            crypto::sha256("\0\0\0\2"s + "\0\0\0\0\0\0\0\1"s + "\0\0\0\3"s + "\0"s + "\0\0\0\0"s +
                           "ab" + "cde"));
}

TEST(make_binding, differs_when_octets_move_between_fields) {
  auto hash = crypto::sha256_hasher{};
  auto bindings = std::set<crypto::digest>{};
  const auto add = [&](std::string_view id, std::uint64_t incarnation, std::string_view uri,
                       std::string_view c) {
    bindings.insert(make_binding(id, incarnation, uri, c, {}, hash));
  };
  add("ab", 1, "cd", "ef");
  add("abc", 1, "d", "ef");
  add("a", 1, "bcd", "ef");
  add("ab", 1, "cde", "f");
  add("ab", 1, "c", "def");
  add("ab", 1, "cdef", "");
  add("abcdef", 1, "", "");
  add("", 1, "abcdef", "");
  add("", 1, "", "abcdef");
  add("ab", 2, "cd", "ef");
  add("ab", std::uint64_t{1} << 56, "cd", "ef");
  add("ab", 1, "cd", "EF");
  EXPECT_EQ(bindings.size(), 12u);
}

TEST(make_binding, covers_the_dpop_key) {  // COD-09
  using namespace std::string_literals;
  auto hash = crypto::sha256_hasher{};
  const auto key = crypto::sha256("key");
  const auto head = "\0\0\0\1"s + "\0\0\0\0\0\0\0\1"s + "\0\0\0\1"s;
  const auto octets = std::string{crypto::as_chars(key)};
  EXPECT_EQ(make_binding("c", 1, "u", "f", key, hash),
            crypto::sha256(head + "\3" + "\0\0\0\1"s + "cuf" + octets));
  EXPECT_EQ(make_binding("c", 1, "u", "", key, hash),
            crypto::sha256(head + "\2" + "\0\0\0\0"s + "cu" + octets));
  EXPECT_NE(make_binding("c", 1, "u", octets, {}, hash), make_binding("c", 1, "u", "", key, hash));
}

TEST(make_binding, leaves_out_the_port_of_a_native_app) {  // COD-06, RFC 8252 §7.3
  auto hash = crypto::sha256_hasher{};
  const auto bind = [&](std::string_view uri) { return make_binding("c", 1, uri, "", {}, hash); };
  EXPECT_EQ(bind("http://127.0.0.1:51004/cb"), bind("http://127.0.0.1/cb"));
  EXPECT_EQ(bind("http://[::1]:1/cb?a"), bind("http://[::1]:2/cb?a"));
  EXPECT_EQ(bind("http://localhost:1"), bind("http://localhost"));
  const auto different = std::set{bind("http://127.0.0.1:1/cb"),   bind("http://127.0.0.1:1/CB"),
                                  bind("http://localhost:1/cb"),   bind("HTTP://127.0.0.1:1/cb"),
                                  bind("https://127.0.0.1:1/cb"),  bind("https://127.0.0.1:2/cb"),
                                  bind("http://127.0.0.2:1/cb"),   bind("http://127.0.0.2:2/cb"),
                                  bind("http://a@127.0.0.1:1/cb"), bind("com.example:/cb")};
  EXPECT_EQ(different.size(), 10U);
}

TEST(make_binding, none_cannot_be_spelled_as_a_challenge) {
  auto hash = crypto::sha256_hasher{};
  const auto none = make_binding("c", 1, "u", "", {}, hash);
  for (const auto c : {std::string_view{"none"}, std::string_view{"\0", 1},
                       std::string_view{"\0\0\0\0\0", 5}, std::string_view{"\1", 1}}) {
    EXPECT_NE(make_binding("c", 1, "u", c, {}, hash), none);
  }
}

client_facts facts(std::string_view id = "cl_app", std::uint64_t incarnation = 7) {
  auto who = client_facts{};
  who.id = id;
  who.incarnation = incarnation;
  return who;
}

token_request request_with(std::string_view uri, std::string_view v) {
  auto request = token_request{};
  request.redirect_uri = uri;
  request.code_verifier = v;
  return request;
}

authorization_code code_with(std::string_view c) {
  auto code = authorization_code{};
  code.who.client_id = "cl_app";
  code.who.incarnation = 7;
  code.redirect_uri = redirect;
  code.challenge = c;
  return code;
}

crypto::digest claim(const client_facts& who, std::string_view uri, std::string_view v) {
  auto hash = crypto::sha256_hasher{};
  return claimed_binding(who, request_with(uri, v), uri, {}, hash);
}

TEST(may_omit_redirect_uri, where_pkce_or_minting_makes_up_for_it) {  // COD-02
  auto c = client{};
  c.redirect_uris = {std::string{redirect}};
  EXPECT_TRUE(may_omit_redirect_uri(code_with(challenge), &c));
  EXPECT_FALSE(may_omit_redirect_uri(code_with(challenge), nullptr));
  EXPECT_FALSE(may_omit_redirect_uri(code_with(""), &c));
  c.redirect_uris.emplace_back("https://app.example/other");
  EXPECT_FALSE(may_omit_redirect_uri(code_with(challenge), &c));
  auto implied = code_with("");
  implied.is_uri_implied = true;
  EXPECT_TRUE(may_omit_redirect_uri(implied, nullptr));
}

TEST(claimed_binding, is_the_stored_one_for_the_right_verifier_only) {  // KAT-01, PKC-04
  auto hash = crypto::sha256_hasher{};
  const auto stored = make_binding("cl_app", 7, redirect, challenge, {}, hash);
  EXPECT_EQ(claim(facts(), redirect, verifier), stored);
  EXPECT_NE(claim(facts("cl_apq"), redirect, verifier), stored);
  EXPECT_NE(claim(facts("cl_app", 8), redirect, verifier), stored);
  EXPECT_NE(claim(facts(), "https://app.example/CB", verifier), stored);
  EXPECT_NE(claim(facts(), redirect, challenge), stored);  // NEG-127
  EXPECT_NE(claim(facts(), redirect, ""), stored);         // NEG-123
}

TEST(claimed_binding, without_verifier_is_that_of_a_code_without_challenge) {
  auto hash = crypto::sha256_hasher{};
  EXPECT_EQ(claim(facts(), redirect, ""), make_binding("cl_app", 7, redirect, "", {}, hash));
}

TEST(explain_mismatch, follows_the_order_of_p18) {
  struct row {
    const char* what;
    authorization_code code;
    client_facts who;
    std::string_view uri;
    std::string_view v;
    errc expected;
    const char* reason;
  };
  constexpr auto wrong = std::string_view{"wrong-JeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"};
  const auto rows = {
      row{"client before all", code_with(challenge), facts("x"), "", wrong, errc::invalid_grant,
          "another client"},
      row{"incarnation", code_with(challenge), facts("cl_app", 8), "", "", errc::invalid_grant,
          "made again"},
      row{"NEG-107", code_with(challenge), facts(), "", wrong, errc::invalid_request,
          "redirect_uri is missing"},
      row{"NEG-108", code_with(""), facts(), "https://app.example/cb/", verifier,
          errc::invalid_grant, "redirect_uri differs"},
      row{"NEG-123", code_with(challenge), facts(), redirect, "", errc::invalid_grant, "PKC-05"},
      row{"NEG-116", code_with(challenge), facts(), redirect, wrong, errc::invalid_grant, "PKC-04"},
      row{"NEG-127", code_with(challenge), facts(), redirect, challenge, errc::invalid_grant,
          "PKC-04"},
      row{"NEG-128", code_with(""), facts(), redirect, verifier, errc::invalid_request, "PKC-06"},
      row{"nothing", code_with(challenge), facts(), redirect, verifier, errc::invalid_grant,
          "no part"},
      row{"nothing", code_with(""), facts(), redirect, "", errc::invalid_grant, "no part"},
  };
  for (const auto& r : rows) {
    const auto why = explain_mismatch(r.code, r.who, request_with(r.uri, r.v), r.uri, {});
    EXPECT_EQ(why.code, r.expected) << r.what;
    EXPECT_NE(why.reason.text().find(r.reason), std::string_view::npos)
        << r.what << ": " << why.reason.text();
    if (why.code == errc::invalid_grant) {
      EXPECT_EQ(why.description, unknown_code().description) << r.what;
    }
  }
}

TEST(explain_mismatch, names_the_dpop_key_after_pkce) {  // COD-09, NEG-180
  auto code = code_with(challenge);
  code.dpop_jkt = crypto::sha256("key");
  const auto why = [&](std::string_view v, const confirmation& shown) {
    const auto d = explain_mismatch(code, facts(), request_with(redirect, v), redirect, shown);
    EXPECT_EQ(d.code, errc::invalid_grant);
    EXPECT_EQ(d.description, unknown_code().description);
    return d.reason.text();
  };
  EXPECT_NE(why("", {}).find("PKC-05"), std::string_view::npos);
  EXPECT_NE(why(verifier, {}).find("missing"), std::string_view::npos);
  EXPECT_NE(why(verifier, {.jkt = crypto::sha256("other")}).find("another key"),
            std::string_view::npos);
  EXPECT_NE(why(verifier, {.jkt = code.dpop_jkt}).find("no part"), std::string_view::npos);
}

TEST(code_denials, look_the_same_and_have_their_own_reasons) {  // TOK-21, TOK-17
  auto reasons = std::set<std::string_view>{};
  for (const auto& d : {unknown_code(), expired_code(), consumed_code(), dead_code()}) {
    EXPECT_EQ(d.code, errc::invalid_grant);
    EXPECT_EQ(d.description, unknown_code().description);
    EXPECT_TRUE(std::all_of(d.description.begin(), d.description.end(),
                            [](char c) { return c >= 0x20 && c < 0x7f && c != '"' && c != '\\'; }));
    reasons.insert(d.reason);
  }
  EXPECT_EQ(reasons.size(), 4u);
}

TEST(replay_revokes, only_after_the_window) {  // COD-06, COD-07
  const auto consumed = instant{milliseconds{1'000'000}};
  auto o = options{};
  EXPECT_FALSE(replay_revokes(consumed - milliseconds{5}, consumed, nullptr, o));
  EXPECT_FALSE(replay_revokes(consumed + milliseconds{250}, consumed, nullptr, o));
  EXPECT_TRUE(replay_revokes(consumed + milliseconds{251}, consumed, nullptr, o));
  o.code_dup_window = milliseconds{0};
  EXPECT_TRUE(replay_revokes(consumed + milliseconds{1}, consumed, nullptr, o));
}

TEST(replay_revokes, at_once_for_clients_of_fapi) {  // FAP-05, NEG-202
  const auto consumed = instant{milliseconds{1'000'000}};
  auto c = client{};
  EXPECT_FALSE(replay_revokes(consumed + milliseconds{100}, consumed, &c, options{}));
  c.profile = client_profile::fapi2;
  EXPECT_TRUE(replay_revokes(consumed + milliseconds{100}, consumed, &c, options{}));
}

}  // namespace
}  // namespace mintage::oauth
