#include "net/tls/channel.hpp"

namespace mintage::net {

namespace asio = boost::asio;

channel::channel(tcp_socket socket, const tls_entry& tls, const peer_facts& who)
    : socket_{std::move(socket)}, who_{who} {
  auto ignored = error_code{};
  socket_.non_blocking(true, ignored);
  socket_.set_option(asio::ip::tcp::no_delay{true}, ignored);
  if (tls.context) tls_ = std::make_unique<tls_session>(tls, socket_.native_handle());
}

std::size_t channel::write_sealed(std::string_view octets, error_code& error) noexcept {
  const auto done = tls_->write(octets);
  if (done.how == tls_session::state::needs_write) {
    error = asio::error::would_block;
  } else {
    error = error_of(done.how);
  }
  return done.octets;
}

channel::error_code channel::error_of(tls_session::state how) noexcept {
  switch (how) {
    case tls_session::state::done:
      return {};
    case tls_session::state::closed:
      return asio::error::eof;
    case tls_session::state::needs_read:
    case tls_session::state::needs_write:
    case tls_session::state::failed:
      break;
  }
  return asio::error::connection_reset;
}

bool channel::has_octets() const noexcept {
  auto ignored = error_code{};
  return (tls_ && tls_->has_decrypted()) || socket_.available(ignored) != 0;
}

void channel::cancel() noexcept {
  ++turn_;
  auto ignored = error_code{};
  socket_.cancel(ignored);
}

void channel::shut_down_write(error_code& error) noexcept {
  if (tls_) tls_->close_notify();
  is_shut_ = true;
  socket_.shutdown(asio::ip::tcp::socket::shutdown_send, error);
}

void channel::close() noexcept {
  ++turn_;
  if (tls_ && !is_shut_) tls_->close_notify();
  auto ignored = error_code{};
  socket_.close(ignored);
}

}  // namespace mintage::net
