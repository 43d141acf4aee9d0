#include "net/tls/session.hpp"

#include <openssl/sslerr.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <new>
#include <utility>

#include "metrics/work_cost.hpp"
#include "net/proxy_header.hpp"
#include "net/tls/client_certificates.hpp"
#include "net/tls/openssl.hpp"
#include "oauth/denial_reasons.hpp"

namespace mintage::net {
namespace {

/// Limit of one turn and of one system call, so that few records are buffered when a peer turns out
/// to send the wrong ones.
constexpr std::size_t turn_budget = 16 * 1024;
constexpr std::size_t piece_size = 4 * 1024;

constexpr std::uint64_t free_records = 16;
constexpr std::uint64_t octets_for_a_record = 64;

bool is_temporary(int error) {
  return error == EAGAIN || error == EINTR;
}

long control(BIO*, int what, long, void*) {
  return what == BIO_CTRL_FLUSH ? 1 : 0;
}

oauth::denial_reason words_for(int reason) {
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
    case SSL_R_CERTIFICATE_VERIFY_FAILED:
      return "the certificate of the peer has a key that is too weak";
    case SSL_R_EXCESSIVE_MESSAGE_SIZE:
      return "the certificates of the peer are too large";
    default:
      return "the TLS handshake was malformed";
  }
}

/// Load spares none of it, and no request counts for it.
int shake_hands(SSL* session) noexcept {
  auto* const cost = metrics::work_cost_here();
  if (cost == nullptr) return SSL_do_handshake(session);
  const auto before = metrics::cpu_ns_of_this_thread();
  const auto result = SSL_do_handshake(session);
  cost->note_apart(metrics::cpu_ns_of_this_thread() - before);
  return result;
}

}  // namespace

int tls_session::receive(BIO* b, char* to, int size) {
  BIO_clear_retry_flags(b);
  auto& w = *static_cast<wire*>(BIO_get_data(b));
  if (w.is_closed) return -1;
  const auto most = std::min({static_cast<std::size_t>(size), piece_size, w.budget});
  if (most == 0) {
    BIO_set_retry_read(b);
    return -1;
  }
  const auto n = ::recv(w.socket, to, most, 0);
  if (n > 0) {
    w.budget -= static_cast<std::size_t>(n);
    if (std::exchange(w.is_fresh, false)) {
      w.begins_with_proxy_header = is_proxy_header({to, static_cast<std::size_t>(n)});
    }
  }
  if (n < 0 && is_temporary(errno)) BIO_set_retry_read(b);
  return static_cast<int>(n);
}

// OpenSSL's own BIO for sockets would raise SIGPIPE after the peer has closed.
int tls_session::send(BIO* b, const char* from, int size) {
  BIO_clear_retry_flags(b);
  const auto& w = *static_cast<const wire*>(BIO_get_data(b));
  const auto n = ::send(w.socket, from, static_cast<std::size_t>(size), MSG_NOSIGNAL);
  if (n < 0 && is_temporary(errno)) BIO_set_retry_write(b);
  return static_cast<int>(n);
}

const BIO_METHOD* tls_session::socket_method() {
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

// TLS 1.3 hides the type of a record inside it; OpenSSL reports it.
void tls_session::note_record(int is_sent, int, int kind, const void* octets, std::size_t size,
                              SSL* session, void* self) {
  auto& s = *static_cast<tls_session*>(self);
  if (is_sent != 0 || !s.is_established_ || size == 0) return;
  const auto wanted =
      SSL_version(session) == TLS1_3_VERSION ? SSL3_RT_INNER_CONTENT_TYPE : SSL3_RT_HEADER;
  if (kind != wanted || *static_cast<const unsigned char*>(octets) == SSL3_RT_APPLICATION_DATA)
    return;
  ++s.records_;
  if (s.records_ <= free_records + s.octets_ / octets_for_a_record) return;
  s.wire_.is_closed = true;
  s.failure_ = oauth::denial_reason{"the peer sent TLS handshake records instead of requests"};
}

tls_session::tls_session(const tls_entry& entry, int socket)
    : context_{entry.context},
      tickets_{entry.tickets},
      session_{SSL_new(context_->get())},
      failure_{oauth::denial_reason{"the peer left during the TLS handshake"}},
      wire_{socket} {
  if (session_ == nullptr) throw std::bad_alloc{};
  auto held = ssl_ptr{session_};
  auto* bio = BIO_new(socket_method());
  if (bio == nullptr) throw std::bad_alloc{};
  BIO_set_data(bio, &wire_);
  BIO_set_init(bio, 1);
  SSL_set_bio(session_, bio, bio);
  SSL_set_msg_callback(session_, note_record);
  SSL_set_msg_callback_arg(session_, this);
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
  wire_.budget = turn_budget;
  const auto result = shake_hands(session_);
  const auto how = result == 1 ? state::done : state_after(result);
  if (how == state::needs_read || how == state::needs_write) return how;
  // Without a reason of its own, OpenSSL found the connection closed.
  if (const auto why = ERR_GET_REASON(ERR_peek_error()); how != state::done && why != 0) {
    failure_ = words_for(why);
    if (wire_.begins_with_proxy_header) {
      failure_ =
          oauth::denial_reason{"a PROXY header came from an address outside http.trusted_proxies"};
    }
  }
  if (how == state::done) {
    failure_.reset();
    is_established_ = true;
    if (context_->asks_for_certificates()) certificate_ = presented_certificate(session_);
  }
  ticket_keys::install(session_, nullptr);
  tickets_.reset();
  return how;
}

tls_session::progress tls_session::read(std::span<char> into) noexcept {
  auto total = std::size_t{0};
  wire_.budget = turn_budget;
  do {
    ERR_clear_error();
    auto n = std::size_t{0};
    const auto result = SSL_read_ex(session_, into.data() + total, into.size() - total, &n);
    if (result != 1) {
      const auto how = state_after(result);
      // Any error will be reported again by the next call.
      return {total == 0 ? how : state::done, total};
    }
    total += n;
    octets_ += n;
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

bool tls_session::has_decrypted() const noexcept {
  return SSL_pending(session_) > 0;
}

void tls_session::close_notify() noexcept {
  if (failed_ || SSL_is_init_finished(session_) != 1) return;
  ERR_clear_error();
  // If the socket takes nothing now, the peer gets no close_notify: waiting would not help.
  static_cast<void>(SSL_shutdown(session_));
  ERR_clear_error();
}

}  // namespace mintage::net
