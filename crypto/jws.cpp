#include "crypto/jws.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include <openssl/rsa.h>

#include "crypto/base64.hpp"
#include "crypto/ecdsa_der.hpp"
#include "crypto/openssl.hpp"

namespace mintage::crypto {

namespace {

/// The longest signature of any key that `signing_key` lets in: RSA with 8192 bits (JWS-03).
constexpr auto signature_max = std::size_t{1024};

using initializer = int (*)(EVP_PKEY_CTX*);

/// A context that signs or verifies SHA-256 digests as the key's algorithm wants it.
pkey_ctx_ptr make_context(const signing_key& key, initializer init) {
  auto context = pkey_ctx_ptr{EVP_PKEY_CTX_new_from_pkey(nullptr, key.native(), nullptr)};
  require(context != nullptr, "EVP_PKEY_CTX_new_from_pkey");
  require(init(context.get()) == 1, "EVP_PKEY_CTX");
  if (key.alg() == jws_alg::rs256) {
    require(EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_PADDING) == 1,
            "EVP_PKEY_CTX_set_rsa_padding");
  }
  require(EVP_PKEY_CTX_set_signature_md(context.get(), sha256_method()) == 1,
          "EVP_PKEY_CTX_set_signature_md");
  return context;
}

/// Octets of a JWS signature of this key.
std::size_t signature_size(const signing_key& key) {
  return key.alg() == jws_alg::es256 ? std::tuple_size_v<es256_signature>
                                     : static_cast<std::size_t>(EVP_PKEY_get_size(key.native()));
}

}  // namespace

struct jws_signer::impl {
  signing_key key;
  std::size_t signature_octets;
  pkey_ctx_ptr context;
  sha256_hasher hash;
};

jws_signer::jws_signer(signing_key key) {
  auto context = make_context(key, EVP_PKEY_sign_init);
  const auto octets = signature_size(key);
  impl_.reset(new impl{std::move(key), octets, std::move(context), sha256_hasher{}});
}
jws_signer::~jws_signer() = default;
jws_signer::jws_signer(jws_signer&&) noexcept = default;
jws_signer& jws_signer::operator=(jws_signer&&) noexcept = default;

const signing_key& jws_signer::key() const noexcept {
  return impl_->key;
}

void jws_signer::append_compact(std::string& out, std::string_view encoded_header,
                                std::string_view payload) {
  auto& self = *impl_;
  const auto start = out.size();
  out.reserve(start + encoded_header.size() + 1 + base64url_size(payload.size()) + 1 +
              base64url_size(self.signature_octets));
  out.append(encoded_header);
  out.push_back('.');
  base64url_append(out, as_bytes(payload));
  const auto hash = self.hash(std::string_view{out}.substr(start));

  std::array<std::uint8_t, signature_max> buffer;  // not cleared: OpenSSL writes it
  auto size = buffer.size();
  require(EVP_PKEY_sign(self.context.get(), buffer.data(), &size, hash.data(), hash.size()) == 1,
          "EVP_PKEY_sign");
  const auto signature = bytes_view{buffer.data(), size};
  out.push_back('.');
  if (self.key.alg() == jws_alg::es256) {
    const auto raw = es256_raw_from_der(signature);
    require(raw.has_value(), "ECDSA signature");
    base64url_append(out, *raw);
  } else {
    base64url_append(out, signature);
  }
}

std::string jose_header(const signing_key& key, std::string_view typ) {
  auto header = std::string{R"({"alg":")"};
  header.append(to_string(key.alg()));
  if (!typ.empty()) header.append(R"(","typ":")").append(typ);
  header.append(R"(","kid":")").append(key.kid()).append(R"("})");
  return base64url(header);
}

bool verify_compact(const signing_key& key, std::string_view compact) {
  const auto last = compact.rfind('.');
  if (last == compact.npos || std::ranges::count(compact, '.') != 2) return false;
  const auto decoded = base64url_decode(compact.substr(last + 1));
  if (!decoded || decoded->size() != signature_size(key)) return false;
  auto signature = as_bytes(*decoded);
  auto der = es256_der{};
  if (key.alg() == jws_alg::es256) {
    auto raw = es256_signature{};
    std::copy(signature.begin(), signature.end(), raw.begin());
    der = es256_der_from_raw(raw);
    signature = der.view();
  }
  const auto hash = sha256(compact.substr(0, last));
  const auto context = make_context(key, EVP_PKEY_verify_init);
  const auto matches = EVP_PKEY_verify(context.get(), signature.data(), signature.size(),
                                       hash.data(), hash.size()) == 1;
  ERR_clear_error();
  return matches;
}

}  // namespace mintage::crypto
