/// @file
/// The cache of the key sets at the clients' `jwks_uri`: what is fetched and when, and who waits
/// for it. (CAU-10, CAU-11, JWS-05)
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <variant>
#include <vector>

#include "actors/stages/meters.hpp"
#include "oauth/client/remote_keys.hpp"
#include "service/document_fetcher.hpp"
#include "service/exchange.hpp"

namespace mintage::actors {

/// A request that waits for the key set of its client.
struct key_wait {
  std::variant<service::token_handle, service::query_handle, service::authorization_handle> asked;
  oauth::wanted_keys what;
  /// The validator that goes on with it.
  std::uint64_t validator = 0;
  /// Since when it waits; set by the cache.
  oauth::instant since{};
};

/// A fetch to begin; its outcome is given to `conclude`.
struct key_order {
  std::string url;
  std::string etag;
};

/// Not thread-safe. Fetches nothing itself: after each call, `take_effects` says what is to be
/// done.
class key_set_cache {
 public:
  /// A set is kept as long as its host says, within these (CAU-11).
  static constexpr oauth::seconds least_life{5 * 60};
  static constexpr oauth::seconds most_life{24 * 3600};
  /// How much longer the last good set is used while it cannot be fetched (CAU-11).
  static constexpr oauth::seconds overtime{3600};
  /// The pause after a first failure, which doubles with each further one, up to the other.
  static constexpr oauth::seconds first_pause{10};
  static constexpr oauth::seconds longest_pause{5 * 60};
  /// An unknown `kid` makes a client's set be fetched at most once in this time (CAU-10).
  static constexpr oauth::seconds kid_pause{30};
  /// How long a request waits at most; then it gets 503.
  static constexpr oauth::seconds patience{6};
  /// Of the requests that may wait, so many may wait for one URL.
  static constexpr std::size_t most_waiting_for_one = 64;
  /// URLs that are remembered. Beyond it, the one whose set ends first is forgotten.
  static constexpr std::size_t most_urls = 16384;

  /// @param most_waiting requests that may wait in all; half of them of clients that anybody can
  /// register. @param meters outlive the cache.
  key_set_cache(std::size_t most_waiting, key_fetcher_meters& meters);
  /// Sets another limit. What waits goes on waiting.
  void set_most_waiting(std::size_t most) noexcept { most_waiting_ = most; }

  /// Takes a request that cannot go on without a key set, or without a newer one.
  void ask(key_wait w, oauth::instant now);
  /// Takes the outcome of an order.
  void conclude(const std::string& url, service::fetch_outcome outcome, oauth::instant now);
  /// Orders what is due, and lets go of what waits too long. To be called every second while
  /// `has_work`.
  void tick(oauth::instant now);
  [[nodiscard]] bool has_work() const noexcept { return !sets_.empty(); }

  struct effects {
    std::vector<key_order> orders;
    /// Go back to their validators, after these have the snapshot.
    std::vector<key_wait> ready;
    /// Are denied: there is no room for them, or they have waited too long.
    std::vector<key_wait> refused;
    /// Whether there is a new snapshot.
    bool is_changed = false;
  };
  [[nodiscard]] effects take_effects();
  /// Never null.
  [[nodiscard]] const oauth::remote_keys_snapshot& snapshot() const noexcept { return snapshot_; }

 private:
  /// What is known of one URL.
  struct known_set {
    oauth::key_set_ptr keys;  ///< the last good ones
    std::string etag;
    oauth::instant fresh_until{};         ///< of the keys, by their host
    oauth::instant refresh_at{};          ///< when they are fetched again, if they are used
    oauth::remote_keys::entry published;  ///< null before the first outcome
    unsigned failures = 0;                ///< since the last success
    bool is_in_flight = false;
    std::vector<key_wait> waiting;
  };
  using cause = key_fetch_cause;

  void order(const std::string& url, known_set& s, cause why);
  [[nodiscard]] bool may_wait(const known_set& s, const key_wait& w) const noexcept;
  [[nodiscard]] bool may_force(const std::string& client_id, oauth::instant now);
  void let_wait(known_set& s, key_wait w, oauth::instant now);
  [[nodiscard]] static oauth::remote_keys::entry after_success(known_set& s,
                                                               service::fetched_document document,
                                                               oauth::instant now);
  [[nodiscard]] static oauth::remote_keys::entry after_failure(known_set& s,
                                                               const oauth::denial& why,
                                                               oauth::instant now);
  void refuse(key_wait w);
  void refuse_late(known_set& s, oauth::instant now);
  [[nodiscard]] static bool is_over(const known_set& s, oauth::instant now) noexcept;
  void make_room();
  template <class Some>
  void note_gone(const Some& some);

  std::size_t most_waiting_;
  key_fetcher_meters& meters_;
  std::map<std::string, known_set> sets_;
  std::size_t waiting_ = 0;
  /// Of these, requests of openly registered clients.
  std::size_t open_waiting_ = 0;
  /// When an unknown `kid` last made the set of a client be fetched.
  std::map<std::string, oauth::instant> forced_;
  oauth::remote_keys_snapshot snapshot_ = std::make_shared<const oauth::remote_keys>();
  effects effects_;
};

/// Why a client whose key set cannot be fetched is refused: the fault of its host is
/// invalid_client, what this server had no room for is 503.
[[nodiscard]] const oauth::denial& denial_of(service::fetch_failure why) noexcept;
/// The document is no key set.
[[nodiscard]] oauth::denial no_key_set() noexcept;

}  // namespace mintage::actors
