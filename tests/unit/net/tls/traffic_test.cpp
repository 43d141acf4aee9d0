// Requests and answers over TLS: everything that holds for plain HTTP holds here.

#include "tests/unit/net/tls/tls_fixture.hpp"

namespace mintage::net {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

using manner = fake_service::manner;

class tls_traffic : public tls_server_test, public testing::WithParamInterface<int> {
 protected:
  [[nodiscard]] peer connect(int receive_buffer = 0) {
    return peer{server_->public_port(), client, nullptr, receive_buffer};
  }
  [[nodiscard]] peer connect_admin(int receive_buffer = 0) {
    return peer{server_->admin_port(), client, nullptr, receive_buffer};
  }
  loopback::tls_side client = side_of(GetParam());
};
INSTANTIATE_TEST_SUITE_P(v1, tls_traffic, testing::Values(TLS1_2_VERSION, TLS1_3_VERSION),
                         [](const auto& version) {
                           return std::string{version.param == TLS1_2_VERSION ? "2" : "3"};
                         });

TEST_P(tls_traffic, answers_pipelined_requests_in_order_TOK_12) {
  start();
  for (const auto how : {manner::at_once, manner::elsewhere}) {
    service().how = how;
    auto p = connect();
    auto octets = std::string{};
    for (auto n = 0; n < 200; ++n) octets += token_request(std::to_string(n));
    auto writer = std::thread{[&] { p.send(octets); }};
    for (auto n = 0; n < 200; ++n) {
      EXPECT_EQ(p.receive().body, "{\"code\":\"" + std::to_string(n) + "\"}");
    }
    writer.join();
  }
}

TEST_P(tls_traffic, takes_requests_cut_anywhere) {
  start();
  auto p = connect();
  const auto octets = token_request("cut");
  for (const auto c : octets) p.send({&c, 1});  // one record for each octet
  EXPECT_EQ(p.receive().body, "{\"code\":\"cut\"}");
}

TEST_P(tls_traffic, takes_bodies_of_many_records_and_refuses_larger_ones_P03) {
  settings.body_limit = 200'000;
  start();
  auto p = connect();
  const auto padding = "&x=" + std::string(190'000, 'y');
  const auto body = token_body() + padding;
  const auto fields = "Content-Type: application/x-www-form-urlencoded\r\n";
  p.send(request("POST", "/token", fields, body));
  EXPECT_EQ(p.receive().status, 200U);  // an unknown parameter may be as long as the body
  p.send(token_request("after"));
  EXPECT_EQ(p.receive().body, "{\"code\":\"after\"}");
  p.send(request("POST", "/token", fields, std::string(300'000, 'z')));
  const auto r = p.receive();
  EXPECT_EQ(r.status, 413U);
  EXPECT_EQ(r.fields.at("connection"), "close");
  EXPECT_TRUE(p.is_closed());
}

TEST_P(tls_traffic, lets_a_client_that_still_sends_read_its_refusal_TOK_08) {
  start();
  for (const auto& [octets, status] :
       {std::pair{"GET /jwks HTTP/1.1\r\nHost: h\r\nX: " + std::string(2'000'000, 'x'), 431U},
        {"POST /token HTTP/1.1\r\nHost: h\r\nContent-Length: 9000000\r\n\r\n" +
             std::string(2'000'000, 'x'),
         413U}}) {
    auto p = connect();
    auto writer = std::thread{[&p, &text = octets] { p.send(text); }};
    const auto r = p.receive();
    EXPECT_EQ(r.status, status);
    EXPECT_TRUE(p.is_closed());
    writer.join();
  }
}

TEST_P(tls_traffic, answers_408_and_says_goodbye_when_a_request_stops_half_way_P03) {
  settings.header_timeout = 2s;
  settings.body_timeout = 20ms;
  start();
  auto p = connect();
  p.send("POST /token HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nab");
  EXPECT_EQ(p.receive().status, 408U);
  EXPECT_TRUE(p.is_closed());
}

TEST_P(tls_traffic, invites_a_body_that_waits_TOK_11) {
  start();
  auto p = connect();
  const auto body = token_body("invited");
  p.send(
      "POST /token HTTP/1.1\r\nHost: h\r\nContent-Type: application/x-www-form-urlencoded\r\n"
      "Expect: 100-continue\r\nContent-Length: " +
      std::to_string(body.size()) + "\r\n\r\n");
  EXPECT_EQ(p.receive_head().status, 100U);
  p.send(body);
  EXPECT_EQ(p.receive().body, "{\"code\":\"invited\"}");
}

TEST_P(tls_traffic, says_goodbye_to_an_idle_client) {
  settings.idle_timeout = 20ms;
  start();
  auto p = connect();
  auto rest = std::string{};
  EXPECT_TRUE(p.is_closed(&rest));
  EXPECT_EQ(rest, "");
}

TEST_P(tls_traffic, closes_after_the_goodbye_of_a_client) {
  start();
  auto p = connect();
  p.send(token_request());
  EXPECT_EQ(p.receive().status, 200U);
  p.tls().finish_sending();
  EXPECT_TRUE(p.is_closed());
}

TEST_P(tls_traffic, survives_a_client_that_leaves_before_its_answer) {
  start();
  service().how = manner::held;
  {
    auto p = connect();
    p.send(token_request());
    eventually([&] { return service().held() == 1; });
    p.reset();
  }
  service().release();
  service().how = manner::at_once;
  auto p = connect();
  p.send(token_request());
  EXPECT_EQ(p.receive().status, 200U);
}

TEST_P(tls_traffic, mints_in_bulk_while_the_client_reads_late) {
  start();
  service().how = manner::elsewhere;
  constexpr auto lines_count = 2000;
  auto p = connect_admin(4096);
  auto body = std::string{};
  for (auto n = 0; n < lines_count; ++n) {
    body +=
        "{\"client_id\":\"c\",\"redirect_uri\":\"https://a/cb\",\"scope\":\"openid\","
        "\"auth_time\":1,\"sub\":\"" +
        std::to_string(n) + std::string(8000, 's') + "\"}\n";
  }
  auto writer = std::thread{[&] {
    p.send("POST /admin/codes HTTP/1.1\r\nHost: h\r\n" + bearer(admin_token) +
           "Content-Type: application/x-ndjson\r\nContent-Length: " + std::to_string(body.size()) +
           "\r\n\r\n");
    p.send(body);
  }};
  // Until the socket accepts no more, inside a record: nothing may be lost or repeated.
  for (auto before = std::size_t{0}; before == 0 || service().submitted() != before;) {
    before = service().submitted();
    std::this_thread::sleep_for(100ms);
  }
  EXPECT_LT(service().submitted(), std::size_t{lines_count});
  EXPECT_EQ(p.receive_head().status, 200U);
  for (auto n = 0; n < lines_count; ++n) {
    const auto line = p.receive_line();
    ASSERT_TRUE(line);
    EXPECT_THAT(*line, HasSubstr("\"mco_" + std::to_string(n) + "sss"));
  }
  EXPECT_FALSE(p.receive_line());
  writer.join();
}

TEST_P(tls_traffic, refuses_a_bulk_request_that_stops_half_way) {
  settings.body_timeout = 30ms;
  start();
  auto p = connect_admin();
  p.send("POST /admin/codes HTTP/1.1\r\nHost: h\r\n" + bearer(admin_token) +
         "Content-Type: application/x-ndjson\r\nContent-Length: 100\r\n\r\n{");
  EXPECT_EQ(p.receive().status, 408U);
  EXPECT_TRUE(p.is_closed());
}

}  // namespace
}  // namespace mintage::net
