/// @file
/// A bare keep-alive exchange through net/: a token request that is answered with a prebuilt body.
/// Process CPU includes both sides, also the client's one send and one receive. The floor of
/// mintage-bench has the server's part alone.

#include <benchmark/benchmark.h>
#include <sys/socket.h>

#include <chrono>
#include <stdexcept>
#include <string>

#include "bench/harness/prebuilt_service.hpp"
#include "loopback/tcp_socket.hpp"
#include "net/server.hpp"

namespace mintage::bench {
namespace {

/// A blocking connection to loopback.
class connection {
 public:
  explicit connection(std::uint16_t port) : socket_{port, std::chrono::seconds{5}} {}

  /// @returns whether the whole answer arrived.
  [[nodiscard]] bool ask(const std::string& request, std::size_t answer_size) {
    if (::send(socket_.get(), request.data(), request.size(), MSG_NOSIGNAL) !=
        static_cast<ssize_t>(request.size()))
      return false;
    for (auto got = std::size_t{0}; got < answer_size;) {
      const auto n = ::recv(socket_.get(), octets_, sizeof octets_, 0);
      if (n <= 0) return false;
      got += static_cast<std::size_t>(n);
    }
    return true;
  }
  /// @returns the size of an answer. It is the same for all: no field changes its length.
  [[nodiscard]] std::size_t measure(const std::string& request, std::size_t body_size) {
    if (!ask(request, body_size)) throw std::runtime_error{"no answer"};
    const auto head = std::string{octets_, sizeof octets_}.find("\r\n\r\n");
    return head + 4 + body_size;
  }

 private:
  loopback::tcp_socket socket_;
  char octets_[16384] = {};
};

void keep_alive_exchange(benchmark::State& state) {
  auto service = prebuilt_service{};
  auto o = net::options{};
  o.listen = o.admin_listen = "127.0.0.1:0";
  o.io_threads = 1;
  auto server = net::server{o, {}, {}};
  server.start({&service});
  const auto body = std::string{
      "grant_type=authorization_code&client_id=c&code=mco_AAE9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJS"};
  const auto request =
      "POST /token HTTP/1.1\r\nHost: 127.0.0.1\r\n"
      "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: " +
      std::to_string(body.size()) + "\r\n\r\n" + body;
  {
    auto client = connection{server.public_port()};
    const auto size = client.measure(request, prebuilt_body().size());
    for (auto _ : state)
      if (!client.ask(request, size)) state.SkipWithError("an answer was cut");
  }
  static_cast<void>(server.drain(std::chrono::seconds{1}));
  server.stop();
}
BENCHMARK(keep_alive_exchange)->MeasureProcessCPUTime()->UseRealTime();

}  // namespace
}  // namespace mintage::bench
