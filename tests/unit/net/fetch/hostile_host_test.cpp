// Hosts that are slow, endless, huge, or not what they say. (CAU-11, NEG-104)

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/unit/net/fetch/fetcher_fixture.hpp"

namespace mintage::net {
namespace {

using namespace std::chrono_literals;

class hostile_host : public fetcher_test {};

// --- slow ----------------------------------------------------------------------------------------

TEST_F(hostile_host, that_is_silent_is_left) {
  serve([](visit& v) { v.wait(1min); });
  options.timeout = 500ms;
  EXPECT_EQ(result(), "late");
}

TEST_F(hostile_host, that_sends_a_drop_at_a_time_is_left) {
  serve([](visit& v) {
    v.send("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n");
    while (v.send("x") && v.wait(10ms)) {
    }
  });
  options.timeout = 500ms;
  EXPECT_EQ(result(), "late");
}

TEST_F(hostile_host, that_never_begins_tls_is_left) {
  serve_document();
  options.timeout = 500ms;
  const auto deaf = ::socket(AF_INET, SOCK_STREAM, 0);
  auto where = sockaddr_in{};
  where.sin_family = AF_INET;
  where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  auto size = socklen_t{sizeof where};
  ASSERT_EQ(::bind(deaf, reinterpret_cast<sockaddr*>(&where), size), 0);
  ASSERT_EQ(::listen(deaf, 1), 0);
  ASSERT_EQ(::getsockname(deaf, reinterpret_cast<sockaddr*>(&where), &size), 0);
  EXPECT_EQ(result_of("https://127.0.0.1:" + std::to_string(ntohs(where.sin_port)) + "/"), "late");
  ::close(deaf);
}

// Neither the other fetches nor the end of the server wait for it.
TEST_F(hostile_host, whose_name_is_looked_up_forever_is_left) {
  serve_document();
  options.timeout = 3s;
  test::hang("hang.test");
  auto hanging = begin("https://hang.test/");
  eventually([] { return test::look_ups("hang.test") == 1; });
  EXPECT_EQ(hanging.get().error(), fetch_failure::late);
  EXPECT_EQ(result(), "ok");
  auto once_more = begin("https://hang.test/");
  eventually([] { return test::look_ups("hang.test") == 2; });
  fetches->stop();
  EXPECT_EQ(once_more.get().error(), fetch_failure::stopped);
}

// --- endless and huge ----------------------------------------------------------------------------

TEST_F(hostile_host, that_announces_too_much_is_left) {
  serve([](visit& v) {
    v.send("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 262145\r\n\r\n");
    v.wait(1min);
  });
  EXPECT_EQ(result(), "too_large");
}

TEST_F(hostile_host, whose_document_has_no_end_is_left) {
  serve([](visit& v) {
    v.send("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n");
    const auto much = std::string(8192, ' ');
    while (v.send(much)) {
    }
  });
  EXPECT_EQ(result(), "too_large");
}

TEST_F(hostile_host, whose_chunks_have_no_end_is_left) {
  serve([](visit& v) {
    v.send(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
        "Transfer-Encoding: chunked\r\n\r\n");
    while (v.send("1000\r\n" + std::string(0x1000, ' ') + "\r\n")) {
    }
  });
  EXPECT_EQ(result(), "too_large");
}

TEST_F(hostile_host, may_send_exactly_the_limit) {
  options.size_limit = 4096;
  serve_document(json, std::string(4096, ' '));
  EXPECT_EQ(result(), "ok");
  serve_document(json, std::string(4097, ' '));
  EXPECT_EQ(result(), "too_large");
}

TEST_F(hostile_host, whose_header_has_no_end_is_left) {
  serve([](visit& v) {
    v.send("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n");
    while (v.send("X-Padding: " + std::string(1000, 'x') + "\r\n")) {
    }
  });
  EXPECT_EQ(result(), "too_large");
}

TEST_F(hostile_host, whose_interim_answers_have_no_end_is_left) {
  serve([](visit& v) {
    while (v.send("HTTP/1.1 103 Early Hints\r\nLink: </style.css>\r\n\r\n")) {
    }
  });
  EXPECT_EQ(result(), "too_large");
}

// --- not what was asked for ----------------------------------------------------------------------

TEST_F(hostile_host, that_redirects_is_not_followed) {
  for (const auto* status : {"301 Moved", "302 Found", "303 See Other", "307 Temporary Redirect",
                             "308 Permanent Redirect"}) {
    serve(
        [status](visit& v) { v.answer(status, std::string{json} + "Location: /other\r\n", "{}"); });
    EXPECT_EQ(result(), "redirected") << status;
    EXPECT_EQ(host->requests(), 1U);
  }
}

TEST_F(hostile_host, that_answers_with_another_status_is_refused) {
  for (const auto* status : {"201 Created", "204 No Content", "206 Partial Content",
                             "404 Not Found", "500 Internal Server Error"}) {
    serve([status](visit& v) { v.answer(status, json, "{}"); });
    EXPECT_EQ(result(), "bad_status") << status;
  }
}

TEST_F(hostile_host, that_sends_another_type_is_refused) {
  for (const auto* fields : {"", "Content-Type: text/html\r\n", "Content-Type: text/plain\r\n"}) {
    serve_document(fields);
    EXPECT_EQ(result(), "wrong_type") << fields;
  }
}

TEST_F(hostile_host, that_breaks_off_is_refused) {
  serve([](visit& v) {
    v.send("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{}");
  });
  EXPECT_EQ(result(), "unreachable");
  serve([](visit&) {});
  EXPECT_EQ(result(), "unreachable");
  serve([](visit& v) { v.send("what is no HTTP\r\n\r\n"); });
  EXPECT_EQ(result(), "unreachable");
  const auto url = host->url("/");
  host.reset();
  EXPECT_EQ(result_of(url), "unreachable");
  EXPECT_EQ(result_of("https://nobody.test/"), "unreachable");
}

// --- not whom it says ----------------------------------------------------------------------------

TEST_F(hostile_host, whose_certificate_has_expired_is_refused) {
  serve_with(authority.issue(folder, "expired", loopback::key_kind::p256, "IP:127.0.0.1", -60s),
             [](visit& v) { v.answer("200 OK", json, "{}"); });
  EXPECT_EQ(result(), "untrusted");
  EXPECT_EQ(host->requests(), 0U);
}

TEST_F(hostile_host, whose_certificate_is_for_another_is_refused) {
  serve_with(authority.issue(folder, "other", loopback::key_kind::p256, "DNS:keys.example.com"),
             [](visit& v) { v.answer("200 OK", json, "{}"); });
  EXPECT_EQ(result(), "untrusted");
  EXPECT_EQ(host->requests(), 0U);
}

TEST_F(hostile_host, whose_authority_is_unknown_is_refused) {
  serve_with(loopback::certificate_authority{}.issue(folder, "stranger", loopback::key_kind::p256),
             [](visit& v) { v.answer("200 OK", json, "{}"); });
  EXPECT_EQ(result(), "untrusted");
  EXPECT_EQ(host->requests(), 0U);
}

// --- not where it says ---------------------------------------------------------------------------

// NEG-104
TEST_F(hostile_host, that_is_not_public_is_not_connected_to) {
  options.allow_loopback_for_tests = false;
  serve_document();
  const auto port = ":" + std::to_string(host->port());
  EXPECT_EQ(result(), "not_public");
  EXPECT_EQ(result_of(url_of("localhost")), "not_public");
  EXPECT_EQ(result_of("https://[::1]" + port + "/"), "not_public");
  for (const auto* address :
       {"127.0.0.1", "127.8.8.8", "169.254.169.254", "10.1.2.3", "172.20.0.1", "192.168.1.1",
        "0.0.0.0", "::1", "fd00::1", "fe80::1", "::ffff:127.0.0.1", "64:ff9b::10.0.0.1"}) {
    test::resolve("keys.hosts.test", {address});
    EXPECT_EQ(result_of(url_of("keys.hosts.test")), "not_public") << address;
    EXPECT_EQ(test::look_ups("keys.hosts.test"), 1U);
  }
  EXPECT_EQ(host->connections(), 0U);
}

// A name that was harmless when it was looked up before: each connection is checked by itself.
TEST_F(hostile_host, that_changes_its_address_gains_nothing) {
  serve_document();
  test::resolve("keys.hosts.test", {"127.0.0.1", "169.254.169.254", "127.0.0.1", "10.0.0.1"});
  const auto url = url_of("keys.hosts.test");
  EXPECT_EQ(result_of(url), "ok");
  EXPECT_EQ(result_of(url), "not_public");
  EXPECT_EQ(result_of(url), "ok");
  EXPECT_EQ(result_of(url), "not_public");
}

}  // namespace
}  // namespace mintage::net
