/// @file
/// Slow comparisons of secrets: who is next, and when the answer may leave.
/// (CAU-12, TOK-21)
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <variant>
#include <vector>

#include "service/exchange.hpp"

namespace mintage::actors {

/// A request on its way to a hasher and back.
struct slow_job {
  std::variant<service::token_handle, service::query_handle, service::authorization_handle> asked;
  /// The validator that goes on with it.
  std::uint64_t validator = 0;
  /// When a refusal may leave; set when its turn comes.
  std::chrono::steady_clock::time_point due{};

  [[nodiscard]] const service::slow_claim& claim() const;
  [[nodiscard]] oauth::slow_check& check() const;
  void set_matched(bool matched) const;
  [[nodiscard]] bool is_matched() const;
};

/// What waits for the hashers. Sources take turns, so that one that asks for much holds up itself
/// alone. A wrong secret is told only after as long as two secrets take to compare, whether one,
/// two or none were compared: the time of a refusal depends on the claimant and the load alone.
/// Thread-safe.
class hash_queue {
 public:
  using steady = std::chrono::steady_clock;
  /// How jobs go on. Any thread.
  using delivery = std::function<void(slow_job)>;

  /// Whether refusals take their time; off only in the simulation, which knows no time.
  enum class pacing : std::uint8_t { on, off };
  explicit hash_queue(pacing p);
  /// As `close`.
  ~hash_queue();

  /// @param how called for each job that is done, from now on.
  void deliver_by(delivery how);
  void push(slow_job job);
  /// The job whose turn it is, or nothing. Whoever takes a real one compares; then `finish`.
  [[nodiscard]] std::optional<slow_job> next();
  /// Delivers a job: at once when its secret was right, else when its time has come.
  void finish(slow_job job);

  [[nodiscard]] std::size_t waiting() const;
  [[nodiscard]] bool is_paced() const noexcept { return pacing_ == pacing::on; }
  /// How long one comparison took just now. @param cpu of it, the time of a core.
  void note_duration(std::chrono::nanoseconds took, std::chrono::nanoseconds cpu);

  /// Drops all jobs, whose exchanges return unanswered, and all that come later.
  void close();

 private:
  void run_pacer();
  /// When a refusal of this job, begun now, may leave.
  [[nodiscard]] std::chrono::steady_clock::time_point due_time(const slow_job& job);

  const pacing pacing_;
  mutable std::mutex mutex_;  // guards the rest but for the thread
  bool is_closed_ = false;
  delivery deliver_;
  /// The sources that have jobs, in turn, and their jobs.
  std::deque<crypto::bytes<16>> turns_;
  std::map<crypto::bytes<16>, std::deque<slow_job>> lanes_;
  std::size_t waiting_ = 0;
  /// What one comparison takes of late.
  std::chrono::nanoseconds one_{std::chrono::milliseconds{30}};
  /// What it takes of a core: when others had the cores, that is forgotten little by little.
  std::chrono::nanoseconds least_{std::chrono::milliseconds{30}};
  /// Until when the comparisons of a claimant last, as if all were real.
  std::map<crypto::digest, steady::time_point> busy_until_;
  std::vector<slow_job> late_;  ///< a heap, the next one first
  std::condition_variable changed_;
  std::thread pacer_;
};

}  // namespace mintage::actors
