#include "bench/harness/proofs.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

#include "crypto/base64.hpp"
#include "crypto/jws.hpp"
#include "crypto/random.hpp"
#include "crypto/signatures/choice.hpp"

namespace mintage::bench {
namespace {

constexpr auto life_s = std::int64_t{300};

crypto::jws_signer make_signer(crypto::signing_key key) {
  const auto with = crypto::signature_backends::choose(crypto::backend_wish::automatic);
  return {std::move(key), with.value_or(crypto::signature_backends{}).make()};
}

}  // namespace

struct proof_maker::impl {
  impl(std::string to, std::string url, crypto::signing_key key)
      : issuer{std::move(to)}, token_url{std::move(url)}, signer{make_signer(std::move(key))} {}

  [[nodiscard]] const crypto::public_key& key() const { return signer.key().public_part(); }
  [[nodiscard]] std::string header(proof_kind kind) const {
    if (kind != proof_kind::dpop) return crypto::jose_header(signer.key(), "");
    return crypto::base64url(
        std::string_view{R"({"typ":"dpop+jwt","alg":"ES256","jwk":)" + key().jwk() + "}"});
  }
  [[nodiscard]] std::string claims(proof_kind kind, const std::string& client_id,
                                   std::int64_t now) {
    auto octets = std::array<std::uint8_t, 16>{};
    random.fill(octets);
    const auto jti = "\"jti\":\"" + crypto::base64url(octets) + "\",\"iat\":" + std::to_string(now);
    if (kind == proof_kind::dpop) return "{" + jti + R"(,"htm":"POST","htu":")" + token_url + "\"}";
    return "{" + jti + ",\"exp\":" + std::to_string(now + life_s) + ",\"aud\":\"" + issuer +
           "\",\"iss\":\"" + client_id + "\",\"sub\":\"" + client_id + "\"}";
  }

  std::string issuer;
  std::string token_url;
  crypto::buffered_random random;
  crypto::jws_signer signer;
};

proof_maker::proof_maker(proof_kind kind, std::string issuer, std::string token_url,
                         std::optional<crypto::signing_key> key)
    : kind_{kind},
      impl_{std::make_unique<impl>(
          std::move(issuer), std::move(token_url),
          key ? std::move(*key) : crypto::signing_key::generate(crypto::jws_alg::es256))} {}
proof_maker::~proof_maker() = default;

std::string proof_maker::jwks() const {
  return "{\"keys\":[" + impl_->key().jwk() + "]}";
}

std::vector<std::string> proof_maker::make(std::string_view client_id, std::size_t count) {
  constexpr auto at_once = std::size_t{64};
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now())
                       .time_since_epoch()
                       .count();
  const auto header = impl_->header(kind_);
  const auto id = std::string{client_id};
  auto out = std::vector<std::string>(count);
  auto claims = std::vector<std::string>{};
  auto drafts = std::vector<crypto::jws_draft>{};
  for (auto first = std::size_t{0}; first < count; first += at_once) {
    claims.clear();
    drafts.clear();
    const auto end = std::min(first + at_once, count);
    for (auto i = first; i < end; ++i) claims.push_back(impl_->claims(kind_, id, now));
    for (auto i = first; i < end; ++i) drafts.push_back({&out[i], header, claims[i - first]});
    impl_->signer.append_compact(drafts);
  }
  return out;
}

}  // namespace mintage::bench
