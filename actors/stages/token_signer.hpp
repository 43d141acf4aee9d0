/// @file
/// The work of the signer: claims, signatures, and the answer's JSON. (§3.3, ATK-01, TOK-14,
/// IDT-03)
#pragma once

#include <span>
#include <string>
#include <vector>

#include "actors/stages/guarded_signer.hpp"
#include "actors/stages/meters.hpp"
#include "crypto/digest.hpp"
#include "crypto/random.hpp"
#include "crypto/root_ring.hpp"
#include "oauth/authorization/url_seal.hpp"
#include "oauth/grant/refresh.hpp"
#include "oauth/token/key_ring.hpp"
#include "service/exchange.hpp"
#include "service/io_thread.hpp"

namespace mintage::actors {

/// What all signers share; outlives them.
struct signer_setup {
  /// The roots of the MAC keys of refresh tokens (RFT-06).
  crypto::root_ring roots;
  const oauth::options& rules;
  const oauth::clock& clock;
  /// One for each member of the pool.
  std::vector<signer_meters>& meters;
  signature_watch watch{};
  /// The I/O threads that the signers run on. Empty: they sign at once, whatever the batch.
  std::vector<service::io_thread*> io_threads{};
  /// The key of what travels through browsers, as that of the validators.
  crypto::subkeys url_keys{};

  /// Whether signing in larger batches costs less.
  [[nodiscard]] bool signs_in_lanes() const noexcept {
    return watch.preferred == crypto::backend_kind::crypto_mb && !io_threads.empty();
  }
};

/// Signs without an actor: tests and benchmarks call it directly. Not thread-safe: owns signing
/// contexts.
class token_signer {
 public:
  /// @param index of the member in the pool.
  token_signer(const signer_setup& setup, std::size_t index);

  /// @throws std::runtime_error when a key cannot be used; then the former keys stay.
  void publish(const oauth::key_snapshot& keys);
  [[nodiscard]] bool has_keys() const noexcept { return !contexts_.empty(); }

  /// Sets `body` of each exchange. An exchange stays unanswered when its client's algorithm has no
  /// active key, or OpenSSL fails to sign with a key that it needs. All access tokens are signed
  /// together, then all ID tokens, which contain their hash. @pre each has `grant`.
  void sign(std::span<const service::token_handle> some);
  /// Signs the `claims` of each: as introspection (INT-03) or as userinfo (UIN-03). An exchange
  /// stays unanswered when OpenSSL fails.
  void sign(std::span<const service::query_handle> some);
  /// Signs the answer to the client of each, and sets the answer (JRM-01). An exchange stays
  /// unanswered when its client's algorithm has no active key, or OpenSSL fails.
  void sign(std::span<const service::authorization_handle> some);

 private:
  /// One active key with its contexts and the headers of its tokens.
  struct context {
    guarded_signer signer;
    std::string access_header;
    std::string id_header;
    std::string introspection_header;
    std::string response_header;  ///< of answers to authorization requests: without `typ`
    /// Whether a signature of the current batch did not verify: nothing of it leaves.
    bool is_withheld = false;
  };
  [[nodiscard]] context* context_for(crypto::jws_alg alg) noexcept;
  /// Null only when there is no key at all.
  [[nodiscard]] context* context_or_first(crypto::jws_alg alg) noexcept;
  /// A token that is not signed yet.
  struct draft {
    context* with = nullptr;  ///< null: there is no token to sign
    bool failed = false;      ///< its exchange stays unanswered
    [[nodiscard]] bool may_leave() const noexcept {
      return !failed && (with == nullptr || !with->is_withheld);
    }
    std::string claims;
    std::string token;
  };
  /// To be called before each batch.
  void begin_batch();
  void choose_keys(const service::token_exchange& x, draft& access, draft& id);
  void write_access_claims(const service::token_exchange& x, draft& access, oauth::instant now);
  void write_answer(service::token_exchange& x, const draft& access, const draft& id);
  void write_answer(service::authorization_exchange& x, const oauth::unsigned_response& wanted,
                    std::string_view jwt, oauth::instant now);
  void sign_drafts(std::span<draft> drafts, std::string context::*header);
  /// Signs `work_` with one key. @returns false when OpenSSL fails: none has a signature.
  [[nodiscard]] bool sign_work(context& with);

  const signer_setup& setup_;
  signer_meters& meters_;
  oauth::key_snapshot keys_;  ///< that `contexts_` were made of
  std::vector<context> contexts_;
  oauth::refresh_keys refresh_keys_;
  crypto::buffered_random random_;
  oauth::url_seal seal_;
  // Reused by each batch, which uses the first elements.
  std::vector<draft> access_;
  std::vector<draft> id_;
  std::vector<crypto::jws_draft> work_;
};

}  // namespace mintage::actors
