/// @file
/// Finds the primary of a shard among its hosts and makes connections that may be trusted.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "crypto/bytes.hpp"
#include "storage/postgres/address.hpp"

struct pg_conn;

namespace mintage::storage::postgres {

/// Closes a libpq connection. Never cancels what runs on it.
struct close_connection {
  void operator()(pg_conn* c) const noexcept;
};
using connection = std::unique_ptr<pg_conn, close_connection>;

/// A connection to the primary of a shard that has passed every check, and a barrier: a commit of
/// its own that a standby has confirmed. So what it reads is not older than the last commit that
/// was acknowledged before the barrier.
struct checked_connection {
  /// In blocking mode, without prepared statements, idle. Notices are ignored.
  connection link;
  /// PostgreSQL's; grows with each promotion.
  std::uint32_t timeline = 0;
  /// As of the row `self` when it was checked.
  std::int64_t bucket_ms = 0;
  std::int64_t void_before = 0;  ///< milliseconds since 1970
  std::string host;              ///< for the operator
};

/// The cluster that all shards of an engine belong to. The first shard decides which. Thread-safe.
class cluster_identity {
 public:
  using id = crypto::bytes<16>;
  /// Whether a database with this id may be used as shard `shard`.
  [[nodiscard]] bool fits(std::size_t shard, const id& cluster);
  [[nodiscard]] std::optional<id> known() const;

 private:
  mutable std::mutex mutex_;
  std::optional<id> id_;
};

/// What the database of a shard must be.
struct requirements {
  std::size_t shard = 0;
  std::size_t shards_count = 1;
  /// Refuse a primary whose synchronous_standby_names is empty.
  bool require_sync = true;
  /// The shortest period of a bucket in which tombstones live as long as they must.
  std::int64_t least_bucket_ms = 0;
  /// Shared by the connectors of all shards; never null.
  std::shared_ptr<cluster_identity> cluster = std::make_shared<cluster_identity>();
};

/// Receives events for the operator: a sentence without a full stop. Called rarely, on any thread.
using teller = std::function<void(std::string_view sentence)>;

/// One thread per host, which sleep until a connection is wanted and then dial all hosts at once,
/// again every 200 ms while none is good. A step of a dial has 1 s, but the barrier is waited for
/// as long as it takes: the server keeps the session of a client that has left in its wait for the
/// standby, so repeated dials would use up its sessions. At most one session per host is in a dial.
/// Thread-safe.
class connector {
 public:
  /// @param tell hears which host became the primary, and why none is found.
  connector(shard_address address, requirements needs, teller tell);
  /// Ends all dials. Functions given to `want` that were not called are destroyed.
  ~connector();
  connector(const connector&) = delete;
  connector& operator=(const connector&) = delete;

  /// Asks for one connection. @param to is called once, on a thread of the connector; it must not
  /// block and must not destroy the connector.
  void want(std::function<void(checked_connection)> to);
  /// The same, waiting. @returns nothing after the deadline.
  [[nodiscard]] std::optional<checked_connection> take(
      std::chrono::steady_clock::time_point deadline);

  /// The highest timeline that a primary of this shard had; 0 at first. A connection on a lower one
  /// belongs to a former primary: close it. Any thread; takes no lock.
  [[nodiscard]] std::uint32_t highest_timeline() const noexcept { return highest_.load(); }
  /// Times that the timeline grew. Any thread.
  [[nodiscard]] std::uint64_t failovers() const noexcept { return failovers_.load(); }
  /// Why no host was good at the last dials: sentences without a full stop, joined. Empty while all
  /// is well.
  [[nodiscard]] std::string last_error() const;

 private:
  struct host;
  using wish = std::function<void(checked_connection)>;

  void run(host& h, const std::stop_token& stop);
  /// Waits until a connection is wanted and the host has rested. @returns false at the end.
  [[nodiscard]] bool await_wish(const host& h, const std::stop_token& stop);
  /// @returns its number.
  [[nodiscard]] std::uint64_t add(wish to);
  /// @returns whether it was still there.
  [[nodiscard]] bool withdraw(std::uint64_t number);
  void deliver(host& h, checked_connection c);
  void note_error(host& h, std::string sentence);
  /// Tells once per search why it takes long.
  void complain();
  /// @returns whether `timeline` is not lower than that of any other host.
  bool raise_timeline(std::uint32_t timeline);

  const requirements needs_;
  const teller tell_;
  std::atomic<std::uint32_t> highest_{0};
  std::atomic<std::uint64_t> failovers_{0};
  mutable std::mutex mutex_;  // guards the rest
  std::condition_variable_any changed_;
  std::map<std::uint64_t, wish> wishes_;  // in the order of their coming
  std::uint64_t last_wish_ = 0;
  std::chrono::steady_clock::time_point searching_since_{};
  bool has_complained_ = false;
  std::string told_primary_;
  std::vector<std::unique_ptr<host>> hosts_;
};

}  // namespace mintage::storage::postgres
