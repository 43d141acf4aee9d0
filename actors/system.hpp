/// @file
/// All actors of one server: started, supervised and stopped together.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "actors/options.hpp"
#include "actors/stages/restart_policy.hpp"
#include "actors/stages/seal_progress.hpp"
#include "crypto/root_ring.hpp"
#include "crypto/signatures/choice.hpp"
#include "metrics/group.hpp"
#include "service/document_fetcher.hpp"
#include "service/operations.hpp"
#include "service/service.hpp"
#include "storage/engine.hpp"

namespace mintage::actors {

/// What the actors need from outside. Referenced objects outlive the system.
struct environment {
  std::unique_ptr<storage::engine> engine;
  oauth::clock& clock;
  service::journal& journal;
  /// The seal keys; subkeys for sealing, pepper and refresh tokens are derived from them. When the
  /// ring changes, records are sealed anew in the background.
  crypto::root_ring roots;
  /// One per I/O thread. Tasks posted to them must run until the system is destroyed.
  std::vector<service::io_thread*> io_threads;
  /// Called once for a pool whose members end again and again, on a thread of the system; the
  /// server should end then. @param pool a literal. Empty = nobody is told.
  std::function<void(std::string_view pool)> give_up{};
  restart_rules restarts{};
  crypto::signature_backends signatures{};
  /// Fetches the key sets at the clients' `jwks_uri`. Stopped when the system ends. Null = none can
  /// be fetched.
  service::document_fetcher* fetcher = nullptr;
  /// Tells clients of the ends of sessions. Stopped when the system ends. Null = nobody is told.
  service::document_fetcher* logout_sender = nullptr;
  /// Does what concerns the process. Null = such calls are refused.
  service::operations* operations = nullptr;
  /// actors/stages/key_rotation.hpp
  std::function<void()> follow_ring{};
};

/// The actor system behind the gateways. The constructor does the start-up (making or unsealing
/// keys, loading clients). This header does not include CAF.
class system {
 public:
  /// @throws storage::storage_error, or key_error (actors/stages/key_rotation.hpp).
  system(const options& o, const oauth::options& rules, environment around);
  /// Stops all actors and closes the engine. Exchanges in flight are returned unanswered. The I/O
  /// threads must still run.
  ~system();

  /// The service of each I/O thread, in the order of the I/O threads. Valid as long as the system.
  [[nodiscard]] std::vector<service::token_service*> services();

  /// Takes over the settings that can change while the server runs; the others must be those that
  /// it began with. Requests that are in flight may see the former or the new ones. Waits for the
  /// I/O threads, so it is not called on one. Same thread as the destructor, or ends before it.
  void change(const options& o, const oauth::options& rules);

  /// How many records of this kind the newest seal key does not open yet. @returns nothing when
  /// they were not looked through since the ring changed. Any thread.
  [[nodiscard]] std::optional<std::size_t> outdated(sealed_records of) const;

  /// How long a refresh token that was made until now may be valid: by the settings of all nodes,
  /// former ones included while they count. Any thread.
  [[nodiscard]] oauth::seconds longest_refresh_life() const;

  /// Puts the meters of another part on the page. @param g outlives the system. Any thread.
  void attach(const metrics::meter_group& g);

 private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

}  // namespace mintage::actors
