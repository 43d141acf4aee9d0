/// @file
/// One keep-alive connection that has at most one request under way.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "bench/load/answer.hpp"
#include "bench/load/histogram.hpp"

namespace mintage::bench {

class driver;

class wire {
 public:
  using tcp = boost::asio::ip::tcp;

  wire(boost::asio::io_context& context, const tcp::endpoint& where, driver& d);

  /// Blocks; loopback or a near machine. @returns whether it is connected.
  bool connect();
  /// @pre idle. Connects again first if the last answer closed the connection.
  void send(std::string_view request, nanoseconds intended);
  void close() noexcept;

  [[nodiscard]] nanoseconds intended() const noexcept { return intended_; }
  [[nodiscard]] bool is_busy() const noexcept { return busy_; }
  void set_idle() noexcept { busy_ = false; }

 private:
  void write_rest();
  void await();
  void read();
  void fail(std::string_view kind);

  tcp::socket socket_;
  tcp::endpoint where_;
  driver& driver_;
  std::vector<char> input_;
  std::size_t filled_ = 0;
  answer answer_;
  std::string output_;  // what the socket did not take at once
  nanoseconds intended_{0};
  /// Tells handlers of a connection that was closed since from those of the present one.
  std::uint64_t generation_ = 0;
  bool busy_ = false;
};

}  // namespace mintage::bench
