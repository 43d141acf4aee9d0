// Part F: PKCE.
#include <gtest/gtest.h>

#include "tests/http/negative/row.hpp"

namespace mintage::test {

namespace {

row with_verifier(std::string id, std::string variant, const expected& want, std::string text) {
  return bent(
      std::move(id), std::move(variant), want, after::live,
      [text](world&, token_call& c) { c.set("code_verifier", text); }, &world::c1_pkce);
}

/// A verifier of the right length with `odd` in the middle.
std::string spoilt(char odd) {
  auto text = std::string{verifier};
  text[20] = odd;
  return text;
}

row mint_refused(std::string id, std::string variant, party_of who,
                 const std::function<void(boost::json::object&)>& bend) {
  auto run = [who, bend](world& w) {
    auto body = mint_body(w.*who);
    bend(body);
    auto got = w.admin.call("POST", "/admin/codes", boost::json::serialize(body));
    EXPECT_EQ(got.status, 400U) << got.octets;
    EXPECT_EQ(text_of(parse_object(got.body), "error"), "invalid_request");
    EXPECT_EQ(code_in(got.body), "");
  };
  return {std::move(id), std::move(variant), run};
}

row method_sent_here(std::string variant, const expected& want, after state, std::string text) {
  return bent(
      "NEG-129", std::move(variant), want, state,
      [text](world&, token_call& c) {
        c.set("code_verifier", text).add("code_challenge_method", "plain");
      },
      &world::c1_pkce);
}

}  // namespace

std::vector<row> rows_of_pkce() {
  return {
      bent(
          "NEG-123", "", invalid_grant, after::live,
          [](world&, token_call& c) { c.drop("code_verifier"); }, &world::c1_pkce),
      bent(
          "NEG-123", "public", invalid_grant, after::live,
          [](world&, token_call& c) { c.drop("code_verifier"); }, &world::open),
      with_verifier("NEG-124", "", invalid_grant, ""),
      with_verifier("NEG-125", "42", invalid_request, std::string(42, 'v')),
      with_verifier("NEG-125", "129", invalid_request, std::string(129, 'v')),
      with_verifier("NEG-125", "128", invalid_grant, std::string(128, 'v')),
      with_verifier("NEG-126", "plus", invalid_request, spoilt('+')),
      with_verifier("NEG-126", "slash", invalid_request, spoilt('/')),
      with_verifier("NEG-126", "space", invalid_request, spoilt(' ')),
      with_verifier("NEG-126", "equals", invalid_request, spoilt('=')),
      with_verifier("NEG-127", "", invalid_grant, std::string{challenge}),
      bent("NEG-128", "", invalid_request, after::live,
           [](world&, token_call& c) { c.set("code_verifier", verifier); }),
      method_sent_here("right_verifier", success, after::dead, std::string{verifier}),
      method_sent_here("plain_value", invalid_grant, after::live, std::string{challenge}),
      mint_refused("NEG-130", "plain", &world::c1_pkce,
                   [](auto& body) { body["code_challenge_method"] = "plain"; }),
      mint_refused("NEG-130", "absent", &world::c1_pkce,
                   [](auto& body) { body.erase("code_challenge_method"); }),
      mint_refused("NEG-130", "short", &world::c1_pkce,
                   [](auto& body) { body["code_challenge"] = std::string{challenge.substr(1)}; }),
      mint_refused("NEG-131", "", &world::open,
                   [](auto& body) {
                     body.erase("code_challenge");
                     body.erase("code_challenge_method");
                   }),
  };
}

}  // namespace mintage::test
