#include "tests/http/authorization/journey.hpp"

#include <algorithm>
#include <chrono>

#include "loopback/request_text.hpp"

namespace mintage::test {

namespace json = boost::json;

http_answer browser::send(std::string_view method, const std::string& target, std::string_view body,
                          bool has_cookies) {
  auto head = std::string{method} + " " + target + " HTTP/1.1\r\nHost: 127.0.0.1\r\n";
  if (has_cookies && !cookies_.empty()) head += "Cookie: other=1; " + cookie() + "\r\n";
  if (method == "POST") {
    head += "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: " +
            std::to_string(body.size()) + "\r\n";
  }
  auto wire = connection{port_};
  wire.send(head + "\r\n" + std::string{body});
  auto got = wire.receive();
  if (const auto set = got.field("Set-Cookie"); !set.empty())
    cookies_[set.substr(0, set.find('='))] = set.substr(0, set.find(';'));
  return got;
}

std::string browser::cookie() const {
  auto out = std::string{};
  for (const auto& [name, pair] : cookies_) out += (out.empty() ? "" : "; ") + pair;
  return out;
}

http_answer browser::get(const std::string& target) {
  return send("GET", target, {});
}

http_answer browser::post(const std::string& target, const field_list& form) {
  return send("POST", target, form_text(form));
}

http_answer browser::post_from_elsewhere(const std::string& target, const field_list& form) {
  return send("POST", target, form_text(form), false);
}

field_list authorization_form(const party& who) {
  return {{"client_id", who.id},
          {"response_type", "code"},
          {"redirect_uri", who.redirect_uri},
          {"scope", "openid profile"},
          {"state", "s t&te=1"},
          {"nonce", "n-0S6_WzA2Mj"},
          {"code_challenge", std::string{challenge}},
          {"code_challenge_method", "S256"}};
}

field_list with(field_list form, std::string_view name, std::string_view value) {
  std::erase_if(form, [&](const auto& p) { return p.first == name; });
  if (!value.empty()) form.emplace_back(name, value);
  return form;
}

std::string authorize(const field_list& form) {
  return "/authorize?" + form_text(form);
}

namespace {

int digit_of(char c) {
  return c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;
}

std::string decoded(std::string_view text) {
  auto out = std::string{};
  for (auto i = std::size_t{0}; i < text.size(); ++i) {
    if (text[i] == '%') {
      out += static_cast<char>(digit_of(text[i + 1]) * 16 + digit_of(text[i + 2]));
      i += 2;
    } else {
      out += text[i] == '+' ? ' ' : text[i];
    }
  }
  return out;
}

}  // namespace

std::string parameter_of(std::string_view url, std::string_view name) {
  auto query = url.substr(std::min(url.size(), url.find('?') + 1));
  while (!query.empty()) {
    const auto one = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(query.size(), one.size() + 1));
    if (one.substr(0, one.find('=')) == name) return decoded(one.substr(one.find('=') + 1));
  }
  return {};
}

std::string target_of(std::string_view url) {
  return std::string{url.substr(url.find('/', url.find("//") + 2))};
}

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
