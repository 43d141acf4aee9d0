/// @file
/// Tells clients of the ends of sessions: which ones, when, how often. (LGO-03, LGO-04)
#pragma once

#include <array>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "actors/stages/lives_in_use.hpp"
#include "actors/stages/meters.hpp"
#include "actors/stages/session_index.hpp"
#include "crypto/digest.hpp"
#include "crypto/jws.hpp"
#include "crypto/random.hpp"
#include "oauth/logout/logout_token.hpp"
#include "oauth/token/key_ring.hpp"
#include "service/document_fetcher.hpp"
#include "service/journal.hpp"
#include "storage/engine.hpp"

namespace mintage::actors {

/// Outlives the notifier.
struct logout_setup {
  storage::outbox& outbox;
  /// Null = nothing can be sent: what is queued waits.
  service::document_fetcher* sender = nullptr;
  /// Changed by the notifier alone, when it gets new ones.
  oauth::options& rules;
  const oauth::clock& clock;
  service::journal& journal;
  logout_meters& meters;
  /// May be null.
  const lives_in_use* lives = nullptr;
};

/// A form to post; what becomes of it is given to `conclude`.
struct logout_order {
  storage::outbox_id id{};
  std::string url;
  std::string form;
};

/// The work of the logout notifier. Posts nothing itself. Not thread-safe; waits for the disk.
class logout_delivery {
 public:
  /// Pauses after the first and the second try that failed; after the third it is given up.
  static constexpr auto pauses = std::array{oauth::seconds{2}, oauth::seconds{10}};
  static constexpr std::size_t most_in_flight = 64;
  /// Of those, so many for one client: one that never answers leaves room for others.
  static constexpr std::size_t most_of_one_client = 16;
  /// So many while its last try has failed.
  static constexpr std::size_t most_of_failing_client = 1;
  /// How long a try may take before another node takes it over: as long as the fetcher needs for
  /// all in flight when they are for one slow host.
  static constexpr oauth::seconds lease{60};
  /// What was not delivered for so long, because no node ran, is given up.
  static constexpr oauth::seconds longest_wait{3600};

  /// @param setup outlives this object.
  explicit logout_delivery(const logout_setup& setup) : setup_{setup} {}

  void publish(oauth::registry_snapshot clients);
  /// Client's tokens are signed with the active keys of the ring.
  void publish(const oauth::key_snapshot& keys);
  [[nodiscard]] bool has_clients() const noexcept { return clients_ != nullptr; }
  [[nodiscard]] bool has_keys() const noexcept { return !contexts_.empty(); }

  /// Takes a call that has ended a session.
  /// @returns the search for the session's clients; null when no client wants to be told: then the
  ///          call has its answer.
  [[nodiscard]] session_search_handle begin(service::admin_handle& x);
  /// Queues a notice for each client that was found, and answers the call when they are durable.
  /// When the shard could not tell, the call stays unanswered (503), to be repeated. A client with
  /// too many notices that wait is not told: sessions end nevertheless.
  void queue(session_search& found);

  /// Claims what is due, as far as there is room.
  [[nodiscard]] std::vector<logout_order> take_due();
  /// Takes what became of an order.
  void conclude(const storage::outbox_id& id, const service::fetch_outcome& outcome);
  /// Stores what was concluded. What cannot be stored is kept for the next call.
  void settle();
  /// Whether `settle` has anything to do.
  [[nodiscard]] bool has_outcomes() const noexcept { return !outcomes_.empty(); }
  /// Sets the gauge of what waits. To be called now and then.
  void measure();

 private:
  struct context {
    crypto::jws_signer signer;
    std::string header;
  };
  struct flight {
    oauth::logout_notice notice;
    std::uint32_t tries = 0;
  };

  /// What is known of a client while it has notices in flight, or fails.
  struct receiver {
    std::size_t in_flight = 0;
    bool is_failing = false;
    [[nodiscard]] bool has_room() const noexcept {
      return in_flight < (is_failing ? most_of_failing_client : most_of_one_client);
    }
  };

  [[nodiscard]] storage::outbox_receiver mark_of(std::string_view client_id);
  [[nodiscard]] std::vector<storage::outbox_receiver> without_room();
  [[nodiscard]] std::optional<logout_order> order_of(const storage::outbox_entry& e);
  [[nodiscard]] std::string make_token(const oauth::logout_notice& n, crypto::jws_alg alg);
  /// Again after its pause, or never.
  void fail(const storage::outbox_id& id, const flight& f, std::string_view why);
  void give_up(const storage::outbox_id& id, const flight& f, std::string_view why);
  void try_later(const storage::outbox_id& id, std::uint32_t tries, oauth::seconds pause);

  const logout_setup& setup_;
  oauth::registry_snapshot clients_;
  std::map<crypto::jws_alg, context> contexts_;
  /// Ids of the clients that want to be told.
  std::vector<std::string> concerned_;
  std::map<storage::outbox_id, flight> in_flight_;
  std::map<std::string, receiver, std::less<>> receivers_;
  std::vector<storage::outbox_outcome> outcomes_;
  crypto::buffered_random random_;
  crypto::sha256_hasher hash_;
};

}  // namespace mintage::actors
