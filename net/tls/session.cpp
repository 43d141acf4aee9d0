#include "net/tls/session.hpp"

#include <openssl/sslerr.h>
#include <sys/socket.h>

#include <cerrno>
#include <new>

#include "net/tls/openssl.hpp"

namespace mintage::net {
namespace {

int socket_of(BIO* b) {
  return static_cast<int>(reinterpret_cast<std::intptr_t>(BIO_get_data(b)));
}

bool is_temporary(int error) {
  return error == EAGAIN || error == EINTR;
}

int receive(BIO* b, char* to, int size) {
  BIO_clear_retry_flags(b);
  const auto n = ::recv(socket_of(b), to, static_cast<std::size_t>(size), 0);
  if (n < 0 && is_temporary(errno)) BIO_set_retry_read(b);
  return static_cast<int>(n);
}

// OpenSSL's own BIO for sockets would raise SIGPIPE when the peer has left.
int send(BIO* b, const char* from, int size) {
  BIO_clear_retry_flags(b);
  const auto n = ::send(socket_of(b), from, static_cast<std::size_t>(size), MSG_NOSIGNAL);
  if (n < 0 && is_temporary(errno)) BIO_set_retry_write(b);
  return static_cast<int>(n);
}

long control(BIO*, int what, long, void*) {
  return what == BIO_CTRL_FLUSH ? 1 : 0;
}

const BIO_METHOD* socket_method() {
  static const auto* const method = [] {
    auto* made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "socket");
    if (made == nullptr) throw std::bad_alloc{};
    BIO_meth_set_read(made, receive);
    BIO_meth_set_write(made, send);
    BIO_meth_set_ctrl(made, control);
    return made;
  }();
  return method;
}

bio_ptr make_socket_bio(int socket) {
  auto made = bio_ptr{BIO_new(socket_method())};
  if (!made) throw std::bad_alloc{};
  BIO_set_data(made.get(), reinterpret_cast<void*>(static_cast<std::intptr_t>(socket)));
  BIO_set_init(made.get(), 1);
  return made;
}

std::string_view words_for(int reason) {
  if (reason > SSL_AD_REASON_OFFSET) return "the peer refused the TLS handshake";
  switch (reason) {
    case SSL_R_HTTP_REQUEST:
      return "plain HTTP was sent where TLS is spoken";
    case SSL_R_UNSUPPORTED_PROTOCOL:
    case SSL_R_VERSION_TOO_LOW:
      return "no TLS version in common";
    case SSL_R_NO_SHARED_CIPHER:
    case SSL_R_NO_SUITABLE_KEY_SHARE:
    case SSL_R_NO_SUITABLE_GROUPS:
    case SSL_R_NO_SHARED_SIGNATURE_ALGORITHMS:
      return "no TLS cipher suite in common";
    case SSL_R_NO_APPLICATION_PROTOCOL:
      return "the peer offered TLS, but not HTTP/1.1";
    default:
      return "the TLS handshake was malformed";
  }
}

}  // namespace

tls_session::tls_session(const tls_entry& entry, int socket)
    : context_{entry.context}, tickets_{entry.tickets}, session_{SSL_new(context_->get())} {
  if (session_ == nullptr) throw std::bad_alloc{};
  auto held = ssl_ptr{session_};
  auto* bio = make_socket_bio(socket).release();
  SSL_set_bio(session_, bio, bio);
  SSL_set_accept_state(session_);
  ticket_keys::install(session_, tickets_.get());
  static_cast<void>(held.release());
}

tls_session::~tls_session() {
  SSL_free(session_);
}

tls_session::state tls_session::state_after(int result) noexcept {
  switch (SSL_get_error(session_, result)) {
    case SSL_ERROR_WANT_READ:
      return state::needs_read;
    case SSL_ERROR_WANT_WRITE:
      return state::needs_write;
    case SSL_ERROR_ZERO_RETURN:
      return state::closed;
    default:
      failed_ = true;
      return state::failed;
  }
}

tls_session::state tls_session::handshake() noexcept {
  ERR_clear_error();
  const auto result = SSL_do_handshake(session_);
  const auto how = result == 1 ? state::done : state_after(result);
  if (how == state::needs_read || how == state::needs_write) return how;
  // Without a reason of its own, OpenSSL found the connection at its end.
  if (const auto why = ERR_GET_REASON(ERR_peek_error()); how != state::done && why != 0) {
    failure_ = words_for(why);
  }
  ticket_keys::install(session_, nullptr);
  tickets_.reset();
  return how;
}

tls_session::progress tls_session::read(std::span<char> into) noexcept {
  auto total = std::size_t{0};
  do {
    ERR_clear_error();
    auto n = std::size_t{0};
    const auto result = SSL_read_ex(session_, into.data() + total, into.size() - total, &n);
    if (result != 1) {
      const auto how = state_after(result);
      // Whatever it is, it will be told again.
      return {total == 0 ? how : state::done, total};
    }
    total += n;
  } while (total < into.size() && has_pending());
  return {state::done, total};
}

tls_session::progress tls_session::write(std::string_view octets) noexcept {
  auto total = std::size_t{0};
  while (total < octets.size()) {
    ERR_clear_error();
    auto n = std::size_t{0};
    const auto result = SSL_write_ex(session_, octets.data() + total, octets.size() - total, &n);
    if (result != 1) return {state_after(result), total};
    total += n;
  }
  return {state::done, total};
}

bool tls_session::has_pending() const noexcept {
  return SSL_has_pending(session_) == 1;
}

void tls_session::close_notify() noexcept {
  if (failed_ || SSL_is_init_finished(session_) != 1) return;
  ERR_clear_error();
  // Should the socket take nothing now, the peer does without: waiting would help nobody.
  static_cast<void>(SSL_shutdown(session_));
  ERR_clear_error();
}

}  // namespace mintage::net
