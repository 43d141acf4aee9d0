/// @file
/// Owners that free OpenSSL's objects. For net/tls/*.cpp only.
#pragma once

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <memory>

namespace mintage::net {

template <auto Free>
struct released_by {
  template <class T>
  void operator()(T* object) const noexcept {
    Free(object);
  }
};

using bio_ptr = std::unique_ptr<BIO, released_by<BIO_free>>;
using ssl_ptr = std::unique_ptr<SSL, released_by<SSL_free>>;
using ssl_ctx_ptr = std::unique_ptr<SSL_CTX, released_by<SSL_CTX_free>>;
using private_key_ptr = std::unique_ptr<EVP_PKEY, released_by<EVP_PKEY_free>>;
using revocation_list_ptr = std::unique_ptr<X509_CRL, released_by<X509_CRL_free>>;
using store_ptr = std::unique_ptr<X509_STORE, released_by<X509_STORE_free>>;
using certificate_ptr = std::unique_ptr<X509, released_by<X509_free>>;

}  // namespace mintage::net
