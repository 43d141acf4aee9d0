/// @file
/// DPoP proofs: a JWT that shows possession of a key, for one request. (DPO-01 to DPO-11, UIN-02)
/// @see RFC 9449 §4
#pragma once

#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/key.hpp"
#include "oauth/client/profile.hpp"
#include "oauth/dpop/nonce.hpp"
#include "oauth/replay_id.hpp"
#include "oauth/types.hpp"

namespace mintage::oauth {

/// The longest value of a DPoP header field.
inline constexpr std::size_t max_proof_size = 8 * 1024;

struct proof_alg {
  crypto::jws_alg id;
  /// Whether clients of the FAPI profile may use it (FAP-09).
  bool is_in_fapi = false;
};
/// The algorithms of proofs, in the order of the metadata (DPO-02).
inline constexpr auto proof_algs = std::array{
    proof_alg{crypto::jws_alg::es256, true},  proof_alg{crypto::jws_alg::eddsa, true},
    proof_alg{crypto::jws_alg::ps256, true},  proof_alg{crypto::jws_alg::es384, false},
    proof_alg{crypto::jws_alg::rs256, false},
};
/// Their names, as far as the profile allows them: `dpop_signing_alg_values_supported`.
[[nodiscard]] std::vector<std::string_view> proof_alg_names(
    client_profile p = client_profile::standard);

/// What a proof must name. Views.
struct proof_target {
  /// Of the request, in upper case.
  std::string_view method;
  /// The public URLs of the endpoint in normal form (see `normal_target_uri`), the main one first.
  std::span<const std::string> urls;
};

/// A proof whose form, key and claims are right (row P14). Whether its key has signed it, and when,
/// is a question of row P17.
struct dpop_proof {
  crypto::public_key key;
  /// RFC 7638 thumbprint of the key.
  crypto::digest jkt{};
  std::string_view signed_text;  ///< a view of the header field
  std::string signature;         ///< its octets
  std::string jti;
  instant issued{};
  std::optional<instant> expires{};
  std::optional<instant> not_before{};
  /// Nothing = absent.
  std::optional<std::string> nonce{};
  std::optional<std::string> ath{};
  /// Set where a nonce is required and this one is accepted. It then replaces the test of `iat`.
  std::optional<dpop_nonces::age> nonce_age{};
};

/// Row P14 without the nonce: one field of at most 8 KiB; a compact JWS with typ `dpop+jwt`, an alg
/// of `proof_algs` and a public key that fits it; jti (1 to 256 octets), htm, htu and iat of the
/// right types; htm and htu those of `target`. Pure.
/// @param field the value of the DPoP header field. @param is_repeated it came more than once.
/// @returns views of `field`; invalid_dpop_proof.
[[nodiscard]] result<dpop_proof> read_proof(std::string_view field, bool is_repeated,
                                            const proof_target& target);

/// Row P14, where nonces are required (DPO-11).
/// Sets `nonce_age`.
/// @returns use_dpop_nonce when the nonce is absent, unknown or stale.
[[nodiscard]] result<void> check_proof_nonce(dpop_proof& p, dpop_nonces& nonces, instant now);

/// Row P17: the times (DPO-07).
/// @returns invalid_dpop_proof.
[[nodiscard]] result<void> check_proof_time(const dpop_proof& p, instant now, seconds max_age);

/// UIN-02: whether the proof is for this access token.
/// @returns invalid_dpop_proof when `ath` is absent or that of another token.
[[nodiscard]] result<void> check_proof_of_token(const dpop_proof& p, std::string_view access_token,
                                                crypto::sha256_hasher& hash);

/// Its `jti`, which is unique for URL and key as long as the proof is accepted (DPO-08).
[[nodiscard]] replay_id replay_id_of(const dpop_proof& p, const proof_target& target,
                                     seconds max_age, crypto::sha256_hasher& hash);

/// Whether its algorithm is one of the FAPI profile (FAP-09).
[[nodiscard]] bool is_fapi_proof(const dpop_proof& p) noexcept;

// Denials of row P17.
[[nodiscard]] denial wrong_proof_signature() noexcept;  ///< DPO-09
[[nodiscard]] denial proof_is_not_for_fapi() noexcept;  ///< FAP-09
/// DPO-13, FAP-02: a client whose tokens must be bound has sent no proof.
[[nodiscard]] denial proof_is_missing() noexcept;
/// UIN-02: an access token in the scheme DPoP without a proof.
[[nodiscard]] denial proof_of_token_is_missing() noexcept;

}  // namespace mintage::oauth
