#include "tests/http/seal/fixture.hpp"

#include "tests/support/jwt_check.hpp"
#include "tests/support/keyed_assertion.hpp"
#include "tests/support/proof_claims.hpp"
#include "tests/support/secret_book.hpp"

namespace mintage::test {

namespace json = boost::json;
namespace fs = std::filesystem;

namespace {

constexpr auto login_page = std::string_view{"https://login.example/in"};
constexpr auto opaque_resource = std::string_view{"https://opaque.example"};

settings with_login_page(settings all) {
  all.emplace("authorization.login_url", toml_string(login_page));
  return all;
}

}  // namespace

seal::seal(const settings& overrides) : s_{with_login_page(overrides)} {
  const auto made = s_.admin.call(
      "POST", "/admin/resources",
      json::serialize(json::object{{"identifier", opaque_resource}, {"token_format", "opaque"}}));
  EXPECT_EQ(made.status, 200U) << made.octets;
  opaque_ = make_party(s_.admin, {{"allowed_resources", {opaque_resource}}});
}

keepsake seal::take_all() {
  auto k = keepsake{};
  auto lasting = mint_body(s_.c1);
  lasting["ttl"] = 600;
  k.code = s_.admin.mint(lasting);
  k.once = s_.log_in_offline(s_.c1);
  k.rolling = s_.log_in_offline(rolling_);
  k.opaque = s_.log_in(opaque_, {{"resource", opaque_resource}}).access;
  EXPECT_TRUE(k.opaque.starts_with("mat_"));
  k.person = browser{s_.server.port()};
  k.handle = begin(k.person);
  k.way_back = accept(begin(k.person));
  const auto refused = redeem_with_nonce(s_.mint(nonces_), "");
  EXPECT_EQ(refused.status, 400U) << refused.octets;
  k.nonce = refused.field("DPoP-Nonce");
  k.pairwise_subject = subject_of_pairwise();
  return k;
}

void seal::expect_all_valid(keepsake& k) {
  s_.expect_live(s_.c1, k.code);
  expect_refreshed(k);
  EXPECT_TRUE(s_.introspect(s_.c1, k.once.access).at("active").as_bool());
  EXPECT_TRUE(s_.introspect(opaque_, k.opaque).at("active").as_bool());

  auto assertion = token_call{};
  assertion.add("grant_type", "client_credentials").add("client_id", keyed_.id);
  assertion.add("client_assertion_type", assertion_type);
  const auto& hs256 = row_of(oauth::assertion_algs, oauth::assertion_alg::hs256);
  assertion.add("client_assertion", keyed(hs256, keyed_, keyed_.secret));
  EXPECT_EQ(assertion.send_to(s_.server.port()).status, 200U) << "client_secret_jwt";
  EXPECT_EQ(s_.redeem(chosen_, s_.mint(chosen_)).status, 200U) << "a chosen secret";
  EXPECT_EQ(subject_of_pairwise(), k.pairwise_subject);
  const auto proven = redeem_with_nonce(s_.mint(nonces_), k.nonce);
  EXPECT_EQ(proven.status, 200U) << proven.octets;

  k.person.move_to(s_.server.port());
  for (const auto& way_back : {k.way_back, accept(k.handle)}) {
    const auto sent = k.person.get(target_of(way_back));
    EXPECT_EQ(sent.status, 303U) << sent.octets;
    const auto code = parameter_of(sent.field("Location"), "code");
    auto who = s_.c1;
    who.pkce = true;
    EXPECT_EQ(s_.redeem(who, code).status, 200U);
  }
}

void seal::expect_refreshed(keepsake& k) {
  const auto once = refresh_once(k);
  EXPECT_EQ(once.status, 200U) << once.octets;
  const auto rolled = refresh(rolling_, k.rolling.refresh).send_to(s_.server.port());
  ASSERT_EQ(rolled.status, 200U) << rolled.octets;
  k.rolling = tokens_in(rolled);
}

http_answer seal::refresh_once(const keepsake& k) const {
  return refresh(s_.c1, k.once.refresh).send_to(s_.server.port());
}

http_answer seal::redeem_with_nonce(const std::string& code, const std::string& nonce) {
  auto claims = proof_claims();
  if (!nonce.empty()) claims["nonce"] = nonce;
  auto call = redemption(nonces_, code);
  call.header("DPoP", dpop_.sign(json::serialize(claims)));
  return call.send_to(s_.server.port());
}

std::string seal::subject_of_pairwise() {
  return text_of(read_jwt(s_.log_in(pairwise_).id).claims, "sub");
}

std::string seal::begin(browser& b) {
  const auto got = b.get(authorize(authorization_form(s_.c1)));
  EXPECT_EQ(got.status, 303U) << got.octets;
  return parameter_of(got.field("Location"), "request");
}

std::string seal::accept(const std::string& handle) {
  const auto got =
      s_.admin.call("POST", "/admin/authorizations/" + handle + "/accept",
                    json::serialize(json::object{{"sub", "alice"}, {"auth_time", seconds_now()}}));
  EXPECT_EQ(got.status, 200U) << got.octets;
  return got.status == 200U ? text_of(parse_object(got.body), "redirect_to") : "http://x/";
}

ended seal::run(const std::vector<std::string>& words) const {
  auto all = std::vector<std::string>{"seal"};
  all.insert(all.end(), words.begin(), words.end());
  for (const auto& each :
       {std::string{"--admin"}, "http://127.0.0.1:" + std::to_string(s_.server.admin_port()),
        std::string{"--token-file"}, s_.server.file("admin.token").string()})
    all.push_back(each);
  return run_program(all);
}

ended seal::rotate() {
  auto done = run({"rotate"});
  EXPECT_EQ(done.code, 0) << done.err << done.out;
  static_cast<void>(content());
  return done;
}

json::object seal::status() {
  const auto got = s_.admin.call("GET", "/admin/seal");
  EXPECT_EQ(got.status, 200U) << got.octets;
  return parse_object(got.body);
}

void seal::make_key(const std::string& name) const {
  const auto done = run_program({"seal", "make", s_.server.file(name).string()});
  EXPECT_EQ(done.code, 0) << done.err;
  remember_secret(read_file(s_.server.file(name)).substr(0, 43));
}

fs::path seal::key(std::string_view ending) const {
  return s_.server.file("mintage.seal" + std::string{ending});
}

std::string seal::content(std::string_view ending) const {
  auto text = read_file(key(ending));
  remember_secret(text.substr(0, 43));
  return text;
}

void seal::move_key(std::string_view from, std::string_view to) const {
  fs::rename(key(from), key(to));
}

void seal::restart() {
  EXPECT_EQ(s_.server.stop(), 0);
  start();
}

void seal::start() {
  s_.server.start();
  s_.reconnect();
}

}  // namespace mintage::test
