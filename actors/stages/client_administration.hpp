/// @file
/// The work of the registry, sole owner of clients and resources; also cuts off subjects and
/// sessions. (PROTOCOL.md §9, CAU-12, ATK-02, RFT-11, DCR-*)
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "actors/stages/hash_job.hpp"
#include "actors/stages/lives_in_use.hpp"
#include "actors/stages/meters.hpp"
#include "actors/stages/seal_progress.hpp"
#include "crypto/digest.hpp"
#include "crypto/random.hpp"
#include "crypto/root_ring.hpp"
#include "oauth/client/failure_limits.hpp"
#include "oauth/client/registration.hpp"
#include "oauth/token/key_ring.hpp"
#include "service/exchange.hpp"
#include "service/journal.hpp"
#include "storage/engine.hpp"

namespace mintage::actors {

/// Outlives the registry.
struct registry_setup {
  storage::catalog& records;
  storage::cutoff_table& cutoffs;
  /// Changed by the registry alone, when it gets new ones.
  oauth::options& rules;
  const oauth::clock& clock;
  crypto::digest pepper;
  /// Algorithms with an active signing key at the start: clients can only ask for these.
  std::vector<crypto::jws_alg> algorithms;
  /// Seals the secrets whose text the server must know.
  crypto::subkeys secret_keys{};
  /// These may be null.
  registry_meters* meters = nullptr;
  service::journal* journal = nullptr;
  seal_progress* progress = nullptr;
  lives_in_use* lives = nullptr;
};

/// The calls without an actor: tests call them directly. Waits for the disk.
class client_administration {
 public:
  /// Reads all clients and resources. @throws storage::storage_error
  explicit client_administration(const registry_setup& setup);

  /// Takes over what other nodes have changed. When the database fails, nothing changes and the
  /// next call tries again.
  void refresh();
  /// Whether a signing key was among what was taken over since the last time it was asked, also by
  /// a call that was overtaken by another node.
  [[nodiscard]] bool take_keys_changed() noexcept { return std::exchange(keys_changed_, false); }
  /// The revision of the catalog that `clients` shows.
  [[nodiscard]] storage::revision seen() const noexcept { return seen_; }

  /// From now on clients may ask for the algorithms with an active key in `keys`.
  void publish(const oauth::key_ring& keys);

  [[nodiscard]] const oauth::registry_snapshot& clients() const noexcept { return clients_; }

  /// Answers the call in `x`, or, when it has a chosen secret, returns the job that the hasher must
  /// do first.
  [[nodiscard]] hash_request handle(service::admin_handle& x);
  /// Completes a call whose secret was hashed, with the clients as they are now.
  void store_hashed(const hash_job& job);
  /// Keeps the HMAC of a secret that was proven. When that fails, the secret is proven anew later.
  void keep_proven(const oauth::proven_secret& proven);
  /// Notes that a registered client got a token, once a day (DCR-07).
  void note_use(std::string_view client_id);
  /// Removes registered clients whose time is over, 64 at most (DCR-07). Does nothing while the
  /// clock is in doubt. @returns whether there may be more.
  bool forget_unused();
  /// Seals anew the secrets that an older root sealed, of 64 clients at most.
  void seal_anew();

