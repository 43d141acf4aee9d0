#include "crypto/digest.hpp"

#include <array>
#include <cassert>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/hmac.h>
#include <openssl/params.h>

#include "crypto/openssl.hpp"

namespace mintage::crypto {

namespace {

/// "SHA256" as a parameter. OSSL_PARAM takes a non-const pointer, through which OpenSSL does not
/// write.
OSSL_PARAM digest_parameter(const char* key) {
  return OSSL_PARAM_construct_utf8_string(key, const_cast<char*>("SHA256"), 0);
}

OSSL_PARAM octets_parameter(const char* key, bytes_view value) {
  return OSSL_PARAM_construct_octet_string(key, const_cast<std::uint8_t*>(value.data()),
                                           value.size());
}

}  // namespace

bool constant_time_equal(bytes_view a, bytes_view b) noexcept {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

bool constant_time_equal(std::string_view a, std::string_view b) noexcept {
  return constant_time_equal(as_bytes(a), as_bytes(b));
}

struct sha256_hasher::impl {
  md_ctx_ptr context;
};

sha256_hasher::sha256_hasher() : impl_{new impl{md_ctx_ptr{EVP_MD_CTX_new()}}} {
  require(impl_->context != nullptr, "EVP_MD_CTX_new");
  require(EVP_DigestInit_ex(impl_->context.get(), sha2_method(sha2::sha256), nullptr) == 1,
          "EVP_DigestInit_ex");
}
sha256_hasher::~sha256_hasher() = default;
sha256_hasher::sha256_hasher(sha256_hasher&&) noexcept = default;
sha256_hasher& sha256_hasher::operator=(sha256_hasher&&) noexcept = default;

digest sha256_hasher::operator()(bytes_view data) {
  begin();
  add(data);
  return end();
}

void sha256_hasher::begin() {
  // Without a method, OpenSSL restarts the context with the method it has.
  require(EVP_DigestInit_ex(impl_->context.get(), nullptr, nullptr) == 1, "EVP_DigestInit_ex");
}

void sha256_hasher::add(bytes_view data) {
  require(EVP_DigestUpdate(impl_->context.get(), data.data(), data.size()) == 1,
          "EVP_DigestUpdate");
}

digest sha256_hasher::end() {
  auto out = digest{};
  require(EVP_DigestFinal_ex(impl_->context.get(), out.data(), nullptr) == 1, "EVP_DigestFinal_ex");
  return out;
}

struct sha2_hasher::impl {
  md_ctx_ptr context;
  bytes<64> out;
};

sha2_hasher::sha2_hasher(sha2 which) : impl_{new impl{md_ctx_ptr{EVP_MD_CTX_new()}, {}}} {
  require(impl_->context != nullptr, "EVP_MD_CTX_new");
  require(EVP_DigestInit_ex(impl_->context.get(), sha2_method(which), nullptr) == 1,
          "EVP_DigestInit_ex");
}
sha2_hasher::~sha2_hasher() = default;
sha2_hasher::sha2_hasher(sha2_hasher&&) noexcept = default;
sha2_hasher& sha2_hasher::operator=(sha2_hasher&&) noexcept = default;

bytes_view sha2_hasher::operator()(std::string_view data) {
  auto* const context = impl_->context.get();
  auto size = 0U;
  // Without a method, OpenSSL restarts the context with the method it has.
  require(EVP_DigestInit_ex(context, nullptr, nullptr) == 1, "EVP_DigestInit_ex");
  require(EVP_DigestUpdate(context, data.data(), data.size()) == 1, "EVP_DigestUpdate");
  require(EVP_DigestFinal_ex(context, impl_->out.data(), &size) == 1, "EVP_DigestFinal_ex");
  return {impl_->out.data(), size};
}

digest sha256(bytes_view data) {
  auto out = digest{};
  require(EVP_Digest(data.data(), data.size(), out.data(), nullptr, sha2_method(sha2::sha256),
                     nullptr) == 1,
          "EVP_Digest");
  return out;
}

bool is_hmac(sha2 which, std::string_view key, std::string_view text, std::string_view mac) {
  auto made = bytes<EVP_MAX_MD_SIZE>{};
  auto size = 0U;
  const auto octets = as_bytes(text);
  require(HMAC(sha2_method(which), key.data(), static_cast<int>(key.size()), octets.data(),
               octets.size(), made.data(), &size) != nullptr,
          "HMAC");
  return constant_time_equal(as_chars(std::span{made}.first(size)), mac);
}

struct hmac_sha256::impl {
  mac_ctx_ptr context;
};

hmac_sha256::hmac_sha256(bytes_view key) {
  assert(key.size() >= 16);
  const auto method = mac_ptr{EVP_MAC_fetch(nullptr, OSSL_MAC_NAME_HMAC, nullptr)};
  require(method != nullptr, "EVP_MAC_fetch");
  impl_.reset(new impl{mac_ctx_ptr{EVP_MAC_CTX_new(method.get())}});
  require(impl_->context != nullptr, "EVP_MAC_CTX_new");
  const auto parameters =
      std::array{digest_parameter(OSSL_MAC_PARAM_DIGEST), OSSL_PARAM_construct_end()};
  require(EVP_MAC_init(impl_->context.get(), key.data(), key.size(), parameters.data()) == 1,
          "EVP_MAC_init");
}
hmac_sha256::~hmac_sha256() = default;
hmac_sha256::hmac_sha256(hmac_sha256&&) noexcept = default;
hmac_sha256& hmac_sha256::operator=(hmac_sha256&&) noexcept = default;

digest hmac_sha256::operator()(bytes_view data) {
  auto* const context = impl_->context.get();
  auto out = digest{};
  // Without a key, OpenSSL restarts the context with the key it has.
  require(EVP_MAC_init(context, nullptr, 0, nullptr) == 1, "EVP_MAC_init");
  require(EVP_MAC_update(context, data.data(), data.size()) == 1, "EVP_MAC_update");
  require(EVP_MAC_final(context, out.data(), nullptr, out.size()) == 1, "EVP_MAC_final");
  return out;
}

digest hkdf_sha256(bytes_view master, std::string_view info) {
  const auto method = kdf_ptr{EVP_KDF_fetch(nullptr, OSSL_KDF_NAME_HKDF, nullptr)};
  require(method != nullptr, "EVP_KDF_fetch");
  const auto context = kdf_ctx_ptr{EVP_KDF_CTX_new(method.get())};
  require(context != nullptr, "EVP_KDF_CTX_new");
  const auto parameters = std::array{
      digest_parameter(OSSL_KDF_PARAM_DIGEST), octets_parameter(OSSL_KDF_PARAM_KEY, master),
      octets_parameter(OSSL_KDF_PARAM_INFO, as_bytes(info)), OSSL_PARAM_construct_end()};
  auto out = digest{};
  require(EVP_KDF_derive(context.get(), out.data(), out.size(), parameters.data()) == 1,
          "EVP_KDF_derive");
  return out;
}

}  // namespace mintage::crypto
