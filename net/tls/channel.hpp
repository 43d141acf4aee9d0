/// @file
/// Reads and writes one connection, plain or with TLS. Internal to net/.
#pragma once

#include <algorithm>
#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/read.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "net/event_loop.hpp"
#include "net/proxy_header.hpp"
#include "net/tls/session.hpp"

namespace mintage::net {

using tcp_socket = boost::asio::basic_stream_socket<boost::asio::ip::tcp, executor>;

/// What a listener knows of a connecting peer.
struct peer_facts {
  /// Its address as IPv6; nothing for a proxy, behind which there may be any source.
  std::optional<std::array<std::uint8_t, 16>> source;
  /// Whether it is a proxy that sends a PROXY header, before TLS if there is TLS.
  bool sends_proxy_header = false;
  /// Whether it takes a place kept for probes (`connection_gate::limits`).
  bool gets_probes_only = false;
  /// Whether it must not use plain HTTP on this listener (TOK-02), which has no TLS.
  bool is_foreign = false;
  /// Whether it is in `trusted_proxies`: what it says of a client's certificate is believed
  /// (CAU-15).
  bool is_trusted_proxy = false;
};

/// A socket, with TLS if its listener uses it: chosen once, and checked once per operation. At most
/// one read and one write at a time. A handler keeps the owner of the channel alive, and is never
/// called before its operation has returned. Models Asio's AsyncWriteStream.
class channel {
 public:
  using executor_type = executor;

  channel(tcp_socket socket, const tls_entry& tls, const peer_facts& who);

  [[nodiscard]] bool is_secure() const noexcept { return tls_ != nullptr; }
  [[nodiscard]] executor_type get_executor() noexcept { return socket_.get_executor(); }
  /// The reason of a failed handshake or session, if there is one.
  [[nodiscard]] std::optional<oauth::denial_reason> failure() const noexcept {
    return tls_ ? tls_->failure() : std::nullopt;
  }

  /// The source of the connection, as far as it is known (CAU-16).
  [[nodiscard]] const std::optional<std::array<std::uint8_t, 16>>& source() const noexcept {
    return who_.source;
  }
  [[nodiscard]] bool sends_proxy_header() const noexcept { return who_.sends_proxy_header; }
  [[nodiscard]] bool gets_probes_only() const noexcept { return who_.gets_probes_only; }
  [[nodiscard]] bool is_foreign() const noexcept { return who_.is_foreign; }
  [[nodiscard]] bool is_trusted_proxy() const noexcept { return who_.is_trusted_proxy; }
  /// The certificate of the peer; null when there is none. @pre there is no handshake in progress.
  [[nodiscard]] std::shared_ptr<const crypto::certificate> certificate() const {
    return tls_ ? tls_->certificate() : nullptr;
  }

  /// Reads the PROXY header and nothing after it, which is TLS or HTTP. Sets `source()`.
  /// @pre nothing was read. @param done receives whether there was a valid header.
  template <class Handler>
  void async_proxy_header(Handler done);

  /// @pre `is_secure()`. @param done receives whether the handshake succeeded.
  template <class Handler>
  void async_handshake(Handler done);

  /// Reads at most 16 KiB, so that no peer uses the thread for long.
  template <class Handler>
  void async_read_some(std::span<char> into, Handler done);

  /// Writes what the socket takes now. @returns the number of octets. When that is not all, `error`
  /// is would_block or the reason; after would_block the rest must be written next.
  template <class Buffers>
  [[nodiscard]] std::size_t write_some(const Buffers& parts, boost::system::error_code& error);
  template <class Buffers, class Handler>
  void async_write_some(const Buffers& parts, Handler done);

  /// Whether octets have arrived that were not read yet.
  [[nodiscard]] bool has_octets() const noexcept;

  /// Ends all operations; none of them uses its buffer afterwards.
  void cancel() noexcept;
  /// Sends close_notify and closes the write side. Octets read from now on are not decrypted; they
  /// are only to be discarded.
  void shut_down_write(boost::system::error_code& error) noexcept;
  void close() noexcept;

 private:
  static constexpr std::size_t most_at_once = 16 * 1024;

  using wait_type = boost::asio::socket_base::wait_type;
  using error_code = boost::system::error_code;

  template <class Handler>
  void handshake_when(wait_type ready, Handler done);
  template <class Handler>
  void read_when(wait_type ready, std::span<char> into, Handler done);
  template <class Handler>
  void read_now(const error_code& error, std::uint32_t turn, std::span<char> into, Handler done);
  [[nodiscard]] std::size_t write_sealed(std::string_view octets, error_code& error) noexcept;
  [[nodiscard]] static error_code error_of(tls_session::state how) noexcept;

  template <class Handler>
  void read_proxy_rest(std::size_t have, Handler done);

