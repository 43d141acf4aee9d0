#include "net/tls/context.hpp"

#include <array>
#include <ctime>
#include <new>
#include <string>
#include <utility>

#include "net/tls/client_certificates.hpp"
#include "net/tls/openssl.hpp"
#include "net/tls/pem_files.hpp"
#include "net/tls/tickets.hpp"

namespace mintage::net {
namespace {

using errors = std::vector<oauth::config_error>;

/// RFC 9325 §4.2: forward secrecy and AEAD. All suites of TLS 1.3 have both.
constexpr auto suites_of_tls_12 =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:"
    "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:"
    "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";
constexpr auto groups = "X25519:P-256:P-384";
/// At least 112 bits of strength: RSA from 2048 bits on, no SHA-1.
constexpr auto security_level = 2;
/// An answer fits into one record. Smaller records need smaller buffers and are usable earlier.
constexpr auto record_size = 4096;

/// RFC 7301: a peer that offers protocols without this one is refused, which also excludes the
/// octets of other protocols.
int choose_protocol(SSL*, const unsigned char** chosen, unsigned char* chosen_size,
                    const unsigned char* offered, unsigned offered_size, void*) {
  static constexpr auto ours =
      std::array<unsigned char, 9>{8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
  auto* found = static_cast<unsigned char*>(nullptr);
  if (SSL_select_next_proto(&found, chosen_size, ours.data(), ours.size(), offered, offered_size) !=
      OPENSSL_NPN_NEGOTIATED) {
    return SSL_TLSEXT_ERR_ALERT_FATAL;
  }
  *chosen = found;
  return SSL_TLSEXT_ERR_OK;
}

bool apply_rules(SSL_CTX* context, tls_version least) {
  SSL_CTX_set_security_level(context, security_level);
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                   SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);
  // The file holds the chain; without this mode OpenSSL would look for issuers in every handshake.
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_NO_AUTO_CHAIN);
  SSL_CTX_set_read_ahead(context, 1);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_verify(context, SSL_VERIFY_NONE, nullptr);
  SSL_CTX_set_alpn_select_cb(context, choose_protocol, nullptr);
  ticket_keys::prepare(context);
  const auto version = least == tls_version::v1_3 ? TLS1_3_VERSION : TLS1_2_VERSION;
  return SSL_CTX_set_min_proto_version(context, version) == 1 &&
         SSL_CTX_set_max_proto_version(context, TLS1_3_VERSION) == 1 &&
         SSL_CTX_set_cipher_list(context, suites_of_tls_12) == 1 &&
         SSL_CTX_set1_groups_list(context, groups) == 1 &&
         SSL_CTX_set_max_send_fragment(context, record_size) == 1 &&
         // A client that keeps its connection needs one ticket; each costs an encryption and
         // octets.
         SSL_CTX_set_num_tickets(context, 1) == 1 && SSL_CTX_set_max_early_data(context, 0) == 1;
}

std::string text_of_end(const X509& certificate) {
  auto when = std::tm{};
  auto text = std::array<char, 32>{};
  if (ASN1_TIME_to_tm(X509_get0_notAfter(&certificate), &when) != 1) return "unknown";
  return {text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &when)};
}

/// The error of a pair that OpenSSL refused.
oauth::config_error refused_pair(const std::filesystem::path& certificate,
                                 const std::filesystem::path& key, const std::string& prefix) {
  const auto reason = ERR_GET_REASON(ERR_peek_last_error());
  const auto words = openssl_reason();
  if (reason == SSL_R_PRIVATE_KEY_MISMATCH) {
    return {prefix + "key",
            key.string() + ": is not the key of the certificate in " + certificate.string()};
  }
  return {prefix + "certificate", certificate.string() + ": cannot be used: " + words};
}

/// Adds one pair to the context. @param prefix of the config keys that name its files.
tl::expected<certificate_chain, oauth::config_error> add_pair(
    SSL_CTX* context, const std::filesystem::path& certificate, const std::filesystem::path& key,
    const std::string& prefix, bool allow_group_readable) {
  auto chain = read_certificates(certificate);
  if (!chain) {
    return tl::unexpected{oauth::config_error{prefix + "certificate", std::move(chain.error())}};
  }
  const auto secret = read_private_key(key, allow_group_readable);
  if (!secret) return tl::unexpected{oauth::config_error{prefix + "key", secret.error()}};
  auto* issuers = sk_X509_new_null();
  for (const auto& c : chain->issuers) sk_X509_push(issuers, c.get());
  ERR_clear_error();
  const auto is_taken =
      SSL_CTX_use_cert_and_key(context, chain->leaf.get(), secret->get(), issuers, 1) == 1;
  sk_X509_free(issuers);
  if (!is_taken) return tl::unexpected{refused_pair(certificate, key, prefix)};
  return std::move(*chain);
}

}  // namespace

tls_context::tls_context() : context_{SSL_CTX_new(TLS_server_method())} {
  if (context_ == nullptr) throw std::bad_alloc{};
}

tls_context::~tls_context() {
  SSL_CTX_free(context_);
}

tl::expected<std::shared_ptr<const tls_context>, errors> tls_context::load(const tls_options& o,
                                                                           std::string_view section,
                                                                           bool asks) {
  const auto made = std::shared_ptr<tls_context>{new tls_context};
  if (!apply_rules(made->context_, o.min_version)) throw std::bad_alloc{};
  const auto name = std::string{section};
  auto found = errors{};
  auto kinds = std::vector<int>{};
  const auto add = [&](const std::filesystem::path& certificate, const std::filesystem::path& key,
                       const char* prefix) {
    auto chain = add_pair(made->context_, certificate, key, name + prefix, o.allow_group_readable);
    if (!chain) return found.push_back(std::move(chain.error()));
    made->certificates_.push_back({name, certificate, text_of_end(*chain->leaf)});
    made->ends_.push_back({name + prefix + "certificate", end_of(*chain)});
    kinds.push_back(EVP_PKEY_get_base_id(X509_get0_pubkey(chain->leaf.get())));
  };
  add(o.certificate, o.key, ".");
  if (!o.second_certificate.empty()) {
    add(o.second_certificate, o.second_key, ".second_");
    // OpenSSL stores one certificate of each kind: it would drop the first.
    if (kinds.size() == 2 && kinds[0] == kinds[1]) {
      found.push_back({name + ".second_certificate",
                       o.second_certificate.string() + ": is of the same kind as that in " +
                           o.certificate.string() + "; one must be ECDSA, the other RSA"});
    }
  }
  made->asks_ = asks && o.client_certificates == client_certificates::optional;
  if (made->asks_) {
    for (auto& e : ask_for_certificates(made->context_, o, name + ".", made->ends_))
      found.push_back(std::move(e));
  }
  if (!found.empty()) return tl::unexpected{std::move(found)};
  return made;
}

}  // namespace mintage::net
