#include "loopback/stream.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <new>
#include <utility>

namespace mintage::loopback {
namespace {

/// Index of the channel among the data of an SSL object.
int channel_index() {
  static const auto index = SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
  return index;
}

int keep_session(SSL* ssl, SSL_SESSION* session) {
  auto* owner = static_cast<channel*>(SSL_get_ex_data(ssl, channel_index()));
  if (owner == nullptr) return 0;
  owner->keep(session);
  return 1;
}

bool is_address(const std::string& host) {
  auto octets = std::array<unsigned char, 16>{};
  return ::inet_pton(AF_INET, host.c_str(), octets.data()) == 1 ||
         ::inet_pton(AF_INET6, host.c_str(), octets.data()) == 1;
}

std::string reason() {
  const auto* text = ERR_reason_error_string(ERR_peek_error());
  return text == nullptr ? "the connection ended" : text;
}

void demand(bool held, const std::string& what) {
  if (!held) throw std::runtime_error{what};
}

void set_trust(SSL_CTX* c, const tls_client_options& options) {
  if (options.trusted != nullptr)
    X509_STORE_add_cert(SSL_CTX_get_cert_store(c), options.trusted->get());
  if (options.trusted_file) {
    const auto& file = *options.trusted_file;
    demand(1 == (file.empty() ? SSL_CTX_set_default_verify_paths(c)
                              : SSL_CTX_load_verify_locations(c, file.c_str(), nullptr)),
           file.string() + ": no certificates in PEM");
  }
  if (options.trusted != nullptr || options.trusted_file)
    SSL_CTX_set_verify(c, SSL_VERIFY_PEER, nullptr);
}

}  // namespace

tls_side::tls_side(const tls_client_options& options)
    : context_{SSL_CTX_new(TLS_client_method())}, host_{options.host} {
  ::signal(SIGPIPE, SIG_IGN);
  auto* c = get();
  demand(c != nullptr, "no context");
  if (options.offers_weak) SSL_CTX_set_security_level(c, 0);
  SSL_CTX_set_min_proto_version(c, options.min_version);
  SSL_CTX_set_max_proto_version(c, options.max_version);
  SSL_CTX_set_mode(c, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_read_ahead(c, 1);  // header and body of a record in one system call
  SSL_CTX_clear_options(c, SSL_OP_LEGACY_SERVER_CONNECT);
  if (!options.ciphers.empty())
    demand(SSL_CTX_set_cipher_list(c, options.ciphers.c_str()) == 1, "no such cipher");
  if (!options.protocols.empty()) {
    SSL_CTX_set_alpn_protos(c, reinterpret_cast<const unsigned char*>(options.protocols.data()),
                            static_cast<unsigned>(options.protocols.size()));
  }
  if (options.resumes) {
    SSL_CTX_set_session_cache_mode(c, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_sess_set_new_cb(c, keep_session);
  }
  if (options.own) {
    demand(SSL_CTX_use_certificate_chain_file(c, options.own->certificate.c_str()) == 1 &&
               SSL_CTX_use_PrivateKey_file(c, options.own->key.c_str(), SSL_FILETYPE_PEM) == 1,
           options.own->certificate.string() + ": cannot be used");
  }
  set_trust(c, options);
}

void tls_side::expect_host(SSL* ssl) const {
  if (is_address(host_)) {
    X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host_.c_str());
    return;
  }
  SSL_set_tlsext_host_name(ssl, host_.c_str());
  SSL_set1_host(ssl, host_.c_str());
}

channel::~channel() {
  close();
}

void channel::open(int socket, const session_ptr& offered) {
  close();
  socket_ = socket;
  if (side_ == nullptr) return;
  ssl_.reset(SSL_new(side_->get()));
  if (!ssl_) throw std::bad_alloc{};
  SSL_set_ex_data(get(), channel_index(), this);
  side_->expect_host(get());
  SSL_set_fd(get(), socket);
  SSL_set_connect_state(get());
  if (const auto& session = offered ? offered : kept_) SSL_set_session(get(), session.get());
}

void channel::close() noexcept {
  finish_sending();
  ssl_.reset();
  socket_ = -1;
}

void channel::finish_sending() noexcept {
  if (!ssl_) return;
  ERR_clear_error();
  // A connection that ends without close_notify takes its session with it.
  if (SSL_is_init_finished(get()) == 1) SSL_shutdown(get());
  ERR_clear_error();
}

bool channel::was_resumed() const noexcept {
  return ssl_ && SSL_session_reused(get()) == 1;
}

channel::state channel::state_of(int result) const noexcept {
  switch (SSL_get_error(get(), result)) {
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

channel::state channel::handshake() noexcept {
  if (!ssl_) return state::done;
  ERR_clear_error();
  return state_of(SSL_do_handshake(get()));
}

channel::state channel::write(std::string_view octets, std::size_t& done) noexcept {
  done = 0;
  if (ssl_) {
    ERR_clear_error();
    return state_of(SSL_write_ex(get(), octets.data(), octets.size(), &done));
  }
  const auto sent = ::send(socket_, octets.data(), octets.size(), MSG_NOSIGNAL);
  if (sent < 0) return errno == EAGAIN ? state::wants_write : state::broken;
  done = static_cast<std::size_t>(sent);
  return state::done;
}

channel::state channel::read(std::span<char> into, std::size_t& done) noexcept {
  done = 0;
  if (ssl_) {
    ERR_clear_error();
    return state_of(SSL_read_ex(get(), into.data(), into.size(), &done));
  }
  const auto got = ::recv(socket_, into.data(), into.size(), 0);
  if (got < 0) return errno == EAGAIN ? state::wants_read : state::broken;
  done = static_cast<std::size_t>(got);
  return got == 0 ? state::closed : state::done;
}

stream::stream(const tls_side* side, int socket, std::chrono::milliseconds patience,
               const session_ptr& offered)
    : socket_{socket}, patience_{patience}, channel_{side} {
  ::fcntl(socket, F_SETFL, ::fcntl(socket, F_GETFL) | O_NONBLOCK);
  channel_.open(socket, offered);
  auto why = std::string{"silence"};
  const auto state = complete([&] {
    const auto s = channel_.handshake();
    if (s == channel::state::closed || s == channel::state::broken) why = reason();
    return s;
  });
  if (state != channel::state::done) throw tls_refused{why};
}

template <class Operation>
std::optional<channel::state> stream::complete(Operation run) noexcept {
  for (;;) {
    auto waiting = pollfd{socket_, 0, 0};
    {
      const auto lock = std::lock_guard{mutex_};
      const auto state = run();
      if (state == channel::state::wants_read) {
        waiting.events = POLLIN;
      } else if (state == channel::state::wants_write) {
        waiting.events = POLLOUT;
      } else {
        return state;
      }
    }
    const auto ready = ::poll(&waiting, 1, static_cast<int>(patience_.count()));
    if (ready != 1 && !(ready < 0 && errno == EINTR)) return {};
  }
}

bool stream::send(std::string_view octets) noexcept {
  while (!octets.empty()) {
    auto sent = std::size_t{0};
    if (complete([&] { return channel_.write(octets, sent); }) != channel::state::done)
      return false;
    octets.remove_prefix(sent);
  }
  return true;
}

int stream::receive(std::span<char> into) noexcept {
  auto got = std::size_t{0};
  const auto state = complete([&] { return channel_.read(into, got); });
  if (!state) return static_cast<int>(end::silence);
  if (*state == channel::state::done) return static_cast<int>(got);
  return static_cast<int>(*state == channel::state::closed ? end::goodbye : end::cut);
}

void stream::finish_sending() noexcept {
  const auto lock = std::lock_guard{mutex_};
  channel_.finish_sending();
}

session_ptr stream::session() const {
  return {SSL_get1_session(get()), SSL_SESSION_free};
}

int stream::version() const noexcept {
  return SSL_version(get());
}

std::string stream::cipher() const {
  return SSL_get_cipher_name(get());
}

std::string stream::server_name() const {
  auto text = std::array<char, 256>{};
  const auto* certificate = SSL_get0_peer_certificate(get());
  if (certificate == nullptr) return {};
  X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, text.data(),
                            static_cast<int>(text.size()));
  return text.data();
}

key_kind stream::server_key() const {
  const auto* key = X509_get0_pubkey(SSL_get0_peer_certificate(get()));
  return EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA ? key_kind::rsa_2048 : key_kind::p256;
}

std::string stream::protocol() const {
  const auto* name = static_cast<const unsigned char*>(nullptr);
  auto size = 0U;
  SSL_get0_alpn_selected(get(), &name, &size);
  return {reinterpret_cast<const char*>(name), size};
}

}  // namespace mintage::loopback
