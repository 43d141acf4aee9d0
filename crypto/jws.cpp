#include "crypto/jws.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <vector>

#include <openssl/rsa.h>

#include "crypto/base64.hpp"
#include "crypto/ecdsa_der.hpp"
#include "crypto/openssl.hpp"
#include "crypto/p256/signer.hpp"

namespace mintage::crypto {

namespace {

/// The longest signature of any key that `signing_key` accepts: RSA with 8192 bits (JWS-03).
constexpr auto signature_max = std::size_t{1024};

using initializer = int (*)(EVP_PKEY_CTX*);

bool is_ecdsa(jws_alg alg) noexcept {
  return alg == jws_alg::es256 || alg == jws_alg::es384;
}

void set_padding(EVP_PKEY_CTX* context, jws_alg alg) {
  const auto padding = alg == jws_alg::ps256 ? RSA_PKCS1_PSS_PADDING : RSA_PKCS1_PADDING;
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
  if (alg == jws_alg::ps256) set_pss(context.get(), method);
  return context;
}

/// Size in octets of a JWS signature by this key.
std::size_t signature_size(const public_key& key) {
  switch (key.alg()) {
    case jws_alg::es256:
    case jws_alg::eddsa:
      return 64;
    case jws_alg::es384:
      return 96;
    case jws_alg::rs256:
    case jws_alg::ps256:
      break;
  }
  return static_cast<std::size_t>(EVP_PKEY_get_size(key.native()));
}

md_ctx_ptr make_message_context() {
  auto context = md_ctx_ptr{EVP_MD_CTX_new()};
  require(context != nullptr, "EVP_MD_CTX_new");
  return context;
}

bool verify_eddsa(const public_key& key, std::string_view text, bytes_view signature) {
  const auto context = make_message_context();
  require(EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key.native()) == 1,
          "EVP_DigestVerifyInit");
  return EVP_DigestVerify(context.get(), signature.data(), signature.size(), as_bytes(text).data(),
                          text.size()) == 1;
}

bool verify_digest(const public_key& key, std::string_view text, bytes_view signature) {
  auto der = ecdsa_der{};
  if (is_ecdsa(key.alg())) {
    der = ecdsa_der_from_raw(signature);
    signature = der.view();
  }
  auto hash = sha2_hasher{hash_of(key.alg())};
  const auto hashed = hash(text);
  const auto context = make_context(key.alg(), key.native(), EVP_PKEY_verify_init);
  return EVP_PKEY_verify(context.get(), signature.data(), signature.size(), hashed.data(),
                         hashed.size()) == 1;
}

}  // namespace

struct jws_signer::impl {
  impl(signing_key k, jws_arithmetic with)
      : key{std::move(k)},
        signature_octets{signature_size(key.public_part())},
        hash{hash_of(key.alg())} {
    if (key.alg() == jws_alg::es256 && with == jws_arithmetic::fastest)
      p256 = std::make_unique<p256_signer>(key);
    else if (key.alg() == jws_alg::eddsa)
      messages = make_message_context();
    else
      digests = make_context(key.alg(), key.native(), EVP_PKEY_sign_init);
  }

  /// Appends header, dot and payload to `d.out`.
  /// @returns the text to sign, a view into `out` that is valid until `out` grows.
  std::string_view begin(const jws_draft& d) const {
    auto& out = *d.out;
    const auto start = out.size();
    out.reserve(start + d.encoded_header.size() + 1 + base64url_size(d.payload.size()) + 1 +
                base64url_size(signature_octets));
    out.append(d.encoded_header);
    out.push_back('.');
    base64url_append(out, as_bytes(d.payload));
    return std::string_view{out}.substr(start);
  }

  static void end(const jws_draft& d, bytes_view signature) {
    d.out->push_back('.');
    base64url_append(*d.out, signature);
  }

