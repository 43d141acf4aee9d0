#include "loopback/tls_client.hpp"

#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <signal.h>

#include <array>

namespace mintage::loopback {
namespace {

std::string reason() {
  const auto* text = ERR_reason_error_string(ERR_peek_error());
  return text == nullptr ? "the connection ended" : text;
}

void demand(bool held, const char* what) {
  if (!held) throw std::runtime_error{what};
}

}  // namespace

tls_side::tls_side(const tls_client_options& options) : context_{SSL_CTX_new(TLS_client_method())} {
  // OpenSSL writes with write(2): a closed peer must not end the test program by SIGPIPE.
  ::signal(SIGPIPE, SIG_IGN);
  auto* c = get();
  demand(c != nullptr, "no context");
  // Old protocol versions need SHA-1: test clients may offer what the server must refuse.
  SSL_CTX_set_security_level(c, 0);
  SSL_CTX_set_min_proto_version(c, options.min_version);
  SSL_CTX_set_max_proto_version(c, options.max_version);
  SSL_CTX_set_mode(c, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_clear_options(c, SSL_OP_LEGACY_SERVER_CONNECT);
  if (!options.ciphers.empty()) {
    demand(SSL_CTX_set_cipher_list(c, options.ciphers.c_str()) == 1, "no such cipher");
  }
  if (!options.protocols.empty()) {
    SSL_CTX_set_alpn_protos(c, reinterpret_cast<const unsigned char*>(options.protocols.data()),
                            static_cast<unsigned>(options.protocols.size()));
  }
  if (options.trusted == nullptr) return;
  SSL_CTX_set_verify(c, SSL_VERIFY_PEER, nullptr);
  X509_STORE_add_cert(SSL_CTX_get_cert_store(c), options.trusted->get());
  X509_VERIFY_PARAM_set1_ip_asc(SSL_CTX_get0_param(c), options.host.c_str());
}

tls_client::tls_client(const tls_side& side, int socket, std::chrono::milliseconds patience,
                       const session_ptr& offered)
    : socket_{socket}, patience_{patience}, session_{SSL_new(side.get())} {
  ::fcntl(socket, F_SETFL, ::fcntl(socket, F_GETFL) | O_NONBLOCK);
  SSL_set_fd(get(), socket);
  if (offered) SSL_set_session(get(), offered.get());
  auto why = std::string{};
  const auto result = complete([&] {
    const auto r = SSL_connect(get());
    if (r != 1) why = reason();
    return r;
  });
  if (result != 1) throw tls_refused{why};
}

tls_client::~tls_client() {
  finish_sending();
}

template <class Operation>
int tls_client::complete(Operation run) noexcept {
  for (;;) {
    auto waiting = pollfd{socket_, 0, 0};
    {
      const auto lock = std::lock_guard{mutex_};
      ERR_clear_error();
      const auto result = run();
      if (result > 0) return result;
      switch (SSL_get_error(get(), result)) {
        case SSL_ERROR_WANT_READ:
          waiting.events = POLLIN;
          break;
        case SSL_ERROR_WANT_WRITE:
          waiting.events = POLLOUT;
          break;
        case SSL_ERROR_ZERO_RETURN:
          return static_cast<int>(end::goodbye);
        default:
          return static_cast<int>(end::cut);
      }
    }
    if (::poll(&waiting, 1, static_cast<int>(patience_.count())) != 1) {
      return static_cast<int>(end::silence);
    }
  }
}

bool tls_client::send(std::string_view octets) noexcept {
  while (!octets.empty()) {
    const auto n =
        complete([&] { return SSL_write(get(), octets.data(), static_cast<int>(octets.size())); });
    if (n <= 0) return false;
    octets.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

int tls_client::receive(std::span<char> into) noexcept {
  return complete([&] { return SSL_read(get(), into.data(), static_cast<int>(into.size())); });
}

void tls_client::finish_sending() noexcept {
  const auto lock = std::lock_guard{mutex_};
  ERR_clear_error();
  if (SSL_is_init_finished(get()) == 1) SSL_shutdown(get());
  ERR_clear_error();
}

bool tls_client::has_pending() const noexcept {
  return SSL_has_pending(get()) == 1;
}

bool tls_client::was_resumed() const noexcept {
  return SSL_session_reused(get()) == 1;
}

session_ptr tls_client::session() const {
  return {SSL_get1_session(get()), SSL_SESSION_free};
}

int tls_client::version() const noexcept {
  return SSL_version(get());
}

std::string tls_client::cipher() const {
  return SSL_get_cipher_name(get());
}

std::string tls_client::server_name() const {
  auto text = std::array<char, 256>{};
  const auto* certificate = SSL_get0_peer_certificate(get());
  if (certificate == nullptr) return {};
  X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, text.data(),
                            static_cast<int>(text.size()));
  return text.data();
}

key_kind tls_client::server_key() const {
  const auto* key = X509_get0_pubkey(SSL_get0_peer_certificate(get()));
  return EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA ? key_kind::rsa_2048 : key_kind::p256;
}

std::string tls_client::protocol() const {
  const auto* name = static_cast<const unsigned char*>(nullptr);
  auto size = 0U;
  SSL_get0_alpn_selected(get(), &name, &size);
  return {reinterpret_cast<const char*>(name), size};
}

}  // namespace mintage::loopback
