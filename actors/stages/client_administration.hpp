/// @file
/// The work of the registry, sole owner of clients and resources; also cuts off subjects and
/// sessions. (PROTOCOL.md §9, CAU-12, ATK-02, RFT-11)
#pragma once

#include <optional>
#include <vector>

#include "actors/stages/hash_job.hpp"
#include "crypto/digest.hpp"
#include "crypto/random.hpp"
#include "oauth/token/key_ring.hpp"
#include "service/exchange.hpp"
#include "storage/engine.hpp"

namespace mintage::actors {

/// Outlives the registry.
struct registry_setup {
  storage::catalog& records;
  storage::cutoff_table& cutoffs;
  const oauth::options& rules;
  const oauth::clock& clock;
  crypto::digest pepper;
  /// Algorithms with an active signing key at the start: clients can only ask for these.
  std::vector<crypto::jws_alg> algorithms;
  /// Seals the secrets whose text the server must know.
  crypto::digest secret_key{};
};

/// The calls without an actor: tests call them directly. Waits for the disk.
class client_administration {
 public:
  /// Reads all clients and resources. @throws storage::storage_error
  explicit client_administration(const registry_setup& setup);

  /// Takes over what other nodes have changed. When the database fails, nothing changes and the
  /// next call tries again. @returns whether a signing key was changed.
  bool refresh();
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
  [[nodiscard]] bool has_key_of(service::admin_exchange& x, crypto::jws_alg alg,
                                std::string_view member) const;
  [[nodiscard]] bool keep(service::admin_exchange& x, const oauth::client& c);
  /// Runs a durable write. @returns whether it succeeded; else `x` is refused.
  template <class Write>
  [[nodiscard]] bool is_stored(service::admin_exchange& x, Write write);

  const registry_setup& setup_;
  oauth::registry_snapshot clients_;
  storage::revision seen_ = 0;
  /// The last write failed because the catalog has moved.
  bool has_moved_ = false;
  std::vector<crypto::jws_alg> algorithms_;
  crypto::hmac_sha256 pepper_;
  crypto::buffered_random random_;
  crypto::sha256_hasher hash_;
};

}  // namespace mintage::actors
