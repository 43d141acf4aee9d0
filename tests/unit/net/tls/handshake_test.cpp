// TLS of a listener: what is accepted, what is refused, and how sessions are resumed.

#include "net/tls/tickets.hpp"
#include "tests/unit/net/tls/tls_fixture.hpp"

namespace mintage::net {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

class tls_handshake : public tls_server_test {
 protected:
  /// @returns the reason of the refusal, or nothing when it was accepted.
  std::string refusal(const loopback::tls_client_options& options) {
    const auto client = side(options);
    try {
      auto p = peer{server_->public_port(), client};
      return {};
    } catch (const loopback::tls_refused& e) {
      return e.what();
    }
  }
};

TEST_F(tls_handshake, refuses_versions_before_1_2) {
  start();
  for (const auto version : {TLS1_VERSION, TLS1_1_VERSION}) {
    EXPECT_THAT(refusal({.min_version = version, .max_version = version}), HasSubstr("version"));
    eventually([&] { return last_reason() == "no TLS version in common"; });
  }
}

TEST_F(tls_handshake, refuses_1_2_when_1_3_is_the_least) {
  settings.tls.min_version = tls_version::v1_3;
  start();
  EXPECT_THAT(refusal({.max_version = TLS1_2_VERSION}), HasSubstr("version"));
  EXPECT_EQ(refusal({}), "");
}

TEST_F(tls_handshake, refuses_suites_without_AEAD_or_forward_secrecy) {
  const auto rsa = authority.issue(folder, "second", loopback::key_kind::rsa_2048);
  settings.tls.second_certificate = rsa.certificate;
  settings.tls.second_key = rsa.key;
  start();
  for (const auto* suite :
       {"ECDHE-ECDSA-AES128-SHA", "ECDHE-ECDSA-AES256-SHA384", "ECDHE-RSA-AES128-SHA256",
        "AES128-GCM-SHA256", "AES256-SHA256", "ECDHE-ECDSA-AES128-CCM"}) {
    EXPECT_THAT(refusal({.max_version = TLS1_2_VERSION, .ciphers = suite}),
                HasSubstr("handshake failure"))
        << suite;
    eventually([&] { return last_reason() == "no TLS cipher suite in common"; });
  }
  for (const auto* suite : {"ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-RSA-AES256-GCM-SHA384",
                            "ECDHE-ECDSA-CHACHA20-POLY1305", "ECDHE-RSA-CHACHA20-POLY1305"}) {
    EXPECT_EQ(refusal({.max_version = TLS1_2_VERSION, .ciphers = suite}), "") << suite;
  }
}

TEST_F(tls_handshake, refuses_a_client_that_speaks_no_HTTP_1_1) {
  start();
  using namespace std::string_literals;
  EXPECT_THAT(refusal({.protocols = "\2h2"s}), HasSubstr("no application protocol"));
  const auto client = side({.protocols = "\2h2\10http/1.1"s});
  auto p = peer{server_->public_port(), client};
  EXPECT_EQ(p.tls().protocol(), "http/1.1");
}

TEST_F(tls_handshake, serves_both_listeners_in_both_versions) {
  start();
  for (const auto version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    const auto client = side_of(version);
    auto p = peer{server_->public_port(), client};
    EXPECT_EQ(p.tls().version(), version);
    EXPECT_EQ(p.tls().server_name(), "first");
    p.send(token_request());
    EXPECT_EQ(p.receive().status, 200U);
    auto admin = peer{server_->admin_port(), client};
    admin.send(request("GET", "/admin/clients", bearer(admin_token)));
    EXPECT_EQ(admin.receive().status, 200U);
  }
}

TEST_F(tls_handshake, shows_each_client_the_certificate_that_it_can_check) {
  const auto rsa = authority.issue(folder, "second", loopback::key_kind::rsa_2048);
  settings.tls.second_certificate = rsa.certificate;
  settings.tls.second_key = rsa.key;
  start();
  EXPECT_EQ(server_->certificates().size(), 3U);
  const auto modern = side();
  auto p = peer{server_->public_port(), modern};
  EXPECT_EQ(p.tls().server_key(), loopback::key_kind::p256);
  const auto old = side({.max_version = TLS1_2_VERSION, .ciphers = "aRSA"});
  auto q = peer{server_->public_port(), old};
  EXPECT_EQ(q.tls().server_key(), loopback::key_kind::rsa_2048);
}

TEST_F(tls_handshake, resumes_sessions_in_both_versions) {
  start();
  for (const auto version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    const auto client = side_of(version);
    auto session = loopback::session_ptr{};
    for (auto n = 0; n < 3; ++n) {
      auto p = peer{server_->public_port(), client, session};
      EXPECT_EQ(p.tls().was_resumed(), n != 0) << version;
      p.send(token_request());
      EXPECT_EQ(p.receive().status, 200U);
      session = p.tls().session();
      EXPECT_EQ(SSL_SESSION_get_max_early_data(session.get()), 0U);
    }
  }
}

TEST_F(tls_handshake, resumes_no_session_of_the_other_listener) {
  start();
  const auto client = side();
  auto p = peer{server_->public_port(), client};
  p.send(token_request());
  EXPECT_EQ(p.receive().status, 200U);
  auto admin = peer{server_->admin_port(), client, p.tls().session()};
  EXPECT_FALSE(admin.tls().was_resumed());
}

TEST_F(tls_handshake, does_not_renegotiate) {
  start();
  const auto client = side_of(TLS1_2_VERSION);
  auto p = peer{server_->public_port(), client};
  SSL_renegotiate(p.tls().get());
  SSL_do_handshake(p.tls().get());
  auto rest = std::string{};
  static_cast<void>(p.is_closed(&rest));
  EXPECT_EQ(rest, "");
  EXPECT_EQ(service().submitted(), 0U);
}

TEST_F(tls_handshake, cuts_a_client_that_never_finishes) {
  settings.header_timeout = 50ms;
  start();
  for (const auto* octets : {"", "\x16\x03\x01\x02"}) {
    auto p = peer{server_->public_port()};
    p.send(octets);
    auto rest = std::string{};
    EXPECT_TRUE(p.is_closed(&rest));
    EXPECT_EQ(rest, "");
    eventually(
        [&] { return last_reason() == "the TLS handshake or the PROXY header took too long"; });
  }
}

TEST_F(tls_handshake, closes_what_is_not_TLS_in_order) {
  start();
  struct row {
    std::string octets;
    const char* reason;
  };
  const row rows[] = {
      {request("GET", "/jwks"), "plain HTTP was sent where TLS is spoken"},
      {token_request(), "plain HTTP was sent where TLS is spoken"},
      {std::string(100, '\xff'), "the TLS handshake was malformed"},
      {std::string(70'000, 'x'), "the TLS handshake was malformed"},
      {std::string{"\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00", 10},
       "the TLS handshake was malformed"},
  };
  for (const auto& r : rows) {
    auto p = peer{server_->public_port()};
    p.send(r.octets);
    EXPECT_TRUE(p.is_closed()) << r.reason;
    eventually([&] { return last_reason() == r.reason; });
    p.shut_down();
  }
  EXPECT_EQ(service().submitted(), 0U);
  const auto client = side();
  auto p = peer{server_->public_port(), client};
  p.send(token_request());
  EXPECT_EQ(p.receive().status, 200U);
}

TEST_F(tls_handshake, takes_note_of_a_proxy_that_is_not_trusted) {
  start();
  auto p = connect();
  p.send("PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n");
  EXPECT_TRUE(p.is_closed());
  eventually([&] {
    return last_reason() == "a PROXY header came from an address outside http.trusted_proxies";
  });
}

TEST_F(tls_handshake, that_fails_is_noted_once) {
  start();
  auto p = peer{server_->public_port()};
  p.send("This is no TLS at all.\n");
  eventually([&] { return service().refusals() == 1; });
  p.shut_down();
  EXPECT_TRUE(p.is_closed());
  EXPECT_EQ(service().refusals(), 1U) << last_reason();
}

TEST_F(tls_handshake, takes_note_of_a_client_that_leaves) {
  start();
  for (const auto* octets : {"", "\x16\x03\x01\x02"}) {
    {
      auto p = peer{server_->public_port()};
      p.send(octets);
    }
    eventually([&] { return last_reason() == "the peer left during the TLS handshake"; });
    auto p = peer{server_->public_port()};
    p.send(request("GET", "/jwks"));  // another reason in between
    EXPECT_TRUE(p.is_closed());
    eventually([&] { return last_reason() == "plain HTTP was sent where TLS is spoken"; });
  }
}

TEST_F(tls_handshake, counts_towards_the_limit_of_connections) {
  settings.max_connections = 1;
  start();
  const auto client = side();
  auto silent = std::make_unique<peer>(server_->public_port());
  auto p = peer{server_->public_port(), client};
  EXPECT_TRUE(silent->is_closed());  // it has been idle longest
  p.send(token_request());
  EXPECT_EQ(p.receive().status, 200U);
}

TEST_F(tls_handshake, ends_at_once_when_the_server_stops) {
  start();
  auto silent = peer{server_->public_port()};
  silent.send("\x16");
  const auto client = side();
  auto idle = peer{server_->public_port(), client};
  idle.send(token_request());
  EXPECT_EQ(idle.receive().status, 200U);
  EXPECT_TRUE(server_->drain(20s));
  EXPECT_TRUE(silent.is_closed());
  EXPECT_TRUE(idle.is_closed());  // with close_notify
}

TEST(ticket_keys, seal_for_an_hour_and_open_while_their_tickets_live) {
  const auto begin = ticket_keys::moment{} + 1000h;
  const auto first = ticket_keys::first(begin);
  EXPECT_FALSE(first->is_due(begin + 59min));
  EXPECT_TRUE(first->is_due(begin + 1h));
  const auto second = first->next(begin + 1h);
  const auto third = second->next(begin + 2h);
  ASSERT_EQ(third->all().size(), 3U);
  EXPECT_EQ(third->all()[2].name, first->all()[0].name);
  EXPECT_EQ(third->all()[1].seal, second->all()[0].seal);
  EXPECT_NE(third->all()[0].seal, second->all()[0].seal);
  const auto fourth = third->next(begin + 3h);  // the first sealed until the second began
  ASSERT_EQ(fourth->all().size(), 3U);
  EXPECT_EQ(fourth->all()[2].name, second->all()[0].name);
  // No new key for a day: the last one was in use until now, as far as can be known.
  EXPECT_EQ(fourth->next(begin + 27h)->all().size(), 2U);
}

}  // namespace
}  // namespace mintage::net