  tcp_socket socket_;
  std::unique_ptr<tls_session> tls_;
  peer_facts who_;
  /// Buffer of a PROXY header; empty otherwise.
  std::string proxy_octets_;
  /// Incremented on cancellation: an operation whose socket was ready before must not run.
  std::uint32_t turn_ = 0;
  bool is_shut_ = false;
};

template <class Handler>
void channel::async_proxy_header(Handler done) {
  proxy_octets_.resize(max_proxy_header);
  read_proxy_rest(0, std::move(done));
}

/// Reads up to the end of the header, as far as its size is known.
template <class Handler>
void channel::read_proxy_rest(std::size_t have, Handler done) {
  const auto header = read_proxy_header(std::string_view{proxy_octets_}.substr(0, have));
  if (header.how != proxy_header::outcome::need_more) {
    who_.source = header.source;
    proxy_octets_ = {};
    return done(header.how == proxy_header::outcome::complete);
  }
  const auto end = header.size == 0 ? proxy_header_fixed : header.size;
  boost::asio::async_read(
      socket_, boost::asio::buffer(proxy_octets_.data() + have, end - have),
      [this, end, done = std::move(done)](const error_code& error, std::size_t) mutable {
        if (error) return done(false);
        read_proxy_rest(end, std::move(done));
      });
}

template <class Handler>
void channel::async_handshake(Handler done) {
  handshake_when(wait_type::wait_read, std::move(done));
}

template <class Handler>
void channel::handshake_when(wait_type ready, Handler done) {
  socket_.async_wait(ready,
                     [this, turn = turn_, done = std::move(done)](const error_code& error) mutable {
                       if (error || turn != turn_) return done(false);
                       switch (tls_->handshake()) {
                         case tls_session::state::done:
                           return done(true);
                         case tls_session::state::needs_read:
                           return handshake_when(wait_type::wait_read, std::move(done));
                         case tls_session::state::needs_write:
                           return handshake_when(wait_type::wait_write, std::move(done));
                         case tls_session::state::closed:
                         case tls_session::state::failed:
                           return done(false);
                       }
                     });
}

template <class Handler>
void channel::async_read_some(std::span<char> into, Handler done) {
  if (!tls_ || is_shut_) {
    socket_.async_read_some(boost::asio::buffer(into.data(), std::min(into.size(), most_at_once)),
                            std::move(done));
  } else if (tls_->has_pending()) {
    boost::asio::post(get_executor(), [this, into, turn = turn_, done = std::move(done)]() mutable {
      read_now({}, turn, into, std::move(done));
    });
  } else {
    read_when(wait_type::wait_read, into, std::move(done));
  }
}

template <class Handler>
void channel::read_when(wait_type ready, std::span<char> into, Handler done) {
  socket_.async_wait(
      ready, [this, into, turn = turn_, done = std::move(done)](const error_code& error) mutable {
        read_now(error, turn, into, std::move(done));
      });
}

template <class Handler>
void channel::read_now(const error_code& error, std::uint32_t turn, std::span<char> into,
                       Handler done) {
  if (error) return done(error, 0);
  if (turn != turn_) return done(boost::asio::error::operation_aborted, 0);
  if (is_shut_) return async_read_some(into, std::move(done));
  const auto got = tls_->read(into);
  switch (got.how) {
    case tls_session::state::needs_read:
      return read_when(wait_type::wait_read, into, std::move(done));
    case tls_session::state::needs_write:
      return read_when(wait_type::wait_write, into, std::move(done));
    case tls_session::state::done:
    case tls_session::state::closed:
    case tls_session::state::failed:
      return done(error_of(got.how), got.octets);
  }
}

template <class Buffers>
std::size_t channel::write_some(const Buffers& parts, error_code& error) {
  if (!tls_) return socket_.write_some(parts, error);
  error = {};
  auto total = std::size_t{0};
  const auto end = boost::asio::buffer_sequence_end(parts);
  for (auto part = boost::asio::buffer_sequence_begin(parts); part != end && !error; ++part) {
    const auto octets = boost::asio::const_buffer{*part};
    total += write_sealed({static_cast<const char*>(octets.data()), octets.size()}, error);
  }
  return total;
}

template <class Buffers, class Handler>
void channel::async_write_some(const Buffers& parts, Handler done) {
  if (!tls_) {
    socket_.async_write_some(parts, std::move(done));
    return;
  }
  socket_.async_wait(wait_type::wait_write,
                     [this, parts, turn = turn_, done = std::move(done)](error_code error) mutable {
                       if (!error && turn != turn_) error = boost::asio::error::operation_aborted;
                       if (error) return done(error, 0);
                       const auto n = write_some(parts, error);
                       if (error != boost::asio::error::would_block) return done(error, n);
                       if (n != 0) return done(error_code{}, n);
                       async_write_some(parts, std::move(done));
                     });
}

}  // namespace mintage::net
