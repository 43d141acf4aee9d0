// The public listener over real sockets: framing, limits, deadlines and persistence of §1.1 to
// §1.3.

#include "tests/unit/net/server_fixture.hpp"

namespace mintage::net {
namespace {

using namespace std::chrono_literals;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

using manner = fake_service::manner;

constexpr auto form = "Content-Type: application/x-www-form-urlencoded\r\n";

void expect_error_form(const received& r) {
  EXPECT_EQ(r.fields.at("cache-control"), "no-store");
  EXPECT_EQ(r.fields.at("pragma"), "no-cache");
  EXPECT_EQ(r.fields.at("x-request-id").size(), 22U);
  EXPECT_EQ(r.fields.at("content-type"), "application/json");
  EXPECT_FALSE(r.fields.contains("server"));
  EXPECT_THAT(r.body, HasSubstr("\"error\":"));
}

class public_listener : public server_test {};

TEST_F(public_listener, refuses_broken_framing_and_closes_TOK_10) {
  start();
  struct row {
    const char* rule;
    std::string octets;
    unsigned status;
  };
  for (const auto& [rule, octets, status] : {
           row{"NEG-015", request("POST", "/token", "Transfer-Encoding: chunked\r\n", "a"), 400},
           row{"NEG-016", request("POST", "/token", "Content-Length: 2\r\n", "a"), 400},
           row{"NEG-017", request("POST", "/token", "Transfer-Encoding: gzip, chunked\r\n"), 501},
           row{"NEG-024", "GET /jwks HTTP/1.1\r\n\r\n", 400},
           row{"NEG-023", request("GET", "/jwks", "X: " + std::string(40 * 1024, 'a') + "\r\n"),
               431},
           row{"505", "GET /jwks HTTP/3.0\r\n\r\n", 505},
           row{"Connection that is no list", request("GET", "/jwks", "Connection: ,;\r\n"), 400},
           row{"broken chunk",
               request("POST", "/token", std::string{form} + "Transfer-Encoding: chunked\r\n") +
                   "z\r\n",
               400},
       }) {
    auto p = connect();
    p.send(octets + token_request());
    const auto r = p.receive();
    EXPECT_EQ(r.status, status) << rule;
    EXPECT_EQ(r.fields.at("connection"), "close") << rule;
    expect_error_form(r);
    p.shut_down();
    auto rest = std::string{};
    EXPECT_TRUE(p.is_closed(&rest)) << rule;
    EXPECT_EQ(rest, "") << rule;
  }
  EXPECT_EQ(service().submitted(), 0U);
}

TEST_F(public_listener, answers_paths_and_methods_before_all_else_P02) {
  start();
  EXPECT_EQ(ask(request("GET", "/nothing")).status, 404U);
  EXPECT_EQ(ask(request("POST", "/token/", form, token_body())).status, 404U);
  for (const auto* method : {"GET", "PUT", "PATCH", "DELETE", "TRACE", "BREW"}) {  // NEG-001, 003
    const auto r = ask(request(method, "/token?code=a", "Expect: x\r\nContent-Encoding: gzip\r\n"));
    EXPECT_EQ(r.status, 405U) << method;
    EXPECT_EQ(r.fields.at("allow"), "POST, OPTIONS");
    expect_error_form(r);
  }
  for (const auto* path : {"/jwks", "/.well-known/openid-configuration"}) {  // NEG-196
    const auto r = ask(request("POST", path, "", "a"));
    EXPECT_EQ(r.status, 405U);
    EXPECT_EQ(r.fields.at("allow"), "GET, HEAD");
  }
  EXPECT_EQ(service().submitted(), 0U);
}

TEST_F(public_listener, answers_head_without_a_body_NEG_002) {
  start();
  auto p = connect();
  p.send(request("HEAD", "/token") + request("HEAD", "/jwks") + request("GET", "/jwks"));
  EXPECT_EQ(p.receive(false).status, 405U);
  EXPECT_EQ(p.receive(false).fields.at("content-length"), "11");
  EXPECT_EQ(p.receive().body, "{\"keys\":[]}");
}

TEST_F(public_listener, answers_a_preflight_without_cors_fields_NEG_025) {
  start();
  const auto r = ask(request("OPTIONS", "/token", "Origin: https://a\r\n"));
  EXPECT_EQ(r.status, 204U);
  EXPECT_FALSE(r.fields.contains("content-length"));
  EXPECT_THAT(r.head, Not(HasSubstr("Access-Control")));
}

TEST_F(public_listener, refuses_large_bodies_P03) {
  start();
  const auto declared =
      ask(request("POST", "/token",
                  std::string{form} + "Expect: x\r\n"
                                      "Content-Length: 10485760\r\n"));  // NEG-012: before reading
  EXPECT_EQ(declared.status, 413U);
  EXPECT_EQ(declared.fields.at("connection"), "close");

  auto p = connect();  // NEG-013
  p.send(request("POST", "/token", std::string{form} + "Transfer-Encoding: chunked\r\n"));
  for (auto n = 0; n < 9; ++n) p.send("2000\r\n" + std::string(0x2000, 'a') + "\r\n");
  EXPECT_EQ(p.receive().status, 413U);
  EXPECT_TRUE(p.is_closed());

  const auto exact = token_body() + "&x=" + std::string(4096, 'x');
  settings.body_limit = exact.size();
  EXPECT_EQ(ask(request("POST", "/token", form, exact)).status, 200U);
}

TEST_F(public_listener, knows_one_expectation_TOK_11) {
  start();
  for (const auto* fields :
       {"Expect: foo\r\n", "Expect: 100-continue\r\nExpect: 100-continue\r\n"}) {
    auto p = connect();
    p.send(token_request("c", fields));
    const auto r = p.receive();
    EXPECT_EQ(r.status, 417U);  // NEG-019
    EXPECT_EQ(r.fields.at("connection"), "close");
  }
  auto p = connect();  // NEG-018
  p.send(request("POST", "/token",
                 "Content-Type: text/plain\r\nExpect: 100-continue\r\n"
                 "Content-Length: 5\r\n"));
  const auto refused = p.receive();
  EXPECT_EQ(refused.status, 400U);
  EXPECT_EQ(refused.fields.at("connection"), "close");
  EXPECT_THAT(refused.body, HasSubstr("invalid_request"));
  EXPECT_EQ(service().submitted(), 0U);
}

TEST_F(public_listener, invites_a_body_that_would_be_read_TOK_11) {
  start();
  const auto whole = token_request("c", "Expect: 100-continue\r\n");
  const auto end = whole.find("\r\n\r\n") + 4;
  auto p = connect();
  p.send(whole.substr(0, end));
  EXPECT_EQ(p.receive(false).head, "HTTP/1.1 100 Continue\r\n");
  p.send(whole.substr(end));
  EXPECT_EQ(p.receive().body, "{\"code\":\"c\"}");
  p.send(whole);  // the body is here already: no invitation
  EXPECT_EQ(p.receive().status, 200U);
}

TEST_F(public_listener, refuses_content_codings_P05) {
  start();
  const auto r = ask(token_request("c", "Content-Encoding: gzip\r\n"));  // NEG-011
  EXPECT_EQ(r.status, 415U);
  expect_error_form(r);
  EXPECT_EQ(ask(token_request("c", "Content-Encoding: identity\r\n")).status, 200U);
}

TEST_F(public_listener, hands_the_rest_to_the_rules_P06) {
  start();
  const auto repeated = ask(token_request("c", form));
  EXPECT_EQ(repeated.status, 400U);  // TOK-03
  EXPECT_THAT(repeated.body, HasSubstr("invalid_request"));
  EXPECT_EQ(service().last_refusal(),
            std::pair(repeated.fields.at("x-request-id"), oauth::errc::invalid_request));  // TOK-17
  EXPECT_EQ(ask(request("POST", "/token", "", token_body())).status, 400U);           // NEG-007
  EXPECT_EQ(ask(request("POST", "/token?code=c", form, token_body())).status, 400U);  // NEG-004
  EXPECT_EQ(ask(request("POST", "/token?utm=1", form, token_body())).status, 200U);   // NEG-005
  EXPECT_EQ(service().submitted(), 1U);
}

TEST_F(public_listener, challenges_only_who_sent_an_authorization_field_TOK_18) {
  start();
  const auto by_body = ask(token_request("bad_client"));
  EXPECT_EQ(by_body.status, 400U);
  EXPECT_FALSE(by_body.fields.contains("www-authenticate"));
  const auto body = token_body("bad_client");
  const auto without_id = "grant_type=authorization_code" + body.substr(body.find("&redirect_uri"));
  const auto by_header = ask(
      request("POST", "/token", std::string{form} + "Authorization: Basic YTpi\r\n", without_id));
  EXPECT_EQ(by_header.status, 401U);
  EXPECT_EQ(by_header.fields.at("www-authenticate"), "Basic realm=\"http://127.0.0.1:9080\"");
  expect_error_form(by_header);
}

TEST_F(public_listener, refuses_without_reading_the_form_when_there_is_no_room_TOK_19) {
  start();
  service().is_full = true;
  auto p = connect();
  for (const auto& octets : {token_request(), request("POST", "/token", form, "%"),
                             request("POST", "/introspect", form, "%"), request("POST", "/revoke"),
                             request("GET", "/userinfo")}) {
    p.send(octets);
    const auto r = p.receive();
    EXPECT_EQ(r.status, 503U);
    EXPECT_THAT(r.fields.at("retry-after"), testing::AnyOf("1", "2", "3", "4"));
    EXPECT_THAT(r.body, HasSubstr("temporarily_unavailable"));
    expect_error_form(r);
  }
  EXPECT_EQ(service().submitted(), 0U);
  p.send(request("GET", "/jwks"));
  EXPECT_EQ(p.receive().status, 200U);
  service().is_full = false;
  p.send(token_request());
  EXPECT_EQ(p.receive().status, 200U);
}

TEST_F(public_listener, answers_503_for_an_exchange_that_was_lost_TOK_19) {
  start();
  service().how = manner::lost;
  auto p = connect();
  p.send(token_request());
  const auto r = p.receive();
  EXPECT_EQ(r.status, 503U);
  EXPECT_NE(r.fields.at("retry-after"), "0");
  EXPECT_THAT(r.body, HasSubstr("temporarily_unavailable"));
  service().how = manner::at_once;
  p.send(token_request());
  EXPECT_EQ(p.receive().status, 200U);
}

TEST_F(public_listener, answers_pipelined_requests_in_order_TOK_12) {
  start();
  for (const auto how : {manner::at_once, manner::elsewhere}) {
    service().how = how;
    auto octets = std::string{};
    for (auto n = 0; n < 200; ++n) octets += token_request("c" + std::to_string(n));
    auto p = connect();
    p.send(octets + "GARBAGE\r\n\r\n");  // NEG-021
    for (auto n = 0; n < 200; ++n) {
      EXPECT_EQ(p.receive().body, "{\"code\":\"c" + std::to_string(n) + "\"}");
    }
    EXPECT_EQ(p.receive().status, 400U);
    EXPECT_TRUE(p.is_closed());
  }
  EXPECT_EQ(service().most_at_once(), 1U);
}

TEST_F(public_listener, reads_requests_that_arrive_octet_by_octet) {
  start();
  const auto body = token_body();
  auto chunked = request("POST", "/token", std::string{form} + "Transfer-Encoding: chunked\r\n");
  chunked += "3;ext=1\r\n" + body.substr(0, 3) + "\r\n";
  auto size = std::array<char, 16>{};
  std::snprintf(size.data(), size.size(), "%zx\r\n", body.size() - 3);
  chunked += size.data() + body.substr(3) + "\r\n0\r\nAuthorization: x\r\n\r\n";  // NEG-014
  auto p = connect();
  for (const auto& octets : {token_request() + "\r\n", chunked, request("GET", "/jwks")}) {
    for (const auto c : octets) p.send({&c, 1});
    EXPECT_EQ(p.receive().status, 200U);
  }
  const auto empty =
      request("POST", "/token", std::string{form} + "Transfer-Encoding: chunked\r\n");
  p.send(empty);
  for (const auto c : std::string_view{"0\r\n\r\n"}) p.send({&c, 1});
  EXPECT_EQ(p.receive().status, 400U);
  EXPECT_EQ(service().submitted(), 2U);
}

TEST_F(public_listener, keeps_views_valid_when_a_body_arrives_late) {
  start();
  // Larger than the first buffer, so that it has to grow under the head of the request.
  const auto whole =
      request("POST", "/token?utm=1", std::string{form} + "X: " + std::string(3000, 'x') + "\r\n",
              token_body("late") + "&x=" + std::string(4000, 'x') + "&y=" + std::string(4000, 'y'));
  auto p = connect();
  for (auto at = std::size_t{0}; at < whole.size(); at += 997) {
    p.send(std::string_view{whole}.substr(at, 997));
    std::this_thread::sleep_for(1ms);
  }
  EXPECT_EQ(p.receive().body, "{\"code\":\"late\"}");
}

TEST_F(public_listener, honours_the_wish_to_close) {
  start();
  auto closing = connect();
  closing.send(token_request("c", "Connection: close\r\n"));
  EXPECT_EQ(closing.receive().fields.at("connection"), "close");
  EXPECT_TRUE(closing.is_closed());

  auto old = connect();
  old.send("GET /jwks HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET /jwks HTTP/1.0\r\n\r\n");
  EXPECT_EQ(old.receive().fields.at("connection"), "keep-alive");
  EXPECT_EQ(old.receive().fields.at("connection"), "close");
  EXPECT_TRUE(old.is_closed());
}

TEST_F(public_listener, closes_after_an_answer_that_left_the_body_unread) {
  start();
  auto p = connect();
  p.send(request("POST", "/nothing", "Content-Length: 10\r\n"));
  EXPECT_EQ(p.receive().fields.at("connection"), "close");
  // TOK-08: what is still sent is discarded, so that the answer survives.
  p.send("0123456789");
  p.shut_down();
  EXPECT_TRUE(p.is_closed());
  auto q = connect();
  q.send(request("POST", "/nothing", "", "0123456789") + request("GET", "/jwks"));
  EXPECT_EQ(q.receive().status, 404U);
  EXPECT_EQ(q.receive().status, 200U);
}

TEST_F(public_listener, serves_the_documents_to_anyone_JWK_01) {
  start();
  const auto r = ask(request("GET", "/jwks?x=1"));
  EXPECT_EQ(r.status, 200U);
  EXPECT_EQ(r.fields.at("cache-control"), "public, max-age=300");
  EXPECT_EQ(r.fields.at("access-control-allow-origin"), "*");
  EXPECT_EQ(r.fields.at("etag"), "\"j1\"");
  EXPECT_EQ(r.fields.at("date"), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_FALSE(r.fields.contains("pragma"));
  for (const auto* path :
       {"/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"}) {
    EXPECT_EQ(ask(request("GET", path)).body, "{\"issuer\":\"i\"}");
  }
  auto p = connect();
  p.send(request("GET", "/jwks", "If-None-Match: W/\"j1\"\r\n") + request("GET", "/jwks"));
  const auto unchanged = p.receive(false);
  EXPECT_EQ(unchanged.status, 304U);
  EXPECT_EQ(unchanged.fields.at("etag"), "\"j1\"");
  EXPECT_EQ(p.receive().status, 200U);
}

}  // namespace
}  // namespace mintage::net
