/// @file
/// The cost of TLS for the server: CPU of its I/O thread per request on a kept connection, and per
/// connection that is opened, used once and closed, with a full and with a resumed handshake. The
/// time shown is that of the server alone, without the client.

#include <benchmark/benchmark.h>
#include <time.h>

#include <array>
#include <chrono>
#include <future>
#include <optional>
#include <stdexcept>
#include <string>

#include "bench/harness/prebuilt_service.hpp"
#include "loopback/certificate_authority.hpp"
#include "loopback/child_process.hpp"
#include "loopback/stream.hpp"
#include "loopback/tcp_socket.hpp"
#include "net/server.hpp"

namespace mintage::bench {
namespace {

/// Requests or connections between two reads of the I/O thread's CPU clock.
constexpr auto batch = 50;

/// A server with one I/O thread and prebuilt answers.
class tls_server {
 public:
  explicit tls_server(std::optional<loopback::key_kind> kind) {
    auto o = net::options{};
    o.listen = o.admin_listen = "127.0.0.1:0";
    o.io_threads = 1;
    if (kind) {
      const auto pair = loopback::certificate_authority{}.issue(folder_.path(), "server", *kind);
      o.tls.certificate = pair.certificate;
      o.tls.key = pair.key;
    }
    server_.emplace(o, oauth::options{}, oauth::admin_tokens{});
    server_->start({&service_});
  }
  ~tls_server() {
    static_cast<void>(server_->drain(std::chrono::seconds{2}));
    server_->stop();
  }

  /// CPU time of the I/O thread so far, in seconds.
  [[nodiscard]] double cpu() {
    auto told = std::promise<double>{};
    server_->io_threads().front()->post([&told] {
      auto now = timespec{};
      ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
      told.set_value(static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9);
    });
    return told.get_future().get();
  }
  [[nodiscard]] std::uint16_t port() const { return server_->public_port(); }

 private:
  prebuilt_service service_;
  loopback::temporary_folder folder_;
  std::optional<net::server> server_;
};

/// A connection, plain when there is no side of TLS.
class client {
 public:
  client(std::uint16_t port, const loopback::tls_side* side,
         const loopback::session_ptr& offered = nullptr)
      : socket_{port, patience}, stream_{side, socket_.get(), patience, offered} {}

  void ask(const std::string& request) {
    if (!stream_.send(request)) throw std::runtime_error{"cannot send"};
    for (auto got = std::size_t{0}; got < prebuilt_body().size();) {
      const auto n = stream_.receive(octets_);
      if (n <= 0) throw std::runtime_error{"no answer"};
      got += static_cast<std::size_t>(n);
    }
  }
  /// Waits for the server to close.
  void leave() {
    stream_.finish_sending();
    while (stream_.receive(octets_) > 0) {
    }
  }
  [[nodiscard]] loopback::stream& stream() { return stream_; }

 private:
  static constexpr auto patience = std::chrono::seconds{5};
  loopback::tcp_socket socket_;
  loopback::stream stream_;
  std::array<char, 16384> octets_{};
};

std::string token_request() {
  const auto body = std::string{
      "grant_type=authorization_code&client_id=c&code=mco_AAE9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJS"};
  return "POST /token HTTP/1.1\r\nHost: 127.0.0.1\r\n"
         "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: " +
         std::to_string(body.size()) + "\r\n\r\n" + body;
}

loopback::tls_side side_of(int version) {
  auto options = loopback::tls_client_options{};
  options.min_version = options.max_version = version;
  return loopback::tls_side{options};
}

/// @param version 0 for plain HTTP.
void kept_connection(benchmark::State& state, int version) {
  auto server = tls_server{version == 0 ? std::nullopt : std::optional{loopback::key_kind::p256}};
  const auto side = side_of(version == 0 ? TLS1_3_VERSION : version);
  {
    auto c = client{server.port(), version == 0 ? nullptr : &side};
    const auto request = token_request();
    for (auto _ : state) {
      const auto before = server.cpu();
      for (auto i = 0; i < batch; ++i) c.ask(request);
      state.SetIterationTime((server.cpu() - before) / batch);
    }
  }
}
BENCHMARK_CAPTURE(kept_connection, plain, 0)->UseManualTime()->Iterations(400);
BENCHMARK_CAPTURE(kept_connection, tls_1_2, TLS1_2_VERSION)->UseManualTime()->Iterations(400);
BENCHMARK_CAPTURE(kept_connection, tls_1_3, TLS1_3_VERSION)->UseManualTime()->Iterations(400);

void greeting(benchmark::State& state, loopback::key_kind kind, int version, bool resumed) {
  auto server = tls_server{kind};
  const auto side = side_of(version);
  auto session = loopback::session_ptr{};
  const auto request = token_request();
  if (resumed) {
    auto first = client{server.port(), &side};
    first.ask(request);
    session = first.stream().session();
  }
  for (auto _ : state) {
    const auto before = server.cpu();
    for (auto i = 0; i < batch; ++i) {
      auto c = client{server.port(), &side, session};
      if (c.stream().was_resumed() != resumed) throw std::runtime_error{"not the handshake meant"};
      c.leave();
    }
    state.SetIterationTime((server.cpu() - before) / batch);
  }
}
#define MINTAGE_GREETING(name, kind, version, resumed)                          \
  BENCHMARK_CAPTURE(greeting, name, loopback::key_kind::kind, version, resumed) \
      ->UseManualTime()                                                         \
      ->Iterations(20)
MINTAGE_GREETING(p256_tls_1_3_full, p256, TLS1_3_VERSION, false);
MINTAGE_GREETING(p256_tls_1_3_resumed, p256, TLS1_3_VERSION, true);
MINTAGE_GREETING(p256_tls_1_2_full, p256, TLS1_2_VERSION, false);
MINTAGE_GREETING(p256_tls_1_2_resumed, p256, TLS1_2_VERSION, true);
MINTAGE_GREETING(rsa_2048_tls_1_3_full, rsa_2048, TLS1_3_VERSION, false);
MINTAGE_GREETING(rsa_2048_tls_1_3_resumed, rsa_2048, TLS1_3_VERSION, true);
MINTAGE_GREETING(rsa_2048_tls_1_2_full, rsa_2048, TLS1_2_VERSION, false);
MINTAGE_GREETING(rsa_2048_tls_1_2_resumed, rsa_2048, TLS1_2_VERSION, true);

}  // namespace
}  // namespace mintage::bench
