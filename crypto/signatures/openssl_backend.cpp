#include "crypto/signatures/openssl_backend.hpp"

#include <array>

#include <openssl/rsa.h>

#include "crypto/ecdsa_der.hpp"
#include "crypto/openssl.hpp"

namespace mintage::crypto {

namespace {

using initializer = int (*)(EVP_PKEY_CTX*);

bool is_ecdsa(jws_alg alg) noexcept {
  return row_of(alg).scheme == jws_scheme::ecdsa;
}

bool is_pss(jws_alg alg) noexcept {
  return row_of(alg).scheme == jws_scheme::rsa_pss;
}

void set_padding(EVP_PKEY_CTX* context, jws_alg alg) {
  const auto padding = is_pss(alg) ? RSA_PKCS1_PSS_PADDING : RSA_PKCS1_PADDING;
  require(EVP_PKEY_CTX_set_rsa_padding(context, padding) == 1, "EVP_PKEY_CTX_set_rsa_padding");
}

/// JWS-04. The salt length is exact for verification too; it is not taken from the signature.
void set_pss(EVP_PKEY_CTX* context, const EVP_MD* method) {
  require(EVP_PKEY_CTX_set_rsa_mgf1_md(context, method) == 1, "EVP_PKEY_CTX_set_rsa_mgf1_md");
  require(EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_DIGEST) == 1,
          "EVP_PKEY_CTX_set_rsa_pss_saltlen");
}

/// A context that signs or verifies digests by `alg`.
/// @pre the algorithm is not EdDSA, which does not take digests.
pkey_ctx_ptr make_context(jws_alg alg, EVP_PKEY* key, initializer init) {
  auto context = pkey_ctx_ptr{EVP_PKEY_CTX_new_from_pkey(nullptr, key, nullptr)};
  require(context != nullptr, "EVP_PKEY_CTX_new_from_pkey");
  require(init(context.get()) == 1, "EVP_PKEY_CTX");
  const auto* method = sha2_method(hash_of(alg));
  if (!is_ecdsa(alg)) set_padding(context.get(), alg);
  require(EVP_PKEY_CTX_set_signature_md(context.get(), method) == 1,
          "EVP_PKEY_CTX_set_signature_md");
  if (is_pss(alg)) set_pss(context.get(), method);
  return context;
}

md_ctx_ptr make_message_context() {
  auto context = md_ctx_ptr{EVP_MD_CTX_new()};
  require(context != nullptr, "EVP_MD_CTX_new");
  return context;
}

struct openssl_key final : prepared_key {
  explicit openssl_key(const signing_key& k) : key{k} {
    if (key.alg() == jws_alg::eddsa)
      messages = make_message_context();
    else
      digests = make_context(key.alg(), key.native(), EVP_PKEY_sign_init);
  }

  signing_key key;
  md_ctx_ptr messages;   // for EdDSA
  pkey_ctx_ptr digests;  // for the others
};

void sign_text(const openssl_key& with, const sign_job& job) {
  auto size = job.signature.size();
  require(
      EVP_DigestSignInit(with.messages.get(), nullptr, nullptr, nullptr, with.key.native()) == 1 &&
          EVP_DigestSign(with.messages.get(), job.signature.data(), &size, job.message.data(),
                         job.message.size()) == 1 &&
          size == job.signature.size(),
      "EVP_DigestSign");
}

void sign_digest(const openssl_key& with, const sign_job& job) {
  const auto sign = [&](std::span<std::uint8_t> out) {
    auto size = out.size();
    require(EVP_PKEY_sign(with.digests.get(), out.data(), &size, job.message.data(),
                          job.message.size()) == 1,
            "EVP_PKEY_sign");
    return size;
  };
  if (!is_ecdsa(with.key.alg()))
    return require(sign(job.signature) == job.signature.size(), "EVP_PKEY_sign");
  std::array<std::uint8_t, ecdsa_der_max> der;  // not cleared: OpenSSL writes it
  const auto size = sign(der);
  require(ecdsa_raw_from_der(std::span{der}.first(size), job.signature), "ECDSA signature");
}

bool verify_text(const public_key& key, bytes_view text, bytes_view signature) {
  const auto context = make_message_context();
  require(EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key.native()) == 1,
          "EVP_DigestVerifyInit");
  return EVP_DigestVerify(context.get(), signature.data(), signature.size(), text.data(),
                          text.size()) == 1;
}

bool verify_digest(const public_key& key, bytes_view hashed, bytes_view signature) {
  auto der = ecdsa_der{};
  if (is_ecdsa(key.alg())) {
    der = ecdsa_der_from_raw(signature);
    signature = der.view();
  }
  const auto context = make_context(key.alg(), key.native(), EVP_PKEY_verify_init);
  return EVP_PKEY_verify(context.get(), signature.data(), signature.size(), hashed.data(),
                         hashed.size()) == 1;
}

}  // namespace

bool verify_by_openssl(const public_key& key, bytes_view message, bytes_view signature) {
  if (signature.size() != key.signature_size() || key.native() == nullptr) return false;
  const auto matches = key.alg() == jws_alg::eddsa ? verify_text(key, message, signature)
                                                   : verify_digest(key, message, signature);
  ERR_clear_error();
  return matches;
}

std::unique_ptr<prepared_key> openssl_backend::prepare(const signing_key& key) {
  return std::make_unique<openssl_key>(key);
}

lane_use openssl_backend::sign(std::span<const sign_job> batch) {
  for (const auto& job : batch) {
    const auto& with = static_cast<const openssl_key&>(*job.key);
    if (with.messages != nullptr)
      sign_text(with, job);
    else
      sign_digest(with, job);
  }
  return {};
}

void openssl_backend::verify(std::span<verify_job> batch) {
  for (auto& job : batch) job.is_valid = verify_by_openssl(*job.key, job.message, job.signature);
}

}  // namespace mintage::crypto