 private:
  /// Runs `judge`, which may write. When another node has changed the catalog meanwhile, takes over
  /// its changes and judges again.
  template <class Judge>
  auto judge_until_stored(service::admin_exchange& x, Judge judge);
  [[nodiscard]] hash_request judge(service::admin_handle& x);
  void judge_hashed(const hash_job& job, service::admin_exchange& x);
  void take(storage::catalog_changes changes);
  [[nodiscard]] hash_request create(service::admin_handle& x, const oauth::client_metadata& m);
  [[nodiscard]] hash_request add_secret(service::admin_handle& x, const oauth::add_secret& call);
  void end_secret(service::admin_exchange& x, const oauth::end_secret& call);
  void patch(service::admin_exchange& x, const oauth::patch_client& call);
  void remove(service::admin_exchange& x, const std::string& id);
  void put_resource(service::admin_exchange& x, const oauth::resource& r);
  void remove_resource(service::admin_exchange& x, const std::string& identifier);
  void cut_off(service::admin_exchange& x, const oauth::cut_off& call);
  [[nodiscard]] const oauth::client* find(service::admin_exchange& x, const std::string& id) const;
  // In client_registration.cpp.
  /// @returns false for a call about something else.
  [[nodiscard]] bool judge_registration(service::admin_exchange& x);
  void register_one(service::admin_exchange& x, const oauth::register_client_call& call);
  void update(service::admin_exchange& x, const oauth::update_registered_call& call);
  void remove(service::admin_exchange& x, const oauth::remove_registered& call);
  void add_token(service::admin_exchange& x, const oauth::add_registration_token& call);
  void remove_token(service::admin_exchange& x, const std::string& id);
  [[nodiscard]] const oauth::client* find_own(service::admin_exchange& x, const std::string& id,
                                              const crypto::secret_string& token);
  [[nodiscard]] bool is_within_limit(service::admin_exchange& x);
  [[nodiscard]] bool has_secret(const oauth::client& c, const crypto::secret_string& text);
  [[nodiscard]] oauth::registration_token* find_token(const crypto::secret_string& text);
  [[nodiscard]] oauth::registration_template allowed_to(const oauth::client& c) const;
  [[nodiscard]] bool keep(service::admin_exchange& x, oauth::registration_token t);
  [[nodiscard]] bool keep_registered(service::admin_exchange& x, const oauth::client& made);
  void put(oauth::registration_token t);
  void count_registered();
  // In client_sealing.cpp.
  void find_outdated();
  void note_progress() const;
  /// @returns whether its next call must try again.
  [[nodiscard]] bool seal_anew(const std::string& client_id);
  /// A secret as it is stored when no slow hash is needed: sealed or as an HMAC.
  [[nodiscard]] oauth::stored_secret stored(const oauth::client& owner,
                                            const crypto::secret_string& text,
                                            std::optional<std::int64_t> expires_at);
  void keep_new(service::admin_exchange& x, oauth::created_client done);
  void keep_added(service::admin_exchange& x, const oauth::client& before,
                  oauth::stored_secret added, crypto::secret_string shown,
                  std::vector<std::string> warnings);
  /// @param before its lives until now: those that do not change were checked when they were set.
  [[nodiscard]] bool can_serve(service::admin_exchange& x, const oauth::client& c,
                               const oauth::token_lives& before) const;
  /// Holds a new or changed client to the profile of the server, too. @returns whether it meets it;
  /// else `x` is refused.
  [[nodiscard]] bool holds_profile(service::admin_exchange& x, oauth::client& c) const;
  [[nodiscard]] bool has_key_of(service::admin_exchange& x, crypto::jws_alg alg,
                                std::string_view member) const;
  [[nodiscard]] bool keep(service::admin_exchange& x, const oauth::client& c);
  /// Runs a durable write. @returns whether it succeeded; else `x` is refused.
  template <class Write>
  [[nodiscard]] bool is_stored(service::admin_exchange& x, Write write) {
    try {
      write();
    } catch (const storage::catalog_moved&) {
      has_moved_ = true;
      refuse(x, oauth::errc::temporarily_unavailable, "other nodes keep changing the clients");
      return false;
    } catch (const storage::storage_error&) {
      refuse(x, oauth::errc::temporarily_unavailable, "the change could not be stored");
      return false;
    }
    return true;
  }
  static void refuse(service::admin_exchange& x, oauth::errc code, std::string description) {
    x.error = oauth::admin_error{code, std::move(description)};
  }

  const registry_setup& setup_;
  oauth::registry_snapshot clients_;
  storage::revision seen_ = 0;
  /// Initial access tokens.
  std::vector<oauth::registration_token> registration_tokens_;
  crypto::subkeys secret_keys_;
  /// Ids of clients with a secret that an older root sealed.
  std::vector<std::string> outdated_;
  /// A signing key was among what was taken over.
  bool keys_changed_ = false;
  /// The last write failed because the catalog has moved.
  bool has_moved_ = false;
  std::vector<crypto::jws_alg> algorithms_;
  crypto::hmac_sha256 pepper_;
  crypto::buffered_random random_;
  crypto::sha256_hasher hash_;
  /// Registrations by source, under a key of this process.
  crypto::hmac_sha256 source_key_;
  oauth::failure_limits registrations_;
};

}  // namespace mintage::actors
