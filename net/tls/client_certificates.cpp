#include "net/tls/client_certificates.hpp"

#include <algorithm>
#include <array>
#include <new>
#include <string_view>

#include "net/tls/pem_files.hpp"

namespace mintage::net {
namespace {

using crypto::chain_verdict;
using errors = std::vector<oauth::config_error>;

/// Octets of all certificates that a peer may send.
constexpr auto largest_chain = 32 * 1024;
constexpr auto deepest_chain = 8;
/// As for the server's own key: bits of strength.
constexpr auto least_strength = 112;

struct judged {
  long error;
  chain_verdict verdict;
};
constexpr auto verdicts = std::array{
    judged{X509_V_OK, chain_verdict::verified},
    judged{X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT, chain_verdict::unknown_issuer},
    judged{X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY, chain_verdict::unknown_issuer},
    judged{X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE, chain_verdict::unknown_issuer},
    judged{X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT, chain_verdict::unknown_issuer},
    judged{X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN, chain_verdict::unknown_issuer},
    judged{X509_V_ERR_CERT_UNTRUSTED, chain_verdict::unknown_issuer},
    judged{X509_V_ERR_CERT_SIGNATURE_FAILURE, chain_verdict::unknown_issuer},
    judged{X509_V_ERR_CERT_HAS_EXPIRED, chain_verdict::expired},
    judged{X509_V_ERR_CERT_NOT_YET_VALID, chain_verdict::expired},
    judged{X509_V_ERR_CERT_REVOKED, chain_verdict::revoked},
    judged{X509_V_ERR_UNABLE_TO_GET_CRL, chain_verdict::no_current_list},
    judged{X509_V_ERR_UNABLE_TO_GET_CRL_ISSUER, chain_verdict::no_current_list},
    judged{X509_V_ERR_UNABLE_TO_DECRYPT_CRL_SIGNATURE, chain_verdict::no_current_list},
    judged{X509_V_ERR_CRL_SIGNATURE_FAILURE, chain_verdict::no_current_list},
    judged{X509_V_ERR_CRL_HAS_EXPIRED, chain_verdict::no_current_list},
    judged{X509_V_ERR_CRL_NOT_YET_VALID, chain_verdict::no_current_list},
};

chain_verdict verdict_of(long error) noexcept {
  const auto found = std::find_if(verdicts.begin(), verdicts.end(),
                                  [error](const judged& j) { return j.error == error; });
  return found == verdicts.end() ? chain_verdict::unfit : found->verdict;
}

/// OpenSSL calls this with what the peer sent, and stores the error of `chain` as the verdict.
/// @returns 0 to end the handshake.
int judge_chain(X509_STORE_CTX* chain, void*) {
  const auto* key = X509_get0_pubkey(X509_STORE_CTX_get0_cert(chain));
  if (key == nullptr || EVP_PKEY_get_security_bits(key) < least_strength) {
    X509_STORE_CTX_set_error(chain, X509_V_ERR_EE_KEY_TOO_SMALL);
    return 0;
  }
  if (X509_verify_cert(chain) != 1 && X509_STORE_CTX_get_error(chain) == X509_V_OK)
    X509_STORE_CTX_set_error(chain, X509_V_ERR_UNSPECIFIED);
  ERR_clear_error();
  // Its session will not be resumed. TLS 1.2 has promised a ticket by now, which is then ignored.
  auto* session =
      static_cast<SSL*>(X509_STORE_CTX_get_ex_data(chain, SSL_get_ex_data_X509_STORE_CTX_idx()));
  SSL_set_num_tickets(session, 0);
  return 1;
}

/// OpenSSL calls this with each ticket that it has tried to decrypt.
SSL_TICKET_RETURN choose_ticket(SSL*, SSL_SESSION* resumed, const unsigned char*, std::size_t,
                                SSL_TICKET_STATUS status, void*) {
  const auto is_usable = status == SSL_TICKET_SUCCESS || status == SSL_TICKET_SUCCESS_RENEW;
  if (!is_usable || SSL_SESSION_get0_peer(resumed) != nullptr)
    return SSL_TICKET_RETURN_IGNORE_RENEW;
  return status == SSL_TICKET_SUCCESS ? SSL_TICKET_RETURN_USE : SSL_TICKET_RETURN_USE_RENEW;
}

/// Adds the authorities and the revocation lists of the files.
errors fill(X509_STORE* store, const tls_options& o, const std::string& prefix,
            std::vector<file_end>& ends) {
  auto found = errors{};
  if (!o.client_ca.empty()) {
    const auto authorities = read_certificates(o.client_ca);
    if (!authorities) return {{prefix + "client_ca", authorities.error()}};
    X509_STORE_add_cert(store, authorities->leaf.get());
    for (const auto& a : authorities->issuers) X509_STORE_add_cert(store, a.get());
    ends.push_back({prefix + "client_ca", end_of(*authorities)});
  }
  if (!o.client_crl.empty()) {
    const auto lists = read_revocation_lists(o.client_crl);
    if (!lists) return {{prefix + "client_crl", lists.error()}};
    for (const auto& l : *lists) X509_STORE_add_crl(store, l.get());
    ends.push_back({prefix + "client_crl", end_of(*lists)});
    X509_STORE_set_flags(store, X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL);
  }
  ERR_clear_error();  // of certificates that were in the store already
  return found;
}

}  // namespace

errors ask_for_certificates(SSL_CTX* context, const tls_options& o, const std::string& prefix,
                            std::vector<file_end>& ends) {
  const auto store = store_ptr{X509_STORE_new()};
  if (!store) throw std::bad_alloc{};
  // Each certificate of the file is trusted, an intermediate authority without its root too.
  X509_STORE_set_flags(store.get(), X509_V_FLAG_PARTIAL_CHAIN);
  auto found = fill(store.get(), o, prefix, ends);
  SSL_CTX_set1_verify_cert_store(context, store.get());
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_verify_depth(context, deepest_chain);
  SSL_CTX_set_cert_verify_callback(context, judge_chain, nullptr);
  SSL_CTX_set_max_cert_list(context, largest_chain);
  SSL_CTX_set_session_ticket_cb(context, nullptr, choose_ticket, nullptr);
  // Without a name of its own such a context refuses to resume any session.
  static constexpr auto name = std::string_view{"mintage"};
  SSL_CTX_set_session_id_context(context, reinterpret_cast<const unsigned char*>(name.data()),
                                 static_cast<unsigned>(name.size()));
  return found;
}

std::shared_ptr<const crypto::certificate> presented_certificate(const SSL* session) {
  const auto* native = SSL_get0_peer_certificate(session);
  if (native == nullptr) return nullptr;
  unsigned char* octets = nullptr;
  const auto size = i2d_X509(native, &octets);
  if (size <= 0) return nullptr;
  const auto der =
      std::string_view{reinterpret_cast<const char*>(octets), static_cast<std::size_t>(size)};
  auto read = crypto::certificate::read(der, verdict_of(SSL_get_verify_result(session)));
  OPENSSL_free(octets);
  if (!read) return nullptr;
  return std::make_shared<const crypto::certificate>(std::move(*read));
}

}  // namespace mintage::net