  /// @returns the signature, a view into `room`.
  bytes_view sign(std::string_view text, std::span<std::uint8_t, signature_max> room) {
    auto size = room.size();
    if (messages != nullptr) {
      require(EVP_DigestSignInit(messages.get(), nullptr, nullptr, nullptr, key.native()) == 1,
              "EVP_DigestSignInit");
      require(EVP_DigestSign(messages.get(), room.data(), &size, as_bytes(text).data(),
                             text.size()) == 1,
              "EVP_DigestSign");
    } else {
      const auto hashed = hash(text);
      require(EVP_PKEY_sign(digests.get(), room.data(), &size, hashed.data(), hashed.size()) == 1,
              "EVP_PKEY_sign");
    }
    return room.first(size);
  }

  void append_one(const jws_draft& d) {
    std::array<std::uint8_t, signature_max> room;  // not cleared: OpenSSL writes it
    const auto signature = sign(begin(d), room);
    if (!is_ecdsa(key.alg())) return end(d, signature);
    std::array<std::uint8_t, 2 * ecdsa_coordinate_max> octets;
    const auto raw = std::span{octets}.first(signature_octets);
    require(ecdsa_raw_from_der(signature, raw), "ECDSA signature");
    end(d, raw);
  }

  void append_p256(std::span<const jws_draft> drafts) {
    hashes.clear();
    for (const auto& d : drafts) {
      hashes.emplace_back();
      std::ranges::copy(hash(begin(d)), hashes.back().begin());
    }
    signatures.resize(drafts.size());
    p256->sign(hashes, signatures);
    for (auto i = std::size_t{0}; i < drafts.size(); ++i) end(drafts[i], signatures[i]);
  }

  signing_key key;
  std::size_t signature_octets;
  std::unique_ptr<p256_signer> p256;  // for ES256, unless OpenSSL alone signs
  md_ctx_ptr messages;                // for EdDSA
  pkey_ctx_ptr digests;               // for the others
  sha2_hasher hash;
  // Reused by each batch.
  std::vector<digest> hashes;
  std::vector<bytes<64>> signatures;
};

std::string_view to_string(jws_arithmetic a) noexcept {
  switch (a) {
    case jws_arithmetic::fastest:
      return "fastest";
    case jws_arithmetic::openssl:
      break;
  }
  return "openssl";
}

jws_signer::jws_signer(signing_key key, jws_arithmetic with)
    : impl_{std::make_unique<impl>(std::move(key), with)} {}
jws_signer::~jws_signer() = default;
jws_signer::jws_signer(jws_signer&&) noexcept = default;
jws_signer& jws_signer::operator=(jws_signer&&) noexcept = default;

const signing_key& jws_signer::key() const noexcept {
  return impl_->key;
}

void jws_signer::append_compact(std::span<const jws_draft> drafts) {
  if (impl_->p256 != nullptr) return impl_->append_p256(drafts);
  for (const auto& d : drafts) impl_->append_one(d);
}

std::string jose_header(const signing_key& key, std::string_view typ) {
  auto header = std::string{R"({"alg":")"};
  header.append(to_string(key.alg()));
  if (!typ.empty()) header.append(R"(","typ":")").append(typ);
  header.append(R"(","kid":")").append(key.kid()).append(R"("})");
  return base64url(header);
}

bool verify_signature(const public_key& key, std::string_view text, std::string_view signature) {
  if (signature.size() != signature_size(key)) return false;
  const auto octets = as_bytes(signature);
  const auto matches = key.alg() == jws_alg::eddsa ? verify_eddsa(key, text, octets)
                                                   : verify_digest(key, text, octets);
  ERR_clear_error();
  return matches;
}

bool verify_compact(const public_key& key, std::string_view compact) {
  const auto last = compact.rfind('.');
  if (last == compact.npos || std::ranges::count(compact, '.') != 2) return false;
  const auto signature = base64url_decode(compact.substr(last + 1));
  return signature && verify_signature(key, compact.substr(0, last), *signature);
}

}  // namespace mintage::crypto
