/// @file
/// The limits on open connections of a listener, and which connection is closed for a new one.
#pragma once

#include <array>
#include <atomic>
#include <boost/intrusive/list.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <vector>

namespace mintage::net {

/// What a connection waits for, which decides whether it may be closed for a new one.
enum class standing : std::uint8_t {
  idle,  ///< for a first octet, a handshake, a next request, or the peer's close: closed first
  slow,  ///< for the rest of a request, or for the peer to take an answer: closed if none is idle
};
inline constexpr std::size_t standings_count = 2;

/// The gate's view of a connection. Used on its I/O thread.
class guest : public boost::intrusive::list_base_hook<> {
 public:
  /// Closes the connection, so that another one can be accepted. @returns whether it did: not when
  /// it waited for a next request, and octets of that have arrived.
  [[nodiscard]] virtual bool make_room() = 0;

 protected:
  guest() = default;
  ~guest() = default;

 private:
  friend class connection_gate;
  std::chrono::steady_clock::time_point since_;
  standing how_ = standing::idle;
};

/// Counts the open connections of a listener, in total and per source, and knows how long each has
/// waited for its peer.
class connection_gate {
 public:
  using time_point = std::chrono::steady_clock::time_point;
  using source = std::array<std::uint8_t, 16>;

  struct limits {
    std::size_t most = 0;
    /// Of these, places for peers that only request /livez, /readyz and /metrics.
    std::size_t for_probes = 0;
    /// Connections of one IPv4 address or one IPv6 /64 at most; 0 = no limit.
    std::size_t of_a_source = 0;
  };
  /// @param on_room called when there is room again, on the thread that called `leave`.
  connection_gate(const limits& l, std::size_t io_threads_count, std::function<void()> on_room);

  /// Sets other limits. Nobody has to go. Any thread.
  void set_limits(const limits& l);

  // Called on the listener's thread.
  void enter() noexcept { ++open_; }
  /// Whether no place is left except for probes.
  [[nodiscard]] bool is_full() const noexcept { return open_ >= most_ - for_probes_; }
  /// Whether peers that will only be refused get no place any more.
  [[nodiscard]] bool is_half_full() const noexcept { return open_ >= most_ / 2; }
  /// Whether no place is left at all.
  [[nodiscard]] bool is_full_for_probes() const noexcept { return open_ >= most_; }
  /// The I/O thread with the connection that should be closed for a new one: of those in this state
  /// it has waited longest, and since before `latest`.
  [[nodiscard]] std::optional<std::size_t> longest(standing how, time_point latest) const noexcept;

  // Called on the I/O thread of the connection.
  void wait_as(standing how, std::size_t io_thread, guest& g, time_point now) noexcept;
  /// The connection does not wait for its peer any more.
  void serve(std::size_t io_thread, guest& g) noexcept;
  /// Closes the connection that has waited longest, if it has since before `latest`.
  /// @returns whether one was closed.
  [[nodiscard]] bool make_room(standing how, std::size_t io_thread, time_point latest);

  // Called on any thread.
  /// Counts a connection of this source. @returns false when the source has too many.
  [[nodiscard]] bool enter_from(const source& s);
  void leave_from(const source& s);
  void leave();

 private:
  using row = boost::intrusive::list<guest, boost::intrusive::constant_time_size<false>>;
  /// The waiting connections of one I/O thread, in the order in which they began to wait.
  struct alignas(64) rows {
    std::array<row, standings_count> of;
    /// When the first of each row began to wait; read by the listener's thread.
    std::array<std::atomic<time_point::rep>, standings_count> since;
    rows();
    void tell(std::size_t how) noexcept;
  };

  std::atomic<std::size_t> most_;
  const std::size_t for_probes_;
  std::function<void()> on_room_;
  std::atomic<std::size_t> open_{0};
  std::vector<rows> rows_;
  std::mutex mutex_;  // guards the next two
  std::size_t of_a_source_;
  std::map<source, std::size_t> sources_;
};

}  // namespace mintage::net
