/// @file
/// The DPoP proofs of a validator's exchanges. (PROTOCOL.md §1.3 rows P14, P17; UIN-02)
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "actors/stages/lives_in_use.hpp"
#include "crypto/digest.hpp"
#include "crypto/jws.hpp"
#include "crypto/root_ring.hpp"
#include "oauth/dpop/nonce.hpp"
#include "oauth/dpop/proof.hpp"
#include "oauth/endpoints.hpp"
#include "service/exchange.hpp"

namespace mintage::actors {

/// Reads a proof before its client is authenticated, and judges it afterwards; the caller verifies
/// the signature in between, with those of the batch. Not thread-safe.
class proof_check {
 public:
  /// @param rules outlive it. @param nonce_keys subkeys of the seal keys (DPO-11). @param lives
  ///        may be null.
  proof_check(const oauth::options& rules, const crypto::subkeys& nonce_keys,
              const lives_in_use* lives);

  /// Where a proof was sent.
  struct place {
    oauth::endpoint at = oauth::endpoint::token;
    /// Of the request, in upper case.
    std::string_view method = "POST";
    /// Whether the client that is named needs nonces where others do not.
    bool needs_nonce = false;
  };

  /// Row P14: sets `x.proof` when there is one. What was found of an earlier round is replaced.
  /// @returns invalid_dpop_proof, or use_dpop_nonce and the nonce in `x.dpop_nonce`.
  [[nodiscard]] std::optional<oauth::denial> read(service::presented_proofs& x, const place& from,
                                                  oauth::instant now);
  /// The signature to verify. @pre `x.proof` is set
  [[nodiscard]] static crypto::jws_check signature_of(const service::presented_proofs& x);

  /// Row P17 for the proof: sets `x.bound_to.jkt`, a new nonce where the one sent grows old, and at
  /// the token endpoint a replay id (DPO-08), also when a later row denies.
  /// @param needs_proof the client's tokens must be bound (DPO-13, FAP-02).
  /// @param is_fapi the client may use the algorithms of its profile alone (FAP-09).
  [[nodiscard]] std::optional<oauth::denial> conclude(service::presented_proofs& x,
                                                      const place& from, bool needs_proof,
                                                      bool is_fapi, oauth::instant now);
  /// UIN-02: the same at userinfo, where the proof must be for the access token. Nothing is
  /// recorded: whoever copies the proof gets the same answer for that minute at most.
  [[nodiscard]] std::optional<oauth::denial> conclude_at_userinfo(service::query_exchange& x,
                                                                  oauth::instant now);

 private:
  [[nodiscard]] oauth::proof_target target_of(const place& from) const;
  [[nodiscard]] std::optional<oauth::denial> judge(service::presented_proofs& x,
                                                   oauth::instant now);

  [[nodiscard]] oauth::seconds max_age() const noexcept {
    return counting_lives(lives_, rules_).dpop_max_age;
  }

  const oauth::options& rules_;
  const lives_in_use* lives_;
  oauth::dpop_nonces nonces_;
  crypto::sha256_hasher hash_;
  /// The URLs of each endpoint in normal form.
  std::array<std::vector<std::string>, oauth::endpoints.size()> urls_;
};

}  // namespace mintage::actors
