/// @file
/// One keep-alive connection with at most one request in flight.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "bench/harness/answer.hpp"
#include "bench/harness/event_loop.hpp"
#include "bench/harness/histogram.hpp"
#include "bench/harness/workload.hpp"
#include "loopback/stream.hpp"

namespace mintage::bench {

class driver;

class wire final : public watcher {
 public:
  using endpoint = boost::asio::ip::tcp::endpoint;

  /// @param reconnect_every answers after which the connection is reopened; 0 = never.
  wire(event_loop& loop, const endpoint& where, const loopback::tls_side* tls,
       std::size_t reconnect_every, driver& d);
  ~wire() override;

  /// Connects and does the handshake; blocks. @returns whether it is connected.
  [[nodiscard]] bool connect();
  /// @pre idle. Reconnects first, without blocking, when the connection was closed.
  void send(std::string_view request, nanoseconds intended, nanoseconds now,
            const workload::drawn_request& what);
  void close() noexcept;

  [[nodiscard]] nanoseconds intended() const noexcept { return intended_; }
  /// When the request was given to the socket.
  [[nodiscard]] nanoseconds sent_at() const noexcept { return sent_at_; }
  [[nodiscard]] const workload::drawn_request& what() const noexcept { return what_; }
  [[nodiscard]] bool is_busy() const noexcept { return busy_; }
  void set_idle() noexcept { busy_ = false; }

 private:
  /// What the wire waits for.
  enum class stage : std::uint8_t { closed, connect, handshake, write, answer, nothing };

  void ready() override;
  [[nodiscard]] bool open(int flags);
  void begin_channel();
  void shake_hands();
  void write();
  void read();
  void look_at_end();
  void fail(std::string_view kind);

  event_loop& loop_;
  endpoint where_;
  driver& driver_;
  int socket_ = -1;
  loopback::channel channel_;
  stage stage_ = stage::closed;
  bool busy_ = false;
  std::size_t reconnect_every_;
  std::size_t answers_ = 0;  // on this connection
  std::vector<char> input_;
  std::size_t filled_ = 0;
  answer answer_;
  std::string output_;  // octets that the socket did not accept at once
  nanoseconds intended_{0};
  nanoseconds sent_at_{0};
  workload::drawn_request what_;
};

}  // namespace mintage::bench
