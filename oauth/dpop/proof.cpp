#include "oauth/dpop/proof.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "crypto/base64.hpp"
#include "crypto/jwk.hpp"
#include "oauth/denial_reasons.hpp"
#include "oauth/dpop/target_uri.hpp"
#include "oauth/options.hpp"
#include "oauth/request/json_reader.hpp"
#include "oauth/token/presented_jwt.hpp"

namespace mintage::oauth {
namespace {

constexpr auto max_jti = std::size_t{256};

/// A NumericDate, which may have fractions. @see RFC 7519 §2
std::optional<instant> date_of(double since_1970) noexcept {
  // Far beyond every date; keeps the conversion in range.
  constexpr auto most = 1e11;
  if (!std::isfinite(since_1970) || std::abs(since_1970) > most) return std::nullopt;
  return instant{milliseconds{static_cast<std::int64_t>(since_1970 * 1000)}};
}

refusal malformed_claims() {
  return deny(errc::invalid_dpop_proof, "the DPoP proof needs jti, htm, htu and iat",
              "DPoP proof lacks jti, htm, htu or iat, or one is malformed (DPO-04)");
}

/// Reads a date that may be absent. @returns false when it is no date.
bool read_date(const json_object& claims, std::string_view name, std::optional<instant>& to) {
  if (!claims.has(name)) return true;
  const auto date = claims.number(name);
  if (date) to = date_of(*date);
  return to.has_value();
}

/// Reads a text that may be absent. @returns false when it is no text.
bool read_text(const json_object& claims, std::string_view name, std::optional<std::string>& to) {
  if (!claims.has(name)) return true;
  const auto text = claims.string(name);
  if (text) to = *text;
  return text.has_value();
}

/// DPO-04 to DPO-06.
result<void> read_claims(std::string_view payload, const proof_target& target, dpop_proof& to) {
  const auto claims = read_jwt_claims(payload);
  if (!claims) return malformed_claims();
  const auto jti = claims->string("jti").value_or("");
  const auto htm = claims->string("htm");
  const auto htu = claims->string("htu");
  auto issued = std::optional<instant>{};
  if (jti.empty() || jti.size() > max_jti || !htm || !htu || !read_date(*claims, "iat", issued) ||
      !issued || !read_date(*claims, "exp", to.expires) ||
      !read_date(*claims, "nbf", to.not_before) || !read_text(*claims, "nonce", to.nonce) ||
      !read_text(*claims, "ath", to.ath)) {
    return malformed_claims();
  }
  if (*htm != target.method) {
    return deny(errc::invalid_dpop_proof, "htm of the DPoP proof is not the method of the request",
                "DPoP proof for another method (DPO-05)");
  }
  if (!names_target(*htu, target.urls)) {
    return deny(errc::invalid_dpop_proof, "htu of the DPoP proof is not the URL of this endpoint",
                "DPoP proof for another URL (DPO-06)");
  }
  to.jti = jti;
  to.issued = *issued;
  return {};
}

/// DPO-02, DPO-03. @returns the key for the algorithm that the proof names, and its thumbprint.
result<std::pair<crypto::public_key, crypto::digest>> read_key(const presented_jwt& jwt) {
  if (!jwt.has_typ("dpop+jwt")) {
    return deny(errc::invalid_dpop_proof, "typ of the DPoP proof must be dpop+jwt",
                "DPoP proof of another typ (DPO-02)");
  }
  const auto alg = crypto::parse_jws_alg(jwt.alg());
  if (!alg || std::ranges::find(proof_algs, *alg, &proof_alg::id) == proof_algs.end()) {
    return deny(errc::invalid_dpop_proof, "alg of the DPoP proof is not supported",
                "DPoP proof with an alg that is not supported (DPO-02)");
  }
  const auto text = jwt.header.object("jwk");
  if (!text) {
    return deny(errc::invalid_dpop_proof, "the DPoP proof needs a jwk in its header",
                "DPoP proof without a jwk (DPO-03)");
  }
  const auto jwk = crypto::jwk::read(*text);
  if (!jwk) {
    return deny(errc::invalid_dpop_proof, "jwk of the DPoP proof is not a sound public key",
                "DPoP proof with a jwk that is no sound public key (DPO-03)");
  }
  auto key = jwk->key_for(*alg);
  if (!key) {
    return deny(errc::invalid_dpop_proof, "jwk of the DPoP proof is not a key for its alg",
                "DPoP proof with a jwk that does not fit its alg (DPO-03)");
  }
  return std::pair{std::move(*key), jwk->thumbprint()};
}

}  // namespace

std::vector<std::string_view> proof_alg_names(client_profile p) {
  auto names = std::vector<std::string_view>{};
  for (const auto& alg : proof_algs) {
    if (p == client_profile::fapi2 && !alg.is_in_fapi) continue;
    names.push_back(crypto::to_string(alg.id));
    // The name that RFC 9864 gives the only curve of EdDSA here.
    if (alg.id == crypto::jws_alg::eddsa) names.emplace_back("Ed25519");
  }
  return names;
}

result<dpop_proof> read_proof(std::string_view field, bool is_repeated,
                              const proof_target& target) {
  if (is_repeated || field.find(',') != field.npos) {
    return deny(errc::invalid_dpop_proof, "a request has one DPoP proof",
                "more than one DPoP proof (DPO-01)");
  }
  if (field.size() > max_proof_size) {
    return deny(errc::invalid_dpop_proof, "the DPoP proof is longer than 8 KiB",
                "DPoP proof is longer than 8 KiB (DPO-02)");
  }
  auto jwt = read_presented_jwt(field);
  if (!jwt) {
    return deny(errc::invalid_dpop_proof, "the DPoP proof is not a compact JWS",
                "DPoP proof is not a compact JWS (DPO-02)");
  }
  auto key = read_key(*jwt);
  if (!key) return refusal{key.error()};
  auto proof = dpop_proof{.key = std::move(key->first),
                          .jkt = key->second,
                          .signed_text = jwt->signed_text,
                          .signature = std::move(jwt->signature),
                          .jti = {}};
  if (const auto read = read_claims(jwt->payload, target, proof); !read) {
    return refusal{read.error()};
  }
  return proof;
}

result<void> check_proof_nonce(dpop_proof& p, dpop_nonces& nonces, instant now) {
  constexpr auto description = "the DPoP proof needs the nonce of DPoP-Nonce";
  if (!p.nonce) {
    return deny(errc::use_dpop_nonce, description,
                "DPoP proof without the nonce that is required (DPO-11)");
  }
  const auto age = nonces.age_of(*p.nonce, now);
  if (age == dpop_nonces::age::stale) {
    return deny(errc::use_dpop_nonce, description,
                "DPoP proof with a nonce that is stale or unknown (DPO-11)");
  }
  p.nonce_age = age;
  return {};
}

result<void> check_proof_time(const dpop_proof& p, instant now, seconds max_age) {
  if (!p.nonce_age && (p.issued < now - max_age || p.issued > now + clock_skew)) {
    return deny(errc::invalid_dpop_proof, "iat of the DPoP proof is too old or in the future",
                "DPoP proof issued too long ago or in the future (DPO-07)");
  }
  const auto is_over = p.expires && *p.expires <= now - clock_skew;
  const auto is_early = p.not_before && *p.not_before > now + clock_skew;
  if (is_over || is_early) {
    return deny(errc::invalid_dpop_proof, "the DPoP proof has expired or is not valid yet",
                "DPoP proof expired or not valid yet (DPO-07)");
  }
  return {};
}

result<void> check_proof_of_token(const dpop_proof& p, std::string_view access_token,
                                  crypto::sha256_hasher& hash) {
  if (p.ath && *p.ath == crypto::base64url(hash(access_token))) return {};
  return deny(errc::invalid_dpop_proof, "ath of the DPoP proof is not that of the access token",
              "DPoP proof without ath, or for another access token (UIN-02)");
}

replay_id replay_id_of(const dpop_proof& p, const proof_target& target, seconds max_age,
                       crypto::sha256_hasher& hash) {
  const auto name = name_replay_id(replay_kind::dpop_proof,
                                   {target.urls.front(), crypto::as_chars(p.jkt), p.jti}, hash);
  const auto life = p.nonce_age ? dpop_nonces::life_of(*p.nonce)
                                : dpop_nonces::life{p.issued, p.issued + max_age};
  // When `dpop.nonces` changes, the other test of age says how long the proof is accepted. A
  // nonce that is accepted now is refused in three time slots at the latest.
  auto until = life.until;
  if (p.nonce_age)
    until = std::max(until, std::min(p.issued, until) + max_age);
  else if (p.nonce)
    until += 3 * dpop_nonces::slot_length;
  return {.where = name.where,
          .hash = name.hash,
          .expires = until + clock_skew,
          .when_known = denial{errc::invalid_dpop_proof, "the DPoP proof was used before",
                               "DPoP proof used before (DPO-08)"},
          .usable_from = life.from - clock_skew};
}

bool is_fapi_proof(const dpop_proof& p) noexcept {
  const auto row = std::ranges::find(proof_algs, p.key.alg(), &proof_alg::id);
  return row != proof_algs.end() && row->is_in_fapi;
}

denial proof_is_not_for_fapi() noexcept {
  return {errc::invalid_dpop_proof, "alg of the DPoP proof is not one of the client's profile",
          "DPoP proof with an alg that the FAPI profile forbids (FAP-09)"};
}

denial wrong_proof_signature() noexcept {
  return {errc::invalid_dpop_proof, "the DPoP proof is not signed by its jwk",
          "DPoP proof with a wrong signature (DPO-09)"};
}

denial proof_is_missing() noexcept {
  return {errc::invalid_dpop_proof, "this client needs a DPoP proof",
          "no DPoP proof from a client whose tokens must be bound (DPO-13)"};
}

denial proof_of_token_is_missing() noexcept {
  return {errc::invalid_dpop_proof, "the scheme DPoP needs a DPoP proof",
          "access token in the scheme DPoP without a proof (UIN-02)"};
}

}  // namespace mintage::oauth
