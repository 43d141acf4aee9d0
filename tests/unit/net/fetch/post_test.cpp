// Forms that are posted. (LGO-04, CAU-11)
#include <gmock/gmock.h>

#include "tests/unit/net/fetch/fetcher_fixture.hpp"

namespace mintage::net {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

class poster_test : public fetcher_test {
 protected:
  std::string post(const std::string& form = "logout_token=a.b.c") {
    const auto made = std::make_shared<std::promise<service::fetch_outcome>>();
    running().post(host->url("/logout?x=1"), form,
                   [made](service::fetch_outcome o) { made->set_value(std::move(o)); });
    const auto o = made->get_future().get();
    return o ? "ok" : std::string{to_string(o.error())};
  }
};

TEST_F(poster_test, sends_a_form) {
  auto head = std::string{};
  auto body = std::string{};
  serve([&](visit& v) {
    head = v.head();
    body = v.body();
    v.answer("200 OK", "", "");
  });
  EXPECT_EQ(post(), "ok");
  EXPECT_THAT(head, HasSubstr("POST /logout?x=1 HTTP/1.1\r\n"));
  EXPECT_THAT(head, HasSubstr("Content-Type: application/x-www-form-urlencoded\r\n"));
  EXPECT_THAT(head, Not(HasSubstr("Expect")));
  EXPECT_EQ(body, "logout_token=a.b.c");
}

// NEG-261: what redirects is not followed.
TEST_F(poster_test, takes_200_and_204_alone) {
  auto status = std::string{};
  serve([&](visit& v) { v.answer(status, "Location: /other\r\n", ""); });
  for (const auto& [sent, want] : {std::pair{"200 OK", "ok"},
                                   {"204 No Content", "ok"},
                                   {"202 Accepted", "bad_status"},
                                   {"302 Found", "redirected"},
                                   {"307 Temporary Redirect", "redirected"},
                                   {"400 Bad Request", "bad_status"},
                                   {"500 Internal Server Error", "bad_status"}}) {
    status = sent;
    EXPECT_EQ(post(), want) << sent;
  }
  EXPECT_EQ(host->requests(), 7U);
}

TEST_F(poster_test, does_not_care_what_the_host_says) {
  serve([](visit& v) { v.answer("200 OK", "Content-Type: text/html\r\n", "<html>"); });
  EXPECT_EQ(post(), "ok");
}

TEST_F(poster_test, needs_no_end_of_what_the_host_says) {
  options.size_limit = 1024;
  serve([](visit& v) {
    v.send("HTTP/1.1 200 OK\r\n\r\n");
    while (v.send(std::string(1024, 'x'))) {
    }
  });
  EXPECT_EQ(post(), "ok");
}

TEST_F(poster_test, gives_up_a_silent_host) {
  options.timeout = 200ms;
  serve([](visit& v) { v.wait(1min); });
  EXPECT_EQ(post(), "late");
}

TEST_F(poster_test, sends_nothing_to_what_is_not_public) {
  options.allow_loopback_for_tests = false;
  serve_document();
  EXPECT_EQ(post(), "not_public");
  EXPECT_EQ(host->connections(), 0U);
}

TEST(for_logouts, has_limits_of_its_own) {
  auto o = fetch_options{};
  o.allowed_hosts = {".example.com"};
  const auto made = for_logouts(o);
  EXPECT_EQ(made.timeout, 5s);
  EXPECT_EQ(made.in_flight, 64U);
  EXPECT_EQ(made.allowed_hosts, o.allowed_hosts);
  EXPECT_TRUE(check(made).empty());
}

}  // namespace
}  // namespace mintage::net
