// mintage explain and mintage client check.
#include "tests/http/cli/fixture.hpp"
#include "tests/support/client_key.hpp"

namespace mintage::test {

namespace {

using testing::HasSubstr;
using testing::Not;

constexpr auto wrong_secret = "mcs_0123456789012345678901234567890123456789012";

struct explain : command_line {
  /// Has the server refuse a redemption. @returns the answer's request id.
  static std::string refuse(const std::function<void(token_call&)>& bend) {
    auto call = redemption(stage_->c1, stage_->mint(stage_->c1));
    bend(call);
    const auto got = call.send_to(stage_->server.port());
    EXPECT_EQ(got.status / 100, 4U) << got.octets;
    return got.field("X-Request-Id");
  }
};

TEST_F(explain, says_rule_expectation_and_what_came_to_people) {
  const auto id =
      refuse([](token_call& c) { c.set("redirect_uri", "https://client.example/\x1b"); });
  const auto done = run({"explain", id});
  EXPECT_EQ(done.code, 0) << done.err;
  for (const auto& part :
       {id, stage_->c1.id, std::string{"authorization_code"}, std::string{"invalid_grant"},
        std::string{"redirect_uri differs"}, std::string{"COD-02 (RFC 6749 §4.1.3)"},
        std::string{"octet for octet"}, std::string{R"(https://client.example/\x1b)"},
        stage_->c1.redirect_uri, std::string{"client.redirect_uris"}}) {
    EXPECT_THAT(done.out, HasSubstr(part));
  }
  const auto told = run_json({"explain", id});
  EXPECT_EQ(text_of(told, "rule"), "COD-02");
  EXPECT_EQ(text_of(told, "setting"), "client.redirect_uris");
}

TEST_F(explain, knows_refusals_before_there_is_a_grant) {
  const auto type = refuse([](token_call& c) { c.header("Content-Type", "application/json"); });
  auto done = run({"explain", type});
  EXPECT_THAT(done.out, HasSubstr("TOK-03"));
  EXPECT_THAT(done.out, HasSubstr("Content-Type=application/json"));
  const auto path = refuse([](token_call& c) { c.target = "/oauth/token?client_secret=x"; });
  done = run({"explain", path});
  EXPECT_THAT(done.out, HasSubstr("method=POST; path=/oauth/token"));
  EXPECT_THAT(done.out, Not(HasSubstr("client_secret=")));
}

TEST_F(explain, names_client_and_grant_type_of_what_was_read_in_part) {
  const auto id = refuse([](token_call& c) { c.set("grant_type", "password"); });
  EXPECT_THAT(run({"explain", id}).out,
              HasSubstr("client_id=" + stage_->c1.id + "; grant_type=password"));
}

TEST_F(explain, tells_the_registered_method_but_no_secret) {  // TOK-17
  const auto id = refuse([](token_call& c) { c.basic(stage_->c1.id, wrong_secret); });
  const auto done = run({"explain", id});
  EXPECT_THAT(done.out, HasSubstr("wrong or expired secret"));
  EXPECT_THAT(done.out, HasSubstr("registered=client_secret_basic"));
  EXPECT_THAT(done.out, Not(HasSubstr(wrong_secret)));
}

TEST_F(explain, shows_what_an_assertion_claims_but_not_its_signature) {  // CAU-08
  const auto key = std::make_shared<const client_key>(crypto::jws_alg::es256);
  const auto who = make_signing_party(stage_->admin, key);
  auto claims = assertion_claims(who.id);
  claims["aud"] = "https://elsewhere.example";
  const auto assertion = key->sign(key->header(), boost::json::serialize(claims));
  auto call = redemption(who, stage_->mint(who)).set("client_assertion", assertion);
  const auto got = call.send_to(stage_->server.port());
  EXPECT_EQ(got.status, 400U) << got.octets;
  const auto done = run({"explain", got.field("X-Request-Id")});
  for (const auto* part : {"CAU-08", "aud=https://elsewhere.example", "alg=ES256",
                           "iss=", "client.assertion_aud_mode"}) {
    EXPECT_THAT(done.out, HasSubstr(part));
  }
  EXPECT_THAT(done.out, Not(HasSubstr(assertion.substr(assertion.rfind('.') + 1))));
  EXPECT_THAT(run({"client", "check", who.id}).out, HasSubstr("private_key_jwt, keys of jwks"));
}

TEST_F(explain, lists_the_latest) {
  const auto first = refuse([](token_call& c) { c.drop("grant_type"); });
  // The threads of the server order refusals by the millisecond.
  std::this_thread::sleep_for(std::chrono::milliseconds{2});
  const auto second = refuse([](token_call& c) { c.set("grant_type", "password"); });
  const auto done = run({"explain", "--last", "2"});
  EXPECT_EQ(done.code, 0) << done.err;
  const auto lines = lines_of(done.out);
  ASSERT_EQ(lines.size(), 3U) << done.out;
  EXPECT_THAT(lines[1], HasSubstr(second));
  EXPECT_THAT(lines[2], HasSubstr(first));
  EXPECT_EQ(run_json({"explain", "--last", "1"}).at("refusals").as_array().size(), 1U);
}

TEST_F(explain, lists_all_reasons_without_a_server) {
  const auto done = run_program({"explain", "--reasons"});
  EXPECT_EQ(done.code, 0) << done.err;
  for (const auto* part : {"redirect_uri differs", "COD-02", "client.redirect_uris"}) {
    EXPECT_THAT(done.out, HasSubstr(part));
  }
}

TEST_F(explain, takes_one_question_and_says_when_it_knows_nothing) {
  EXPECT_EQ(run({"explain"}).code, 2);
  EXPECT_EQ(run({"explain", "x", "--last", "1"}).code, 2);
  EXPECT_EQ(run({"explain", "x", "--reasons"}).code, 2);
  EXPECT_EQ(run({"explain", "--last", "0"}).code, 2);
  expect_failure(run({"explain", "AAAAAAAAAAAAAAAAAAAAAA"}), 1, "no such refusal");
  // One id in 64 begins with a dash.
  expect_failure(run({"explain", "-AAAAAAAAAAAAAAAAAAAAA"}), 1, "no such refusal");
  expect_failure(run({"explain", "AAAAAAAAAAAAAAAAAAAAAA", "--audit", "/nowhere"}), 1, "/nowhere");
}

TEST_F(explain, is_for_admins_alone) {
  const auto id = refuse([](token_call& c) { c.drop("grant_type"); });
  auto minter = admin_client{stage_->server.admin_port(), stage_->server.mint_token()};
  EXPECT_EQ(minter.call("GET", "/admin/refusals/" + id).status, 403U);
  EXPECT_EQ(minter.call("GET", "/admin/refusals").status, 403U);
  auto nobody = admin_client{stage_->server.admin_port(), ""};
  EXPECT_EQ(nobody.call("GET", "/admin/refusals/" + id).status, 401U);
  auto& admin = stage_->admin;
  EXPECT_EQ(admin.call("GET", "/admin/refusals?last=1").status, 200U);
  for (const auto* query : {"last=0", "last=1001", "last=x", "last=1&x", "first=1", "last="}) {
    EXPECT_EQ(admin.call("GET", std::string{"/admin/refusals?"} + query).status, 400U) << query;
  }
  EXPECT_EQ(admin.call("POST", "/admin/refusals", "{}").status, 405U);
}

TEST(explain_from_audit, needs_no_server) {
  auto s = stage{{{"log.audit", toml_string("file")},
                  {"log.audit_file", toml_string("audit.jsonl")},
                  {"log.refusals", "0"}}};
  const auto got = redemption(s.c1, s.mint(s.c1))
                       .set("redirect_uri", "https://x.example/")
                       .send_to(s.server.port());
  const auto id = got.field("X-Request-Id");
  EXPECT_EQ(s.admin.call("GET", "/admin/refusals/" + id).status, 404U) << "log.refusals is 0";
  ASSERT_EQ(s.server.stop(), 0);
  const auto file = s.server.file("audit.jsonl").string();
  const auto done = run_program({"explain", id, "--audit", file});
  EXPECT_EQ(done.code, 0) << done.err;
  EXPECT_THAT(done.out, HasSubstr("COD-02"));
  EXPECT_THAT(done.out, HasSubstr("redirect_uri=https://x.example/"));
  EXPECT_THAT(run_program({"explain", "--last", "5", "--audit", file}).out, HasSubstr(id));
}

TEST_F(explain, does_not_forget_what_a_client_check_says) {
  const auto who = add_client({"--grant", "authorization_code"});
  const auto done = run({"client", "check", who.id, "--redirect-uri", "https://client.example/no",
                         "--scope", "openid admin"});
  EXPECT_EQ(done.code, 0) << done.err;
  for (const auto* part : {"authenticate at /token", "passes", "grant_type=refresh_token", "P16",
                           "redirect_uri=https://client.example/no", "COD-02", "MINT-02"}) {
    EXPECT_THAT(done.out, HasSubstr(part));
  }
  ASSERT_EQ(run({"client", "suspend", who.id}).code, 0);
  const auto json = run({"client", "check", who.id, "--json"});
  const auto first = parse_object(lines_of(json.out).at(0));
  EXPECT_FALSE(first.at("passes").as_bool());
  EXPECT_EQ(text_of(first, "rule"), "TOK-21");
  expect_failure(run({"client", "check", "nobody"}), 1, "no such client");
}

}  // namespace

}  // namespace mintage::test
