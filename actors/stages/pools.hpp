/// @file
/// The pools of actors, and who of their members works.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace mintage::actors {

/// One member per I/O thread, or as [pools] says; of the last four there is one each.
enum class pool : std::uint8_t {
  http,
  validator,
  code_store,
  signer,
  hasher,
  registry,
  key_keeper,
  key_fetcher,
  logout_notifier
};
inline constexpr auto pools = std::array{
    pool::http,     pool::validator,  pool::code_store,  pool::signer,         pool::hasher,
    pool::registry, pool::key_keeper, pool::key_fetcher, pool::logout_notifier};
static_assert(pools.size() == static_cast<std::size_t>(pool::logout_notifier) + 1);

/// "code_store": as a metric's label and in the log. A literal.
[[nodiscard]] std::string_view to_string(pool p) noexcept;

/// A value for each pool.
template <class T>
struct by_pool {
  std::array<T, pools.size()> all;
  [[nodiscard]] T& operator[](pool p) noexcept { return all[static_cast<std::size_t>(p)]; }
  [[nodiscard]] const T& operator[](pool p) const noexcept {
    return all[static_cast<std::size_t>(p)];
  }
};

/// Which members have all that they need to work. A member says so itself, the supervisor takes it
/// back when the member has ended. Thread-safe.
class member_board {
 public:
  explicit member_board(const by_pool<std::size_t>& sizes);

  /// Once per life of a member; again does nothing.
  void note_working(pool p, std::size_t index) noexcept;
  void note_ended(pool p, std::size_t index) noexcept;
  /// Whether no member of any pool is missing.
  [[nodiscard]] bool all_work() const noexcept {
    return missing_.load(std::memory_order_acquire) == 0;
  }

 private:
  by_pool<std::vector<std::atomic<bool>>> works_;
  std::atomic<std::size_t> missing_;
};

}  // namespace mintage::actors
