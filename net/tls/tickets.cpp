#include "net/tls/tickets.hpp"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/rand.h>

#include <algorithm>
#include <cstring>
#include <new>
#include <span>

#include "net/tls/openssl.hpp"

namespace mintage::net {
namespace {

void fill(std::span<unsigned char> octets) {
  if (RAND_priv_bytes(octets.data(), static_cast<int>(octets.size())) != 1) throw std::bad_alloc{};
}

bool set_mac(EVP_MAC_CTX* mac, ticket_keys::key k) {
  auto digest = std::array{'S', 'H', 'A', '2', '5', '6', '\0'};
  const OSSL_PARAM parameters[] = {
      OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, k.mac.data(), k.mac.size()),
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest.data(), 0),
      OSSL_PARAM_construct_end()};
  return EVP_MAC_CTX_set_params(mac, parameters) == 1;
}

int seal(const ticket_keys::key& k, unsigned char* name, unsigned char* iv, EVP_CIPHER_CTX* cipher,
         EVP_MAC_CTX* mac) {
  const auto is_ready =
      RAND_bytes(iv, EVP_CIPHER_get_iv_length(EVP_aes_256_cbc())) == 1 &&
      EVP_EncryptInit_ex2(cipher, EVP_aes_256_cbc(), k.seal.data(), iv, nullptr) == 1 &&
      set_mac(mac, k);
  if (!is_ready) return -1;
  std::memcpy(name, k.name.data(), k.name.size());
  return 1;
}

/// OpenSSL calls this for the keys of one ticket, then encrypts and authenticates it.
/// @returns 1, or 2 when the peer should get a new ticket; 0 for an unknown ticket, so that the
///          handshake becomes a full one; -1 on failure.
int on_ticket(SSL* session, unsigned char* name, unsigned char* iv, EVP_CIPHER_CTX* cipher,
              EVP_MAC_CTX* mac, int is_sealing) {
  const auto* keys = static_cast<const ticket_keys*>(SSL_get_app_data(session));
  if (keys == nullptr) return is_sealing != 0 ? -1 : 0;
  const auto& all = keys->all();
  if (is_sealing != 0) return seal(all.front(), name, iv, cipher, mac);
  const auto found = std::find_if(all.begin(), all.end(), [name](const ticket_keys::key& k) {
    return std::memcmp(k.name.data(), name, k.name.size()) == 0;
  });
  if (found == all.end()) return 0;
  const auto is_ready =
      EVP_DecryptInit_ex2(cipher, EVP_aes_256_cbc(), found->seal.data(), iv, nullptr) == 1 &&
      set_mac(mac, *found);
  if (!is_ready) return -1;
  // 2 = issue a new ticket: when this one's key is not the newest, and always in TLS 1.3, whose
  // clients use a ticket once (RFC 8446 §C.4).
  return found == all.begin() && SSL_version(session) != TLS1_3_VERSION ? 1 : 2;
}

}  // namespace

ticket_keys::key::~key() {
  OPENSSL_cleanse(seal.data(), seal.size());
  OPENSSL_cleanse(mac.data(), mac.size());
}

std::shared_ptr<const ticket_keys> ticket_keys::first(moment now) {
  return ticket_keys{}.next(now);
}

bool ticket_keys::is_due(moment now) const noexcept {
  return now - keys_.front().since >= period;
}

std::shared_ptr<const ticket_keys> ticket_keys::next(moment now) const {
  const auto made = std::shared_ptr<ticket_keys>{new ticket_keys};
  made->keys_.reserve(keys_.size() + 1);
  auto& sealing = made->keys_.emplace_back();
  sealing.since = now;
  fill(sealing.name);
  fill(sealing.seal);
  fill(sealing.mac);
  for (const auto& k : keys_) {
    // Its last ticket was issued before its successor began, or now at the latest.
    const auto sealed_until = &k == keys_.data() ? now : (&k - 1)->since;
    if (now - sealed_until < lifetime) made->keys_.push_back(k);
  }
  return made;
}

void ticket_keys::prepare(ssl_ctx_st* context) {
  SSL_CTX_set_timeout(context, std::chrono::seconds{lifetime}.count());
  SSL_CTX_set_tlsext_ticket_key_evp_cb(context, on_ticket);
}

void ticket_keys::install(ssl_st* session, const ticket_keys* keys) {
  SSL_set_app_data(session, const_cast<ticket_keys*>(keys));
}

}  // namespace mintage::net
