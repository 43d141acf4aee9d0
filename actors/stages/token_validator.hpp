/// @file
/// The work of the validator: authenticates clients and checks their rights. (PROTOCOL.md §1.3 rows
/// P15, P16; MINT-01, CCG-01, INT-01, REV-01, UIN-01, PAR-01)
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "actors/stages/authorization_validation.hpp"
#include "actors/stages/code_drawing.hpp"
#include "actors/stages/hash_permits.hpp"
#include "actors/stages/hash_queue.hpp"
#include "actors/stages/logout_validation.hpp"
#include "actors/stages/meters.hpp"
#include "actors/stages/proof_check.hpp"
#include "crypto/digest.hpp"
#include "crypto/jws.hpp"
#include "crypto/random.hpp"
#include "crypto/root_ring.hpp"
#include "crypto/signatures/choice.hpp"
#include "oauth/client/authentication.hpp"
#include "oauth/client/failure_limits.hpp"
#include "oauth/token/key_ring.hpp"
#include "oauth/token/verified_tokens.hpp"
#include "service/exchange.hpp"
#include "service/io_thread.hpp"
#include "storage/engine.hpp"

namespace mintage::actors {

/// What all validators share; outlives them.
struct validator_setup {
  oauth::auth_keys keys;
  const oauth::options& rules;
  const oauth::clock& clock;
  hash_permits& permits;
  /// One for each member of the pool.
  std::vector<validator_meters>& meters;
  /// The key of pairwise subjects in new codes.
  crypto::digest pairwise_key{};
  /// The key of nonces of DPoP proofs.
  crypto::subkeys nonce_keys{};
  /// The key of what travels through browsers: handles and continuations.
  crypto::subkeys url_keys{};
  /// Null = failures are not limited (CAU-16).
  oauth::failure_limits* limits = nullptr;
  /// Null = requests to /authorize and /par are not limited; the second for those that are stored.
  oauth::failure_limits* authorization_limits = nullptr;
  oauth::failure_limits* stored_limits = nullptr;
  /// Where slow comparisons wait; null in tests that play the hasher.
  hash_queue* slow = nullptr;
  /// May be null.
  const lives_in_use* lives = nullptr;
  /// The source of room for lines; null = actions need not be recorded.
  service::line_room* lines = nullptr;
  /// Tells which slots are served; null = all.
  const storage::engine* engine = nullptr;
  /// Who verifies the signatures of JWTs.
  crypto::signature_backends signatures{};
  /// The I/O threads that the validators run on. Empty: they verify at once, whatever the batch.
  std::vector<service::io_thread*> io_threads{};

  /// Whether verifying in larger batches costs less.
  [[nodiscard]] bool verifies_in_lanes() const noexcept {
    return signatures.kind() == crypto::backend_kind::crypto_mb && !io_threads.empty();
  }
};

/// The checks without an actor: tests call them directly. Not thread-safe.
class token_validator {
 public:
  explicit token_validator(const validator_setup& setup);

  using next = service::next_stage;
  /// Authenticates the clients and chooses the next stages. Sets `client` and what the grant needs,
  /// or `denied`, or `slow`. Where something must be recorded first, the next stage is `record`,
  /// and the one after it is in the exchange.
  /// @returns the next stage of each; valid until the next call.
  [[nodiscard]] std::span<const next> check(std::span<const service::token_handle> some);
  /// Continues with exchanges whose `slow_matched` is set.
  [[nodiscard]] std::span<const next> settle(std::span<const service::token_handle> some);
  /// Authenticates the callers, except for userinfo, and reads the tokens. Sets `client` and
  /// `asked`, or `slow`, or the answer where it needs no store. The signatures of all JWTs are
  /// verified together.
  [[nodiscard]] std::span<const next> check(std::span<const service::query_handle> some);
  [[nodiscard]] std::span<const next> settle(std::span<const service::query_handle> some);
  /// Checks mint requests and draws their codes. Sets `code`, `text` and `where`; or `error`.
  [[nodiscard]] std::span<const next> check(std::span<const service::mint_handle> some);
  /// Authenticates clients that push, checks authorization requests, and answers login pages. What
  /// was looked for in a store comes again. The signatures of a batch are verified together.
  [[nodiscard]] std::span<const next> check(std::span<const service::authorization_handle> some);
  [[nodiscard]] std::span<const next> settle(std::span<const service::authorization_handle> some);

  [[nodiscard]] bool is_ready() const noexcept { return clients_ != nullptr && keys_ != nullptr; }
  void publish(oauth::registry_snapshot clients) {
    authorizations_.publish(clients);
    logouts_.publish(clients);
    clients_ = std::move(clients);
  }
  void publish(oauth::key_snapshot keys) {
    authorizations_.publish(keys);
    logouts_.publish(keys);
    keys_ = std::move(keys);
  }
  void publish(oauth::remote_keys_snapshot keys) {
    authorizations_.publish(keys);
    authenticator_.use(std::move(keys));
  }

