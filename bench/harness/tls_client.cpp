#include "bench/harness/tls_client.hpp"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <stdexcept>
#include <utility>

namespace mintage::bench {
namespace {

/// Index of the channel among the data of an SSL object; null for connections of others.
int channel_index() {
  static const auto index = SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
  return index;
}

int keep_session(SSL* ssl, SSL_SESSION* session) {
  auto* mine = static_cast<channel*>(SSL_get_ex_data(ssl, channel_index()));
  if (mine == nullptr) return 0;
  mine->keep(session);
  return 1;
}

bool is_address(const std::string& host) {
  auto octets = std::array<unsigned char, 16>{};
  return ::inet_pton(AF_INET, host.c_str(), octets.data()) == 1 ||
         ::inet_pton(AF_INET6, host.c_str(), octets.data()) == 1;
}

}  // namespace

tls_client::tls_client(const std::filesystem::path& ca, std::string host, bool resumes)
    : context_{SSL_CTX_new(TLS_client_method())}, host_{std::move(host)}, resumes_{resumes} {
  if (context_ == nullptr) throw std::runtime_error{"no TLS"};
  SSL_CTX_set_min_proto_version(context_, TLS1_2_VERSION);
  SSL_CTX_set_verify(context_, SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_mode(context_, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_read_ahead(context_, 1);  // header and body of a record in one system call
  if (resumes_) {
    SSL_CTX_set_session_cache_mode(context_, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_sess_set_new_cb(context_, keep_session);
  }
  const auto trusts = ca.empty() ? SSL_CTX_set_default_verify_paths(context_)
                                 : SSL_CTX_load_verify_locations(context_, ca.c_str(), nullptr);
  if (trusts != 1) {
    SSL_CTX_free(context_);
    throw std::runtime_error{ca.string() + ": no certificates in PEM"};
  }
}

tls_client::~tls_client() {
  SSL_CTX_free(context_);
}

void tls_client::expect_host(SSL* ssl) const {
  if (is_address(host_)) {
    X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host_.c_str());
    return;
  }
  SSL_set_tlsext_host_name(ssl, host_.c_str());
  SSL_set1_host(ssl, host_.c_str());
}

channel::~channel() {
  close();
  SSL_SESSION_free(session_);
}

void channel::open(int socket) {
  close();
  socket_ = socket;
  if (tls_ == nullptr) return;
  ssl_ = SSL_new(tls_->context());
  if (ssl_ == nullptr) throw std::bad_alloc{};
  SSL_set_ex_data(ssl_, channel_index(), this);
  tls_->expect_host(ssl_);
  SSL_set_fd(ssl_, socket);
  SSL_set_connect_state(ssl_);
  if (session_ != nullptr) SSL_set_session(ssl_, session_);
}

void channel::close() noexcept {
  if (ssl_ != nullptr) {
    ERR_clear_error();
    // Without close_notify, OpenSSL would not let the session be resumed.
    if (SSL_is_init_finished(ssl_) == 1) SSL_shutdown(ssl_);
    SSL_free(ssl_);
  }
  ssl_ = nullptr;
  socket_ = -1;
}

void channel::keep(SSL_SESSION* session) noexcept {
  SSL_SESSION_free(session_);
  session_ = session;
}

bool channel::was_resumed() const noexcept {
  return ssl_ != nullptr && SSL_session_reused(ssl_) == 1;
}

bool channel::has_more() const noexcept {
  return ssl_ != nullptr && SSL_has_pending(ssl_) == 1;
}

channel::state channel::state_of(int result) const noexcept {
  switch (SSL_get_error(ssl_, result)) {
    case SSL_ERROR_NONE:
      return state::done;
    case SSL_ERROR_WANT_READ:
      return state::wants_read;
    case SSL_ERROR_WANT_WRITE:
      return state::wants_write;
    case SSL_ERROR_ZERO_RETURN:
      return state::closed;
    default:
      return state::broken;
  }
}

channel::state channel::handshake() {
  if (ssl_ == nullptr) return state::done;
  ERR_clear_error();
  return state_of(SSL_do_handshake(ssl_));
}

channel::state channel::write(std::string_view octets, std::size_t& done) {
  done = 0;
  if (ssl_ != nullptr) {
    ERR_clear_error();
    return state_of(SSL_write_ex(ssl_, octets.data(), octets.size(), &done));
  }
  const auto sent = ::send(socket_, octets.data(), octets.size(), MSG_NOSIGNAL);
  if (sent < 0) return errno == EAGAIN ? state::wants_write : state::broken;
  done = static_cast<std::size_t>(sent);
  return state::done;
}

channel::state channel::read(char* to, std::size_t size, std::size_t& done) {
  done = 0;
  if (ssl_ != nullptr) {
    ERR_clear_error();
    return state_of(SSL_read_ex(ssl_, to, size, &done));
  }
  const auto got = ::recv(socket_, to, size, 0);
  if (got < 0) return errno == EAGAIN ? state::wants_read : state::broken;
  done = static_cast<std::size_t>(got);
  return got == 0 ? state::closed : state::done;
}

}  // namespace mintage::bench
