// Part C: client authentication, NEG-048 to NEG-070.
#include <gtest/gtest.h>

#include "tests/http/negative/row.hpp"

namespace mintage::test {

namespace {

constexpr auto marker = "wrong-secret-marker";

row authorization(std::string id, std::string variant, std::string value) {
  return bent(std::move(id), std::move(variant), invalid_client_401, after::live,
              [value](world&, token_call& c) { c.header("Authorization", value); });
}

/// Status, body and names of the header fields: what an attacker can compare (TOK-21).
struct appearance {
  unsigned status = 0;
  std::string body;
  std::vector<std::string> names;
  friend bool operator==(const appearance&, const appearance&) = default;
};

appearance appearance_of(const http_answer& got) {
  auto out = appearance{got.status, got.body, {}};
  for (auto& field : got.fields) out.names.push_back(field.first);
  return out;
}

appearance of_wrong_secret(stage& s) {
  auto call = redemption(s.c1, s.mint(s.c1)).basic(s.c1.id, marker);
  return appearance_of(call.send_to(s.server.port()));
}

/// NEG-049: an id in the form that the server generates, and one in another form.
row unknown_client(std::string variant, std::string id) {
  auto run = [id](world& w) {
    auto code = w.mint(w.c1);
    auto call = redemption(w.c1, code).basic(id, marker);
    auto got = call.send_to(w.server.port());
    check_answer(got, call, invalid_client_401);
    EXPECT_EQ(appearance_of(got), of_wrong_secret(w));
    w.expect_live(w.c1, code);
  };
  return {"NEG-049", std::move(variant), run};
}

void suspended_client(world& w) {
  auto who = make_party(w.admin);
  auto code = w.mint(who);
  w.admin.change(who.id, {{"status", "suspended"}});
  auto call = redemption(who, code);
  auto got = call.send_to(w.server.port());
  check_answer(got, call, invalid_client_401);
  EXPECT_EQ(appearance_of(got), of_wrong_secret(w));
  w.admin.change(who.id, {{"status", "active"}});
  w.expect_live(who, code);
}

/// NEG-069. `with` says how the secret was made. An expiry of 1 is long ago, 0 is never.
row expired_secret(std::string variant, const boost::json::object& with) {
  auto run = [with](world& w) {
    auto metadata = with;
    metadata["client_secret_expires_at"] = 1;
    auto who = make_party(w.admin, metadata);
    auto code = w.mint(who);
    auto call = redemption(who, code);
    auto got = call.send_to(w.server.port());
    check_answer(got, call, invalid_client_401);
    EXPECT_EQ(appearance_of(got), of_wrong_secret(w));
    w.admin.change(who.id, {{"client_secret_expires_at", 0}});
    w.expect_live(who, code);
  };
  return {"NEG-069", std::move(variant), run};
}

/// NEG-070. `second` says how the new secret was made. Both redeem until one is ended.
row rotated_secret(std::string variant, const boost::json::object& second) {
  auto run = [second](world& w) {
    auto who = make_party(w.admin);
    const auto path = "/admin/clients/" + who.id + "/secrets";
    const auto added = w.admin.call("POST", path, boost::json::serialize(second));
    ASSERT_EQ(added.status, 201U) << added.octets;
    auto successor = who;
    successor.secret = text_of(second, "client_secret");
    if (successor.secret.empty()) {
      successor.secret = text_of(parse_object(added.body), "client_secret");
    }
    for (const auto& each : {who, successor}) {
      const auto code = w.mint(who);
      w.expect_live(each, code);
      w.expect_dead(each, code);
    }
    EXPECT_EQ(w.admin.call("DELETE", path + "/1").status, 204U);
    const auto code = w.mint(who);
    auto call = redemption(who, code);
    check_answer(call.send_to(w.server.port()), call, invalid_client_401);
    w.expect_live(successor, code);
  };
  return {"NEG-070", std::move(variant), run};
}

void as_post(const party& who, token_call& c, std::string_view secret) {
  c.drop_header("Authorization").set("client_id", who.id).set("client_secret", secret);
}

}  // namespace

std::vector<row> rows_of_client_auth() {
  return {
      bent("NEG-048", "", invalid_client_401, after::live,
           [](world& w, token_call& c) { c.basic(w.c1.id, marker); }),
      bent(
          "NEG-048", "imported", invalid_client_401, after::live,
          [](world& w, token_call& c) { c.basic(w.raw.id, marker); }, &world::raw),
      unknown_client("generated_form", "cl_AAAAAAAAAAAAAAAAAAAAAA"),
      unknown_client("other_form", "nobody-marker"),
      bent("NEG-050", "", invalid_client_401, after::live,
           [](world& w, token_call& c) { c.basic(w.c1.id, ""); }),
      bent("NEG-050", "empty_user", invalid_client_401, after::live,
           [](world& w, token_call& c) { c.basic("", w.c1.secret); }),
      bent("NEG-051", "", invalid_client_401, after::live,
           [](world& w, token_call& c) {
             c.header("Authorization", "Basic " + base64(w.c1.id + w.c1.secret));
           }),
      authorization("NEG-052", "", "Basic !!!not-base64!!!"),
      authorization("NEG-052", "url_alphabet", "Basic __-_X19fXzp4eHh4eHh4eA"),
      authorization("NEG-052", "nothing", "Basic"),
      bent(
          "NEG-053", "", success, after::dead,
          [](world& w, token_call& c) { c.basic(w.raw.id, w.raw.secret); }, &world::raw),
      bent(
          "NEG-054", "", invalid_client_401, after::live,
          [](world& w, token_call& c) { c.basic(w.raw_off.id, w.raw_off.secret); },
          &world::raw_off),
      bent(
          "NEG-055", "", success, after::dead,
          [](world& w, token_call& c) { c.basic(w.raw.id, form_encode(w.raw.secret)); },
          &world::raw),
      bent(
          "NEG-055", "compat_off", success, after::dead,
          [](world& w, token_call& c) { c.basic(w.raw_off.id, form_encode(w.raw_off.secret)); },
          &world::raw_off),
      bent("NEG-056", "", success, after::dead,
           [](world& w, token_call& c) {
             c.header("Authorization", "basic " + base64(w.c1.id + ":" + w.c1.secret));
           }),
      authorization("NEG-057", "", "Bearer bearer-token-marker"),
      bent("NEG-058", "", invalid_request, after::live,
           [](world& w, token_call& c) { c.add("client_secret", w.c1.secret); }),
      bent("NEG-059", "", invalid_request, after::live,
           [](world&, token_call& c) {
             c.add("client_assertion", "e30.e30.assertion-marker");
             c.add("client_assertion_type",
                   "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
           }),
      bent("NEG-060", "", invalid_request, after::live,
           [](world& w, token_call& c) { c.add("client_id", w.c2.id); }),
      bent("NEG-061", "", success, after::dead,
           [](world& w, token_call& c) { c.add("client_id", w.c1.id); }),
      bent(
          "NEG-062", "", invalid_client, after::live,
          [](world&, token_call& c) { c.set("client_secret", marker); }, &world::post),
      bent(
          "NEG-063", "", invalid_client, after::live,
          [](world&, token_call& c) { c.set("client_secret", ""); }, &world::post),
      bent("NEG-064", "", invalid_client, after::live,
           [](world&, token_call& c) { c.drop_header("Authorization"); }),
      bent("NEG-065", "", invalid_client, after::live,
           [](world& w, token_call& c) {
             c.drop_header("Authorization").add("client_id", w.c1.id);
           }),
      bent(
          "NEG-066", "post", invalid_client, after::live,
          [](world&, token_call& c) { c.add("client_secret", marker); }, &world::open),
      bent(
          "NEG-066", "basic", invalid_client_401, after::live,
          [](world& w, token_call& c) { c.basic(w.open.id, marker); }, &world::open),
      bent("NEG-067", "strict_off", success, after::dead,
           [](world& w, token_call& c) { as_post(w.c1, c, w.c1.secret); }),
      bent(
          "NEG-067", "strict_on", invalid_client, after::live,
          [](world& w, token_call& c) { as_post(w.strict, c, w.strict.secret); }, &world::strict),
      bent(
          "NEG-067", "basic_by_post_client", success, after::dead,
          [](world& w, token_call& c) { c.drop("client_secret").basic(w.post.id, w.post.secret); },
          &world::post),
      {"NEG-068", "", suspended_client},
      expired_secret("generated", {}),
      expired_secret("imported", {{"client_id", "expired-client"},
                                  {"client_secret", "chosen-secret-0123456789"}}),
      rotated_secret("generated", {}),
      rotated_secret("imported", {{"client_secret", "successor-secret-0123456789"}}),
  };
}

}  // namespace mintage::test
