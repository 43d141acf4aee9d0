// Part A: HTTP.
#include <gtest/gtest.h>

#include "tests/http/negative/row.hpp"
#include "tests/support/database.hpp"

namespace mintage::test {

namespace {

std::string padded(std::size_t size) {
  return std::string(size, 'x');
}

void get_with_query(world&, token_call& c) {
  c.method = "GET";
  c.target += "?" + form_text(c.form);
  c.with_length = false;
  c.body = "";
}

row other_method(std::string id, std::string_view method) {
  return bent(id, std::string{method}, refused(405), after::live,
              [method](world&, token_call& c) { c.method = method; });
}

row other_header(std::string id, std::string variant, const expected& want, after state,
                 std::string_view name, std::string_view value) {
  return bent(id, variant, want, state,
              [name, value](world&, token_call& c) { c.header(name, value); });
}

/// NEG-018: with a valid head the server sends 100, then reads the body (TOK-11).
void expects_and_gets_100(world& w) {
  auto code = w.mint(w.c1);
  auto call = redemption(w.c1, code).header("Expect", "100-continue");
  auto wire = connection{w.server.port()};
  wire.send(call.head());
  EXPECT_EQ(wire.receive().status, 100U);
  wire.send(call.text());
  check_answer(wire.receive(), call, success);
  w.expect_dead(w.c1, code);
}

void wrong_type_gets_no_100(world& w) {
  auto code = w.mint(w.c1);
  auto call = redemption(w.c1, code).header("Expect", "100-continue");
  call.header("Content-Type", "text/plain");
  auto wire = connection{w.server.port()};
  wire.send(call.head());
  check_answer(wire.receive(), call, invalid_request);
  w.expect_live(w.c1, code);
}

void short_body_then_idle(world&) {
  auto own = stage{{{"http.body_timeout", toml_string("400ms")}}};
  auto code = own.mint(own.c1);
  auto call = redemption(own.c1, code);
  auto octets = call.render();
  octets.pop_back();
  auto wire = connection{own.server.port()};
  wire.send(octets);
  check_answer(wire.receive(), call, refused_and_closed(408));
  EXPECT_TRUE(wire.ends());
  own.expect_live(own.c1, code);
  EXPECT_EQ(own.server.stop(), 0);
}

void garbage_behind_a_request(world& w) {
  auto code = w.mint(w.c1);
  auto call = redemption(w.c1, code);
  auto wire = connection{w.server.port()};
  wire.send(call.render() + "\x01\x02 garbage \xff\r\n\r\n");
  check_answer(wire.receive(), call, success);
  EXPECT_EQ(wire.receive().status, 400U);
  EXPECT_TRUE(wire.ends());
  w.expect_dead(w.c1, code);
}

void one_code_in_two_pipelined_requests(world&) {
  // A window that is long enough for the slowest machine: the duplicate is not a replay (COD-07).
  auto own = stage{{{"tokens.code_dup_window", toml_string("5s")}}};
  auto call = redemption(own.c1, own.mint(own.c1));
  auto wire = connection{own.server.port()};
  wire.send(call.render() + call.render());
  auto first = wire.receive();
  check_answer(first, call, success);
  check_answer(wire.receive(), call, invalid_grant);
  EXPECT_EQ(own.server.stop(), 0);
  EXPECT_FALSE(
      is_revoked(own.server.file("db"), text_of(parse_object(first.body), "access_token")));
}

void preflight_of_a_stranger(world& w) {
  auto call = token_call{};
  call.method = "OPTIONS";
  call.with_length = false;
  call.body = "";
  call.drop_header("Content-Type").header("Origin", "https://stranger.example");
  call.header("Access-Control-Request-Method", "POST");
  call.markers.emplace_back("stranger.example");
  auto got = call.send_to(w.server.port());
  check_answer(got, call, refused(204));
  for (auto& field : got.fields) {
    EXPECT_EQ(field.first.find("Access-Control"), std::string::npos) << field.first;
  }
}

/// TOK-20: the origin of a public client's redirect URI is allowed.
void known_origin(world& w) {
  auto call = redemption(w.browser, "mco_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
  call.add_header("Origin", "https://app.example");
  const auto got = call.send_to(w.server.port());
  EXPECT_EQ(got.status, 400U);
  EXPECT_EQ(got.field("Access-Control-Allow-Origin"), "https://app.example");
  EXPECT_EQ(got.field("Vary"), "Origin");
  EXPECT_EQ(got.field("Access-Control-Expose-Headers"),
            "DPoP-Nonce, WWW-Authenticate, Retry-After, X-Request-Id");
}

}  // namespace

std::vector<row> rows_of_http() {
  return {
      bent("NEG-001", "", refused(405), after::live, get_with_query),
      bent("NEG-002", "", refused(405), after::live,
           [](world& w, token_call& c) {
             get_with_query(w, c);
             c.method = "HEAD";
           }),
      other_method("NEG-003", "PUT"),
      other_method("NEG-003", "PATCH"),
      other_method("NEG-003", "DELETE"),
      other_method("NEG-003", "TRACE"),
      bent("NEG-004", "", invalid_request, after::live,
           [](world&, token_call& c) {
             c.target += "?client_secret=query-marker";
             c.markers.emplace_back("query-marker");
           }),
      bent("NEG-004", "code", invalid_request, after::live,
           [](world&, token_call& c) { c.target += "?code=" + c.parameter("code"); }),
      bent("NEG-005", "", success, after::dead,
           [](world&, token_call& c) { c.target += "?utm=1"; }),
      bent("NEG-006", "", invalid_request, after::live,
           [](world&, token_call& c) {
             c.header("Content-Type", "application/json");
             c.body =
                 R"({"grant_type":"authorization_code","code":")" + c.parameter("code") + R"("})";
           }),
      bent("NEG-007", "", invalid_request, after::live,
           [](world&, token_call& c) { c.drop_header("Content-Type"); }),
      other_header("NEG-008", "", invalid_request, after::live, "Content-Type",
                   "multipart/form-data; boundary=b"),
      other_header("NEG-009", "", invalid_request, after::live, "Content-Type",
                   "application/x-www-form-urlencoded; charset=iso-8859-1"),
      other_header("NEG-010", "", success, after::dead, "Content-Type",
                   "application/x-www-form-urlencoded; charset=\"UTF-8\""),
      other_header("NEG-011", "", refused(415), after::live, "Content-Encoding", "gzip"),
      bent("NEG-012", "", refused_and_closed(413), after::live,
           [](world&, token_call& c) {
             c.with_length = false;
             c.body = "";  // not sent: the answer must come before the body
             c.header("Content-Length", std::to_string(10 * 1024 * 1024));
           }),
      bent("NEG-013", "", refused_and_closed(413), after::live,
           [](world&, token_call& c) {
             auto piece = chunked(padded(8192));
             piece.resize(piece.size() - 5);
             auto octets = std::string{};
             for (auto i = 0; i < 9; ++i) octets += piece;
             c.chunked_body(octets);
           }),
      bent("NEG-014", "", success, after::dead,
           [](world&, token_call& c) {
             c.chunked_body(chunked(form_text(c.form), "X-Trailer: ignored\r\nCode: y\r\n"));
           }),
      other_header("NEG-015", "", refused_and_closed(400), after::live, "Transfer-Encoding",
                   "chunked"),
      bent("NEG-016", "", refused_and_closed(400), after::live,
           [](world&, token_call& c) { c.header("Content-Length", "5"); }),
      bent("NEG-017", "", refused_and_closed(501), after::live,
           [](world&, token_call& c) {
             c.chunked_body(chunked(form_text(c.form)));
             c.header("Transfer-Encoding", "gzip, chunked");
           }),
      {"NEG-018", "", wrong_type_gets_no_100},
      {"NEG-018", "right_type", expects_and_gets_100},
      other_header("NEG-019", "", refused_and_closed(417), after::live, "Expect", "foo"),
      {"NEG-020", "", short_body_then_idle},
      {"NEG-021", "", garbage_behind_a_request},
      {"NEG-022", "", one_code_in_two_pipelined_requests},
      bent("NEG-023", "", refused_and_closed(431), after::live,
           [](world&, token_call& c) {
             for (auto i = 0; i < 10; ++i) c.add_header("X-Padding", padded(4096));
           }),
      bent("NEG-024", "", refused_and_closed(400), after::live,
           [](world&, token_call& c) { c.drop_header("Host"); }),
      {"NEG-025", "", preflight_of_a_stranger},
      {"NEG-026", "", known_origin},
  };
}

}  // namespace mintage::test
