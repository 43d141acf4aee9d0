/// @file
/// Accepts connections and deals them round robin over the lanes. Internal to net/.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <functional>
#include <string>
#include <vector>

#include "net/address.hpp"
#include "net/connection.hpp"

namespace mintage::net {

/// On the thread of the first lane once it has started. Never stops listening because of an error.
class listener {
 public:
  /// Begins a connection on the thread of its lane.
  using starter = std::function<void(lane&, connection_gate&, tcp_socket)>;

  /// Binds. @param key the config key, for errors. @throws listen_error
  listener(std::string key, const std::string& address, std::vector<lane*> lanes, peer_filter peers,
           std::size_t most_connections, starter begin);

  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
  /// Opens the kernel's queue. Before the lanes run, or on any thread before `accept`.
  /// @throws listen_error
  void listen();
  void accept();
  void close();

 private:
  using acceptor = boost::asio::basic_socket_acceptor<boost::asio::ip::tcp, executor>;

  void accepted(const boost::system::error_code& error, tcp_socket socket, lane& to);
  void deal(tcp_socket socket, lane& to);
  void back_off();
  [[noreturn]] void fail(const boost::system::error_code& error) const;

  std::string key_;
  std::string address_;
  std::vector<lane*> lanes_;
  peer_filter peers_;
  connection_gate gate_;
  starter begin_;
  acceptor acceptor_;
  boost::asio::basic_waitable_timer<steady, boost::asio::wait_traits<steady>, executor> pause_;
  boost::asio::ip::tcp::endpoint peer_;
  std::uint16_t port_ = 0;
  std::size_t next_ = 0;
  bool accepting_ = false;
};

}  // namespace mintage::net
