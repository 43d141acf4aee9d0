/// @file
/// Accepts connections and distributes them round robin over the I/O threads. Internal to net/.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "net/address.hpp"
#include "net/connection_gate.hpp"
#include "net/tls/channel.hpp"

namespace mintage::net {

/// Runs on the first I/O thread after the start. No error stops it from listening. When all places
/// are taken, a new connection replaces the one that has been idle longest, else takes a place kept
/// for probes, else replaces the slowest request; otherwise it waits in the kernel's queue.
class listener {
 public:
  /// Starts a connection, on its I/O thread.
  using starter = std::function<void(event_loop&, connection_gate&, channel)>;

  /// Binds, or takes a bound socket. @param key the config key, for errors. @throws listen_error
  /// @param peers peers that may use plain HTTP. @param tls null for plain HTTP.
  /// @param proxy_protocol whether connections of the proxies among `peers` begin with a PROXY
  ///        header.
  /// @param handed the socket's descriptor, which is closed with the listener; -1 = binds one.
  listener(std::string key, const std::string& address, std::vector<event_loop*> io_threads,
           peer_filter peers, bool proxy_protocol, std::shared_ptr<const tls_context> tls,
           const connection_gate::limits& most, starter begin, int handed = -1);

  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
  /// Opens the kernel's queue. Called before the I/O threads run, or on any thread before `accept`.
  /// @throws listen_error
  void listen();
  void accept();
  /// Accepts no more. Connections that are accepted already are dealt until the tasks have run that
  /// are in the queue of the first I/O thread.
  void stop_accepting();
  void close();
  /// Apply to connections accepted later.
  void set_peers(peer_filter peers, bool proxy_protocol) {
    peers_ = std::move(peers);
    proxy_protocol_ = proxy_protocol;
  }
  void set_limits(const connection_gate::limits& most) { gate_.set_limits(most); }
  /// Applies to connections accepted later. @pre the listener uses TLS.
  void set_tls(std::shared_ptr<const tls_context> tls) { tls_.context = std::move(tls); }

 private:
  using acceptor = boost::asio::basic_socket_acceptor<boost::asio::ip::tcp, executor>;

  void accepted(const boost::system::error_code& error, tcp_socket socket, event_loop& to);
  [[nodiscard]] bool admits_peer() const noexcept;
  [[nodiscard]] peer_facts facts_of_peer() const noexcept;
  [[nodiscard]] const tls_entry& entry();
  void deal(tcp_socket socket, event_loop& to);
  void accept_one();
  void await_newcomer();
  void make_room();
  void make_room_of_slow();
  void ask_to_make_room(standing how, std::size_t io_thread, steady::time_point latest);
  void asked_to_make_room(standing how, bool is_made);
  void turn_away();
  void back_off();
  [[noreturn]] void fail(const boost::system::error_code& error) const;

  std::string key_;
  std::string address_;
  std::vector<event_loop*> io_threads_;
  peer_filter peers_;
  bool proxy_protocol_;
  tls_entry tls_;
  connection_gate gate_;
  starter begin_;
  acceptor acceptor_;
  boost::asio::basic_waitable_timer<steady, boost::asio::wait_traits<steady>, executor> pause_;
  boost::asio::ip::tcp::endpoint peer_;
  std::uint16_t port_ = 0;
  std::size_t next_ = 0;
  bool accepting_ = false;
  bool stopping_ = false;
};

}  // namespace mintage::net
