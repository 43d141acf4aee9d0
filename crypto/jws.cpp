#include "crypto/jws.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "crypto/base64.hpp"
#include "crypto/signatures/openssl_backend.hpp"

namespace mintage::crypto {

struct jws_signer::impl {
  impl(signing_key k, std::unique_ptr<signature_backend> with)
      : key{std::move(k)},
        backend{std::move(with)},
        prepared{backend->prepare(key)},
        signature_octets{signature_size(key.public_part())},
        hash{hash_of(key.alg())} {}

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

  lane_use append(std::span<const jws_draft> drafts) {
    jobs.clear();
    digests.clear();
    digests.reserve(drafts.size());  // `jobs` has views of them
    signatures.resize(drafts.size() * signature_octets);
    for (const auto& d : drafts) {
      const auto text = begin(d);
      const auto at = std::span{signatures}.subspan(jobs.size() * signature_octets);
      jobs.push_back({prepared.get(), message_of(text), at.first(signature_octets)});
    }
    const auto use = backend->sign(jobs);
    for (auto i = std::size_t{0}; i < drafts.size(); ++i) {
      drafts[i].out->push_back('.');
      base64url_append(*drafts[i].out, jobs[i].signature);
    }
    return use;
  }

  bytes_view message_of(std::string_view text) {
    if (key.alg() == jws_alg::eddsa) return as_bytes(text);
    const auto hashed = hash(text);
    auto& kept = digests.emplace_back();
    std::ranges::copy(hashed, kept.begin());
    return std::span{kept}.first(hashed.size());
  }

  signing_key key;
  std::unique_ptr<signature_backend> backend;
  std::unique_ptr<prepared_key> prepared;
  std::size_t signature_octets;
  sha2_hasher hash;
  // Reused by each batch.
  std::vector<bytes<64>> digests;
  std::vector<std::uint8_t> signatures;
  std::vector<sign_job> jobs;
};

jws_signer::jws_signer(signing_key key)
    : jws_signer{std::move(key), std::make_unique<openssl_backend>()} {}
jws_signer::jws_signer(signing_key key, std::unique_ptr<signature_backend> with)
    : impl_{std::make_unique<impl>(std::move(key), std::move(with))} {}
jws_signer::~jws_signer() = default;
jws_signer::jws_signer(jws_signer&&) noexcept = default;
jws_signer& jws_signer::operator=(jws_signer&&) noexcept = default;

const signing_key& jws_signer::key() const noexcept {
  return impl_->key;
}

lane_use jws_signer::append_compact(std::span<const jws_draft> drafts) {
  return impl_->append(drafts);
}

std::string jose_header(const signing_key& key, std::string_view typ) {
  auto header = std::string{R"({"alg":")"};
  header.append(to_string(key.alg()));
  if (!typ.empty()) header.append(R"(","typ":")").append(typ);
  header.append(R"(","kid":")").append(key.kid()).append(R"("})");
  return base64url(header);
}

bool verify_signature(const public_key& key, std::string_view text, std::string_view signature) {
  if (key.alg() == jws_alg::eddsa)
    return verify_by_openssl(key, as_bytes(text), as_bytes(signature));
  auto hash = sha2_hasher{hash_of(key.alg())};
  return verify_by_openssl(key, hash(text), as_bytes(signature));
}

struct jws_verifier::impl {
  explicit impl(std::unique_ptr<signature_backend> with) : backend{std::move(with)} {}

  bytes_view message_of(const jws_check& check) {
    if (check.key->alg() == jws_alg::eddsa) return as_bytes(check.text);
    auto& hash = hashers[static_cast<std::size_t>(hash_of(check.key->alg()))];
    const auto hashed = hash(check.text);
    auto& kept = digests.emplace_back();
    std::ranges::copy(hashed, kept.begin());
    return std::span{kept}.first(hashed.size());
  }

  std::unique_ptr<signature_backend> backend;
  std::array<sha2_hasher, sha2s.size()> hashers{
      sha2_hasher{sha2::sha256}, sha2_hasher{sha2::sha384}, sha2_hasher{sha2::sha512}};  // by sha2
  // Reused by each batch.
  std::vector<bytes<64>> digests;
  std::vector<verify_job> jobs;
};

jws_verifier::jws_verifier(std::unique_ptr<signature_backend> with)
    : impl_{std::make_unique<impl>(std::move(with))} {}
jws_verifier::~jws_verifier() = default;
jws_verifier::jws_verifier(jws_verifier&&) noexcept = default;
jws_verifier& jws_verifier::operator=(jws_verifier&&) noexcept = default;

void jws_verifier::verify(std::span<jws_check> batch) {
  auto& jobs = impl_->jobs;
  impl_->digests.clear();
  impl_->digests.reserve(batch.size());  // `jobs` has views of them
  jobs.clear();
  for (const auto& check : batch)
    jobs.push_back({check.key, impl_->message_of(check), as_bytes(check.signature)});
  impl_->backend->verify(jobs);
  for (auto i = std::size_t{0}; i < batch.size(); ++i) batch[i].is_valid = jobs[i].is_valid;
}

bool verify_compact(const public_key& key, std::string_view compact) {
  const auto last = compact.rfind('.');
  if (last == compact.npos || std::ranges::count(compact, '.') != 2) return false;
  const auto signature = base64url_decode(compact.substr(last + 1));
  return signature && verify_signature(key, compact.substr(0, last), *signature);
}

}  // namespace mintage::crypto
