#include "bench/load/load.hpp"

#include <gtest/gtest.h>

#include <boost/asio/read_until.hpp>
#include <boost/asio/streambuf.hpp>
#include <boost/asio/write.hpp>
#include <functional>
#include <thread>

namespace mintage::bench {
namespace {

using namespace std::chrono_literals;
namespace asio = boost::asio;
using tcp = asio::ip::tcp;

std::string http(unsigned status, const std::string& body) {
  return "HTTP/1.1 " + std::to_string(status) +
         " X\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}
const auto good = http(200, R"({"access_token":"a","token_type":"Bearer"})");

/// Answers the n-th request with what `answer(n)` returns; empty = closes the connection. One
/// thread, so that an answer that takes long makes all others wait.
class fake_server {
 public:
  explicit fake_server(std::function<std::string(unsigned)> answer)
      : answer_{std::move(answer)}, acceptor_{context_, {asio::ip::address_v4::loopback(), 0}} {
    accept();
    thread_ = std::thread{[this] { context_.run(); }};
  }
  ~fake_server() {
    context_.stop();
    thread_.join();
  }
  [[nodiscard]] tcp::endpoint where() const { return acceptor_.local_endpoint(); }

 private:
  struct session {
    explicit session(tcp::socket s) : socket{std::move(s)} {}
    tcp::socket socket;
    asio::streambuf buffer;
    std::string answer;
  };

  void accept() {
    acceptor_.async_accept([this](boost::system::error_code error, tcp::socket socket) {
      if (error) return;
      serve(std::make_shared<session>(std::move(socket)));
      accept();
    });
  }
  void serve(std::shared_ptr<session> s) {
    // The body of a request ends with the redirect URI, which is like no other part of it.
    asio::async_read_until(s->socket, s->buffer, "=END",
                           [this, s](boost::system::error_code error, std::size_t size) {
                             if (error) return;
                             s->buffer.consume(size);
                             s->answer = answer_(count_++);
                             if (s->answer.empty()) return;
                             asio::async_write(s->socket, asio::buffer(s->answer),
                                               [this, s](boost::system::error_code e, std::size_t) {
                                                 if (!e) serve(s);
                                               });
                           });
  }

  std::function<std::string(unsigned)> answer_;
  asio::io_context context_;
  tcp::acceptor acceptor_;
  unsigned count_ = 0;
  std::thread thread_;
};

load_result run(const fake_server& server, load_options o, std::size_t codes, std::size_t threads) {
  o.where = server.where();
  o.with_id_token = false;
  auto sources = std::vector<code_requests>{};
  for (auto& part : deal(std::vector<std::string>(codes, "code"), threads)) {
    sources.emplace_back(client{"id", "secret", "END", {}}, "h", "/token", std::move(part));
  }
  return run_load(o, sources);
}

TEST(run_load, shows_a_stall_of_the_server_in_the_p99_of_an_open_loop) {
  const auto server = fake_server{[](unsigned n) {
    if (n == 300) std::this_thread::sleep_for(300ms);
    return good;
  }};
  auto o = load_options{};
  o.connections = 4;
  o.duration = 1s;
  o.arrivals = pace{arrival_kind::constant, 1000};
  const auto r = run(server, o, 2000, 1);
  EXPECT_EQ(r.counts.answers(), 1000U);
  EXPECT_EQ(r.counts.failures(), 0U);
  // 300 requests became due while it stood still, and with four connections almost none of them
  // could be sent: counted from when they were sent, only four would be late.
  EXPECT_GE(r.counts.latency().percentile(99), 200ms);
  EXPECT_GE(r.counts.latency().percentile(90), 100ms);
}

TEST(run_load, sends_each_request_once_in_a_closed_loop) {
  const auto server = fake_server{[](unsigned) { return good; }};
  auto o = load_options{};
  o.connections = 5;
  o.duration = 1min;
  o.keep_every = 10;
  const auto r = run(server, o, 1000, 2);
  EXPECT_EQ(r.counts.answers(), 1000U);
  EXPECT_EQ(r.counts.failures(), 0U);
  EXPECT_TRUE(r.ran_out);
  EXPECT_EQ(r.kept.size(), 100U);
  EXPECT_GT(r.elapsed.count(), 0);
  EXPECT_GT(r.harness.cpu().count(), 0);
}

TEST(run_load, ends_when_the_time_does) {
  const auto server = fake_server{[](unsigned) {
    std::this_thread::sleep_for(1ms);
    return good;
  }};
  auto o = load_options{};
  o.connections = 3;
  o.duration = 300ms;
  const auto r = run(server, o, 100'000, 1);
  EXPECT_FALSE(r.ran_out);
  EXPECT_GE(r.elapsed, 300ms);
  EXPECT_EQ(r.counts.failures(), 0U);
}

TEST(run_load, counts_each_kind_of_failure_apart_and_goes_on) {
  const auto server = fake_server{[](unsigned n) -> std::string {
    switch (n % 5) {
      case 0:
        return http(503, R"({"error":"temporarily_unavailable"})");
      case 1:
        return {};
      case 2:
        return "HELO\r\n\r\n";
      case 3:
        return http(200, "{");
      default:
        return good;
    }
  }};
  auto o = load_options{};
  o.connections = 3;
  o.duration = 1min;
  const auto r = run(server, o, 500, 1);
  EXPECT_EQ(r.counts.answers(), 100U);
  EXPECT_EQ(r.counts.failures(), 400U);
  for (const auto* kind :
       {"503 temporarily_unavailable", "closed without an answer", "malformed HTTP", "not JSON"}) {
    ASSERT_TRUE(r.counts.kinds().contains(kind)) << kind;
    EXPECT_EQ(r.counts.kinds().find(kind)->second, 100U) << kind;
  }
}

TEST(run_load, gives_up_requests_that_get_no_answer_and_counts_what_they_waited) {
  const auto server = fake_server{[](unsigned n) {
    // Never the whole answer.
    return n == 0 ? good : good.substr(0, good.size() - 1);
  }};
  auto o = load_options{};
  o.connections = 1;
  o.duration = 1min;
  o.patience = 100ms;
  const auto r = run(server, o, 3, 1);
  EXPECT_EQ(r.counts.answers(), 1U);
  EXPECT_EQ(r.counts.kinds().at("no answer in time"), 2U);
  EXPECT_GE(r.counts.latency().max(), 100ms);
}

TEST(run_load, does_not_begin_without_a_server) {
  auto o = load_options{};
  {
    const auto server = fake_server{[](unsigned) { return good; }};
    o.where = server.where();
  }
  auto sources = std::vector<code_requests>{};
  sources.emplace_back(client{"id", "s", "u", {}}, "h", "/token", std::vector<std::string>{"c"});
  EXPECT_THROW(static_cast<void>(run_load(o, sources)), std::runtime_error);
}

}  // namespace
}  // namespace mintage::bench
