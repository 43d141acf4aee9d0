/// @file
/// Owners that free OpenSSL's objects, and OpenSSL's failures as exceptions. For crypto/*.cpp only.
#pragma once

#include <memory>
#include <span>

#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/x509.h>

#include "crypto/digest.hpp"

namespace mintage::crypto {

template <auto Free>
struct freed_by {
  template <class T>
  void operator()(T* object) const noexcept {
    Free(object);
  }
};

using md_ctx_ptr = std::unique_ptr<EVP_MD_CTX, freed_by<EVP_MD_CTX_free>>;
using mac_ptr = std::unique_ptr<EVP_MAC, freed_by<EVP_MAC_free>>;
using mac_ctx_ptr = std::unique_ptr<EVP_MAC_CTX, freed_by<EVP_MAC_CTX_free>>;
using kdf_ptr = std::unique_ptr<EVP_KDF, freed_by<EVP_KDF_free>>;
using kdf_ctx_ptr = std::unique_ptr<EVP_KDF_CTX, freed_by<EVP_KDF_CTX_free>>;
using cipher_ctx_ptr = std::unique_ptr<EVP_CIPHER_CTX, freed_by<EVP_CIPHER_CTX_free>>;
using pkey_ptr = std::unique_ptr<EVP_PKEY, freed_by<EVP_PKEY_free>>;
using pkey_ctx_ptr = std::unique_ptr<EVP_PKEY_CTX, freed_by<EVP_PKEY_CTX_free>>;
using bignum_ptr = std::unique_ptr<BIGNUM, freed_by<BN_free>>;
using pkcs8_ptr = std::unique_ptr<PKCS8_PRIV_KEY_INFO, freed_by<PKCS8_PRIV_KEY_INFO_free>>;

/// Throws std::runtime_error with `what` and OpenSSL's reason. Empties the thread's error queue.
[[noreturn]] void throw_openssl_failure(const char* what);

/// For calls that fail only when the library is broken or out of memory. Throws like
/// `throw_openssl_failure`.
inline void require(bool succeeded, const char* what) {
  if (!succeeded) [[unlikely]] {
    throw_openssl_failure(what);
  }
}

/// The method of a SHA-2 function, fetched once per process: an implicit fetch on every use costs
/// more than a short hash.
[[nodiscard]] const EVP_MD* sha2_method(sha2 which);

/// Writes a number in words of 64 bits, the least significant first.
/// @pre the number is not longer.
void write_words(const BIGNUM* number, std::span<std::uint64_t> out);

}  // namespace mintage::crypto
