#include "tests/http/authorization/journey.hpp"

#include <chrono>

namespace mintage::test {

namespace json = boost::json;

std::unique_ptr<stage> authorization::stage_;
std::unique_ptr<party> authorization::client_;

void authorization::SetUpTestSuite() {
  stage_ = std::make_unique<stage>(settings{{"authorization.login_url", toml_string(login_url)},
                                            {"authorization.logout_url", toml_string(logout_url)}});
  client_ = std::make_unique<party>(make_party(
      stage_->admin, {{"client_name", "An <app>"}, {"client_uri", "https://app.example/"}}));
  client_->pkce = true;
}

void authorization::TearDownTestSuite() {
  EXPECT_EQ(stage_->server.stop(), 0);
  client_.reset();
  stage_.reset();
}

std::string authorization::begin(browser& b, const field_list& form) {
  const auto got = b.get(authorize(form));
  EXPECT_EQ(got.status, 303U) << got.octets;
  const auto location = got.field("Location");
  EXPECT_TRUE(location.starts_with(std::string{login_url} + "&request=")) << got.octets;
  return parameter_of(location, "request");
}

http_answer authorization::ask(std::string_view handle, std::string_view path,
                               const json::object& body) {
  const auto target = "/admin/authorizations/" + std::string{handle} + std::string{path};
  if (path.empty()) return admin().call("GET", target);
  return admin().call("POST", target, json::serialize(body));
}

json::object authorization::alice() {
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  return {{"sub", "alice"}, {"auth_time", now.time_since_epoch().count()}, {"amr", {"pwd"}}};
}

std::string authorization::accept(std::string_view handle, const json::object& said) {
  const auto got = ask(handle, "/accept", said);
  EXPECT_EQ(got.status, 200U) << got.octets;
  if (got.status != 200) return {};
  return text_of(parse_object(got.body), "redirect_to");
}

http_answer authorization::push(const party& who, const field_list& form) {
  auto call = token_call{};
  call.target = "/par";
  call.form = form;
  identify(call, who);
  return call.send_to(stage_->server.port());
}

void authorization::expect_local_page(const http_answer& got, unsigned status) {
  EXPECT_EQ(got.status, status) << got.octets;
  EXPECT_EQ(got.count("Location"), 0U) << got.octets;
  EXPECT_EQ(got.field("Content-Type"), "text/html; charset=utf-8");
  EXPECT_EQ(got.field("Cache-Control"), "no-store");
  EXPECT_EQ(got.field("Referrer-Policy"), "no-referrer");
  EXPECT_EQ(got.field("X-Frame-Options"), "DENY");
  EXPECT_NE(got.field("Content-Security-Policy").find("frame-ancestors 'none'"), std::string::npos);
  EXPECT_EQ(got.body.find("<script"), std::string::npos);
}

}  // namespace mintage::test