 private:
  using outcome = oauth::client_authenticator::outcome;
  /// An exchange of the batch that waits for signatures: of its client's assertion, of its DPoP
  /// proof (`x->proof`), of the JWT that it asks about, or of several of them.
  template <class Exchange>
  struct waiting {
    /// Made in its place: GCC 14 warns of each optional of one that is moved.
    waiting(Exchange* exchange, std::size_t way) : x{exchange}, index{way} {}
    Exchange* x;
    std::size_t index;  ///< in `ways_`
    std::optional<oauth::pending_assertion> who{};
    /// The client, if it is authenticated already.
    std::optional<oauth::client_facts> client{};
    std::optional<oauth::unverified_jwt> token{};
    crypto::digest token_hash{};
    bool is_token_verified = false;
  };
  void begin_batch();
  template <class Exchange>
  void begin(Exchange& x, outcome who);
  void begin_userinfo(service::query_exchange& x, oauth::instant now);
  template <class Exchange>
  waiting<Exchange>& wait_for_signatures(Exchange& x);
  template <class Exchange>
  [[nodiscard]] bool reads_proof(Exchange& x, oauth::instant now);
  template <class Exchange>
  void verify(std::vector<waiting<Exchange>>& all);
  template <class Exchange>
  [[nodiscard]] std::optional<oauth::client_facts> conclude_client(waiting<Exchange>& w,
                                                                   bool is_verified);
  [[nodiscard]] next conclude(waiting<service::token_exchange>& w, bool is_verified);
  [[nodiscard]] next conclude(waiting<service::query_exchange>& w, bool is_verified);
  [[nodiscard]] next conclude(waiting<service::authorization_exchange>& w, bool is_verified);
  [[nodiscard]] std::vector<waiting<service::token_exchange>>& waiting_of(
      const service::token_exchange&) {
    return waiting_tokens_;
  }
  [[nodiscard]] std::vector<waiting<service::query_exchange>>& waiting_of(
      const service::query_exchange&) {
    return waiting_queries_;
  }
  [[nodiscard]] std::vector<waiting<service::authorization_exchange>>& waiting_of(
      const service::authorization_exchange&) {
    return waiting_authorizations_;
  }
  template <class Exchange>
  [[nodiscard]] next decide(Exchange& x, outcome who);
  template <class Exchange>
  [[nodiscard]] next refuse(Exchange& x, const oauth::denial& why);
  template <class Exchange>
  [[nodiscard]] bool is_over_limit(const Exchange& x);
  template <class Exchange>
  [[nodiscard]] service::slow_claim claim_of(const Exchange& x, bool is_real);
  [[nodiscard]] bool has_line(service::exchange& x) const;
  template <class Exchange>
  [[nodiscard]] next decide(Exchange& x, const oauth::result<oauth::client_facts>& settled);
  [[nodiscard]] next route(service::token_exchange& x, const oauth::client_facts& client);
  [[nodiscard]] next route(service::query_exchange& x, const oauth::client_facts& client);
  [[nodiscard]] next route(service::authorization_exchange& x, const oauth::client_facts& client);
  void begin_authorization(service::authorization_exchange& x, oauth::instant now);
  void verify_authorizations(oauth::instant now);
  [[nodiscard]] bool is_admitted(service::query_exchange& x, const oauth::client_facts& client);
  [[nodiscard]] next draw_code(service::mint_exchange& x);
  [[nodiscard]] next find_code(service::token_exchange& x);
  [[nodiscard]] next find_family(service::token_exchange& x);
  [[nodiscard]] next issue_own_grant(service::token_exchange& x);
  [[nodiscard]] next find_token(service::query_exchange& x);
  [[nodiscard]] std::optional<oauth::unverified_jwt> read_token(service::query_exchange& x);
  [[nodiscard]] next answer_unless_stored(service::query_exchange& x);
  template <class Exchange>
  [[nodiscard]] next record_first(Exchange& x, next then);

  const validator_setup& setup_;
  oauth::client_authenticator authenticator_;
  proof_check proofs_;
  code_drawing codes_;
  authorization_validation authorizations_;
  logout_validation logouts_;
  /// What `aud` of an assertion may name, by the endpoint that gets it (CAU-08).
  std::array<std::vector<std::string>, oauth::endpoints.size()> audiences_;
  oauth::registry_snapshot clients_;
  oauth::key_snapshot keys_;
  crypto::buffered_random random_;
  crypto::sha256_hasher hash_;
  crypto::hmac_sha256 failures_;
  crypto::jws_verifier verifier_;
  /// 256 KiB.
  oauth::verified_tokens verified_{8192};
  // Reused by each batch.
  std::vector<next> ways_;
  /// The index in `ways_` of the exchange that is decided about.
  std::size_t current_ = 0;
  std::vector<waiting<service::token_exchange>> waiting_tokens_;
  std::vector<waiting<service::query_exchange>> waiting_queries_;
  std::vector<waiting<service::authorization_exchange>> waiting_authorizations_;
  std::vector<crypto::jws_check> checks_;
};

}  // namespace mintage::actors
