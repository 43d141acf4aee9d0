/// @file
/// How many connections of a listener may be open at once, and which of them makes room for
/// another.
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

/// What a connection waits for, and so whether it may be closed for another one.
enum class standing : std::uint8_t {
  idle,  ///< for a first octet, a handshake, a next request, or the peer's goodbye: goes first
  slow,  ///< for the rest of a request, or for the peer to take an answer: goes when none is idle
};
inline constexpr std::size_t standings_count = 2;

/// A connection, as its gate knows it. On the thread of its I/O thread.
class guest : public boost::intrusive::list_base_hook<> {
 public:
  /// Closes, so that another connection may come.
  virtual void make_room() = 0;

 protected:
  guest() = default;
  ~guest() = default;

 private:
  friend class connection_gate;
  std::chrono::steady_clock::time_point since_;
  standing how_ = standing::idle;
};

/// Counts the open connections of a listener, in all and per source, and knows for how long each of
/// them has waited for its peer.
class connection_gate {
 public:
  using time_point = std::chrono::steady_clock::time_point;
  using source = std::array<std::uint8_t, 16>;

  struct limits {
    std::size_t most = 0;
    /// Of these, places for those who ask for nothing but /livez, /readyz and /metrics.
    std::size_t for_probes = 0;
    /// Connections of one IPv4 address or one IPv6 /64; 0 = no limit.
    std::size_t of_a_source = 0;
  };
  /// @param on_room called when there is room again, on the thread that left.
  connection_gate(const limits& l, std::size_t io_threads_count, std::function<void()> on_room);

  // On the listener's thread.
  void enter() noexcept { ++open_; }
  /// Whether there is no place left, but for probes; and not even for these.
  [[nodiscard]] bool is_full() const noexcept { return open_ >= most_ - for_probes_; }
  [[nodiscard]] bool is_half_full() const noexcept { return open_ >= most_ / 2; }
  [[nodiscard]] bool is_full_for_probes() const noexcept { return open_ >= most_; }
  /// The I/O thread whose connection should be closed for another one: it has waited longest of
  /// those that stand like this, and since before `latest`.
  [[nodiscard]] std::optional<std::size_t> longest(standing how, time_point latest) const noexcept;

  // On the I/O thread of the connections concerned.
  void wait_as(standing how, std::size_t io_thread, guest& g, time_point now) noexcept;
  /// The guest waits for its peer no longer.
  void serve(std::size_t io_thread, guest& g) noexcept;
  /// Closes the one that has waited longest.
  void make_room(standing how, std::size_t io_thread);

  // On any thread.
  /// Counts a connection towards its source. @returns false when the source has too many already.
  [[nodiscard]] bool enter_from(const source& s);
  void leave_from(const source& s);
  void leave();

 private:
  using row = boost::intrusive::list<guest, boost::intrusive::constant_time_size<false>>;
  /// Those of one I/O thread: in the order in which they began to wait.
  struct alignas(64) rows {
    std::array<row, standings_count> of;
    /// Since when the first of each row waits, for the listener's thread.
    std::array<std::atomic<time_point::rep>, standings_count> since;
    rows();
    void tell(std::size_t how) noexcept;
  };

  const std::size_t most_;
  const std::size_t for_probes_;
  const std::size_t of_a_source_;
  std::function<void()> on_room_;
  std::atomic<std::size_t> open_{0};
  std::vector<rows> rows_;
  std::mutex mutex_;  // guards sources_
  std::map<source, std::size_t> sources_;
};

}  // namespace mintage::net
