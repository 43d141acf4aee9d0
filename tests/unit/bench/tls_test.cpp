#include <gtest/gtest.h>

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/streambuf.hpp>
#include <boost/asio/write.hpp>
#include <filesystem>
#include <string>
#include <thread>

#include "bench/harness/http_call.hpp"
#include "bench/harness/load.hpp"
#include "loopback/certificate_authority.hpp"
#include "loopback/child_process.hpp"
#include "loopback/stream.hpp"
#include "tests/unit/bench/fake_server.hpp"

namespace mintage::bench {
namespace {

using namespace std::chrono_literals;
namespace asio = boost::asio;
using tcp = asio::ip::tcp;

/// Answers every request under TLS with the smallest good answer; one thread per connection.
class tls_server {
 public:
  tls_server() {
    settings_.use_certificate_chain_file(files_.certificate.string());
    settings_.use_private_key_file(files_.key.string(), asio::ssl::context::pem);
    thread_ = std::thread{[this] {
      for (;;) {
        auto error = boost::system::error_code{};
        auto socket = acceptor_.accept(error);
        if (error || ending_) return;
        serving_.emplace_back([this, s = std::move(socket)]() mutable { serve(std::move(s)); });
      }
    }};
  }
  ~tls_server() {
    ending_ = true;
    auto ignored = boost::system::error_code{};
    tcp::socket{context_}.connect(where(), ignored);  // wakes the accepting thread
    thread_.join();
    for (auto& each : serving_) each.join();
  }
  [[nodiscard]] tcp::endpoint where() const { return acceptor_.local_endpoint(); }
  [[nodiscard]] const std::filesystem::path& certificate() const { return files_.certificate; }

 private:
  void serve(tcp::socket socket) {
    auto stream = asio::ssl::stream<tcp::socket>{std::move(socket), settings_};
    auto error = boost::system::error_code{};
    stream.handshake(asio::ssl::stream_base::server, error);
    auto buffer = asio::streambuf{};
    while (!error) {
      const auto size = asio::read_until(stream, buffer, "\r\n\r\n", error);
      buffer.consume(error ? 0 : std::max(size, buffer.size()));
      if (!error) asio::write(stream, asio::buffer(good), error);
    }
  }

  loopback::temporary_folder folder_;
  loopback::pem_pair files_ = loopback::write_self_signed(folder_.path());
  asio::ssl::context settings_{asio::ssl::context::tls_server};
  asio::io_context context_;
  tcp::acceptor acceptor_{context_, {asio::ip::address_v4::loopback(), 0}};
  std::atomic<bool> ending_{false};
  std::vector<std::thread> serving_;
  std::thread thread_;
};

load_result run(const tls_server& server, const loopback::tls_side& tls,
                std::size_t reconnect_every) {
  auto o = load_options{};
  o.where = server.where();
  o.tls = &tls;
  o.connections = 2;
  o.duration = 1min;
  o.reconnect_every = reconnect_every;
  const auto who = client{"id", "", "u", {}, {}};
  auto sources = std::vector<workload>{};
  sources.emplace_back(
      std::vector{work{request_kind::code, 1, form_template{request_kind::code, who, "h", "/token"},
                       expectation{}, value_use::once, std::vector<std::string>(60, "code")}});
  return run_load(o, sources);
}

loopback::tls_side trusting(const std::filesystem::path& file, const std::string& host,
                            bool resumes) {
  return loopback::tls_side{{.trusted_file = file, .host = host, .resumes = resumes}};
}

TEST(tls, carries_requests_on_connections_that_stay_open) {
  const auto server = tls_server{};
  const auto tls = trusting(server.certificate(), "127.0.0.1", false);
  const auto r = run(server, tls, 0);
  EXPECT_EQ(r.counts.answers(), 60U);
  EXPECT_EQ(r.counts.failures(), 0U);
  EXPECT_EQ(r.handshakes.full + r.handshakes.resumed, 0U);
}

TEST(tls, shakes_hands_in_full_for_each_new_connection_unless_it_resumes) {
  const auto server = tls_server{};
  const auto full = run(server, trusting(server.certificate(), "127.0.0.1", false), 10);
  EXPECT_EQ(full.counts.answers(), 60U);
  EXPECT_GE(full.handshakes.full, 3U);
  EXPECT_EQ(full.handshakes.resumed, 0U);
  const auto again = run(server, trusting(server.certificate(), "127.0.0.1", true), 10);
  EXPECT_EQ(again.counts.answers(), 60U);
  EXPECT_GE(again.handshakes.resumed, 3U);
  EXPECT_EQ(again.handshakes.full, 0U);
}

TEST(tls, refuses_a_server_that_it_does_not_trust) {
  const auto server = tls_server{};
  const auto other = loopback::temporary_folder{};
  const auto stranger = loopback::write_self_signed(other.path());
  EXPECT_THROW(
      static_cast<void>(run(server, trusting(stranger.certificate, "127.0.0.1", false), 0)),
      std::runtime_error);
  EXPECT_THROW(
      static_cast<void>(run(server, trusting(server.certificate(), "127.0.0.2", false), 0)),
      std::runtime_error);
  EXPECT_THROW(
      static_cast<void>(run(server, trusting(server.certificate(), "other.example", false), 0)),
      std::runtime_error);
}

TEST(tls, needs_certificates_to_trust) {
  EXPECT_THROW(trusting("/dev/null", "h", false), std::runtime_error);
}

TEST(call, speaks_tls_when_the_url_says_so) {
  const auto server = tls_server{};
  const auto url = "https://127.0.0.1:" + std::to_string(server.where().port());
  const auto got = call(resolve(url, {server.certificate(), false}), "/");
  EXPECT_EQ(got.status, 200U);
  EXPECT_THROW(static_cast<void>(call(resolve(url, {}), "/")), std::exception);
}

}  // namespace
}  // namespace mintage::bench
