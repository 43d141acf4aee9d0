#include "bench/harness/login_journey.hpp"

#include <boost/json/parse.hpp>
#include <chrono>
#include <stdexcept>

#include "crypto/base64.hpp"
#include "crypto/digest.hpp"

namespace mintage::bench {
namespace {

namespace json = boost::json;

constexpr auto verifier =
    std::string_view{"a-verifier-of-the-benchmark-that-is-as-long-as-it-must-be"};

loopback::connection connect(const origin& to) {
  return {to.where.data(), static_cast<socklen_t>(to.where.size()), {.side = to.tls.get()}};
}

std::string basic(const client& who) {
  return "Authorization: Basic " +
         loopback::base64(loopback::form_encode(who.id) + ":" + loopback::form_encode(who.secret)) +
         "\r\n";
}

std::string post(std::string_view path, const origin& to, std::string_view fields,
                 std::string_view type, std::string_view body) {
  return "POST " + std::string{path} + " HTTP/1.1\r\nHost: " + to.host + "\r\n" +
         std::string{fields} + "Content-Type: " + std::string{type} +
         "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string{body};
}

/// The value of a parameter of a URL, which needs no decoding.
std::string parameter_of(std::string_view url, std::string_view name) {
  for (auto at = url.find('?'); at != url.npos; at = url.find('&', at + 1)) {
    const auto rest = url.substr(at + 1);
    if (!rest.starts_with(name) || rest.substr(name.size(), 1) != "=") continue;
    const auto value = rest.substr(name.size() + 1);
    return std::string{value.substr(0, value.find_first_of("&#"))};
  }
  throw std::runtime_error{"no parameter " + std::string{name} + " in a redirect"};
}

}  // namespace

login_journey::login_journey(const journey_plan& plan)
    : plan_{plan},
      public_{connect(plan.server)},
      admin_{connect(plan.admin)},
      redemption_{request_kind::code,
                  [&] {
                    auto who = plan.who;
                    who.verifier = verifier;
                    return who;
                  }(),
                  plan.server.host, plan.token_path} {
  query_ = "response_type=code&client_id=" + loopback::form_encode(plan.who.id) +
           "&redirect_uri=" + loopback::form_encode(plan.who.redirect_uri) +
           "&scope=openid+profile&state=af0ifjsldkj&nonce=n-0S6_WzA2Mj&code_challenge_method=S256"
           "&code_challenge=" +
           crypto::base64url(crypto::sha256(verifier));
  authorize_head_ = "GET /authorize?" + query_ + " HTTP/1.1\r\nHost: " + plan.server.host + "\r\n";
  push_request_ =
      post("/par", plan.server, basic(plan.who), "application/x-www-form-urlencoded", query_);
}

loopback::http_answer login_journey::ask(loopback::connection& c, std::string_view request,
                                         unsigned expected) {
  if (!c.send(request)) throw loopback::connection_lost{"the server takes no request"};
  auto got = c.receive();
  if (got.status != expected)
    throw std::runtime_error{"a login was answered with " + std::to_string(got.status)};
  return got;
}

std::string login_journey::authorize() {
  request_.assign(authorize_head_);
  if (!cookie_.empty()) request_.append("Cookie: ").append(cookie_).append("\r\n");
  const auto got = ask(public_, request_.append("\r\n"), 303);
  const auto cookie = got.field("Set-Cookie");
  if (!cookie.empty()) cookie_ = cookie.substr(0, cookie.find(';'));
  const auto to = got.field("Location");
  if (!to.starts_with(plan_.login_url))
    throw std::runtime_error{"the browser was not sent to the login page"};
  return parameter_of(to, "request");
}

void login_journey::push() {
  static_cast<void>(ask(public_, push_request_, 201));
}

std::string login_journey::accept(std::string_view handle) {
  const auto now = std::chrono::duration_cast<std::chrono::seconds>(
                       std::chrono::system_clock::now().time_since_epoch())
                       .count();
  const auto body =
      R"({"sub":"248289761001","auth_time":)" + std::to_string(now) + R"(,"amr":["pwd"]})";
  const auto got =
      ask(admin_,
          post("/admin/authorizations/" + std::string{handle} + "/accept", plan_.admin,
               "Authorization: Bearer " + plan_.admin_token + "\r\n", "application/json", body),
          200);
  const auto url = std::string{json::parse(got.body).at("redirect_to").as_string()};
  const auto path = url.find('/', url.find("//") + 2);
  if (path == url.npos) throw std::runtime_error{"redirect_to has no path"};
  return url.substr(path);
}

std::string login_journey::proceed(std::string_view target) {
  request_ = "GET " + std::string{target} + " HTTP/1.1\r\nHost: " + plan_.server.host +
             "\r\nCookie: " + cookie_ + "\r\n\r\n";
  return parameter_of(ask(public_, request_, 303).field("Location"), "code");
}

void login_journey::redeem(std::string_view code) {
  redemption_.write(request_, code);
  const auto got = ask(public_, request_, 200);
  if (got.body.find("\"id_token\":\"") == got.body.npos)
    throw std::runtime_error{"a login brought no ID token"};
}

}  // namespace mintage::bench
