/// @file
/// Client authentication: rows P15 and P16 of the precedence table. (CAU-01 to CAU-10, CAU-12,
/// CAU-13)
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <variant>
#include <vector>

#include "crypto/digest.hpp"
#include "crypto/root_ring.hpp"
#include "crypto/secret.hpp"
#include "oauth/client/assertion.hpp"
#include "oauth/client/registry.hpp"
#include "oauth/client/remote_keys.hpp"
#include "oauth/replay_id.hpp"
#include "oauth/request/token_request.hpp"

namespace mintage::oauth {

/// HMAC of a generated secret under the pepper, in its stored form.
[[nodiscard]] crypto::digest pepper_secret(crypto::hmac_sha256& pepper, std::string_view secret);

/// A slow comparison that must run on a thread for slow work before the client is known.
struct slow_check {
  /// Up to two candidates (decoded and raw secret), each compared with up to two hashes.
  std::vector<std::string> hashes;
  std::vector<crypto::secret_string> candidates;
  /// Identifies (client, record version, secret) under the process key; cached when the secret is
  /// right. Nothing when no secret can be right, above all for an unknown client: the comparison
  /// then need only seem to be made.
  std::optional<crypto::digest> proof;
  /// Whose secret it is; empty without `proof`.
  std::string client_id;
  std::uint64_t incarnation = 0;
};

/// A chosen secret that was right: from now on its HMAC is stored in place of its slow hash, so
/// that it is proven for good, across restarts too.
struct proven_secret {
  std::string client_id;
  std::uint64_t incarnation = 0;
  std::string slow_hash;
  crypto::digest mac{};
};
/// Runs all comparisons; a match does not end the run. Own hashes take 20 to 40 ms each, those of
/// other servers up to a second. Any thread.
/// @returns the secret that was right, or nothing.
[[nodiscard]] std::optional<proven_secret> prove(const slow_check& check,
                                                 crypto::hmac_sha256& pepper);
/// A changed copy that stores the HMAC. The version stays, since nothing else is other than before.
/// @returns nothing when the client has no such secret any more.
[[nodiscard]] std::optional<client> with_proven(const client& before, const proven_secret& proven);

/// A cache of proven imported secrets, as HMACs under a per-process key that cover the client's
/// record version, so a change of the client invalidates them. Bounded, with a time limit.
class proven_secrets {
 public:
  explicit proven_secrets(std::size_t capacity = 65536, seconds life = seconds{3600});
  [[nodiscard]] bool holds(const crypto::digest& proof, instant now) const;
  void remember(const crypto::digest& proof, instant now);

 private:
  struct digest_hash {
    std::size_t operator()(const crypto::digest& d) const noexcept;
  };
  std::size_t capacity_;
  seconds life_;
  std::unordered_map<crypto::digest, instant, digest_hash> until_;
};

/// An assertion whose signature is not verified yet; or a certificate whose keys are to be fetched
/// first, which then fails unless they bring another outcome.
struct pending_assertion {
  client_assertion assertion;
  /// What the candidates are of, unless they are decoys.
  key_set_ptr keys;
  /// The keys of which one must verify the signature; empty when a secret has decided.
  key_candidates candidates;
  /// Why it fails, whatever its signature.
  std::optional<denial> refused;
  /// Whether a secret of the client has verified it.
  bool is_proven = false;
  /// The key set to be fetched before this is decided, unless that was tried already (CAU-10).
  std::optional<wanted_keys> wanted{};
};

/// The end of an authentication by assertion.
struct concluded_assertion {
  result<client_facts> client;
  /// Set when the assertion was right, also where row P16 refuses: it is used up (CAU-07).
  std::optional<replay_id> used;
};

/// The keys of client authentication.
struct auth_keys {
  crypto::digest pepper;          ///< subkey of the seal key, so it survives a restart
  crypto::digest process;         ///< random per process
  crypto::subkeys secret_keys{};  ///< of the seal keys: they open sealed secrets
};

/// Authenticates clients for one validator. Not thread-safe: owns HMAC contexts and a cache.
class client_authenticator {
 public:
  explicit client_authenticator(const auth_keys& keys);

  /// The key sets at clients' jwks_uri, from now on. @pre not null.
  void use(remote_keys_snapshot keys) { remote_keys_ = std::move(keys); }

  /// Authenticates the client of a request.
  /// @returns the client's facts; invalid_client or unauthorized_client; the slow check that must
  ///          run first, whose result goes to `settle`; or the assertion whose signature must be
  ///          verified first, or the certificate that waits for keys, whose result goes to
  ///          `conclude_assertion`. Unknown client, wrong
  ///          secret, wrong method and suspended client give one denial (TOK-21), and cost the same
  ///          (CAU-12).
  using outcome = std::variant<client_facts, denial, slow_check, pending_assertion>;
  [[nodiscard]] outcome authenticate(const client_registry& clients, const token_request& request,
                                     instant now);
  /// The same for endpoints without a grant type: without row P16.
  [[nodiscard]] outcome authenticate(const client_registry& clients,
                                     const presented_credentials& who, instant now);

  /// Completes an authentication after its slow check, with the registry as it is now.
  [[nodiscard]] result<client_facts> settle(const client_registry& clients,
                                            const token_request& request, const slow_check& check,
                                            bool matched, instant now);
  [[nodiscard]] result<client_facts> settle(const client_registry& clients,
                                            const presented_credentials& who,
                                            const slow_check& check, bool matched, instant now);

  /// Completes an authentication after the signatures were verified. The registry may be another
  /// one than before.
  /// @param grant nothing = an endpoint without grant types.
  /// @param is_verified whether one of the candidates verified the signature.
  [[nodiscard]] concluded_assertion conclude_assertion(const client_registry& clients,
                                                       const presented_credentials& who,
                                                       std::optional<grant_type> grant,
                                                       const pending_assertion& pending,
                                                       bool is_verified,
                                                       const assertion_audiences& to, instant now);

 private:
  [[nodiscard]] outcome begin_assertion(const client_registry& clients,
                                        const presented_credentials& who, instant now);
  void find_remote_keys(pending_assertion& p, const client& record, instant now) const;
  [[nodiscard]] const key_set* certificate_keys(const client* c, instant now) const;
  [[nodiscard]] std::optional<pending_assertion> await_certificate_keys(
      const client* c, const presented_credentials& who, instant now) const;
  [[nodiscard]] static result<client_facts> admit_known(const client& c, std::string_view id,
                                                        std::optional<grant_type> grant);
  [[nodiscard]] outcome identify(const client_registry& clients, const presented_credentials& who,
                                 std::optional<grant_type> grant, instant now);
  [[nodiscard]] result<client_facts> conclude(const client_registry& clients,
                                              const presented_credentials& who,
                                              std::optional<grant_type> grant,
                                              const slow_check& check, bool matched, instant now);

  crypto::hmac_sha256 pepper_;
  crypto::hmac_sha256 process_;
  crypto::subkeys secret_keys_;
  crypto::sha256_hasher hash_;
  proven_secrets proven_;
  remote_keys_snapshot remote_keys_ = std::make_shared<const remote_keys>();
};

}  // namespace mintage::oauth
