/// @file
/// How far records are sealed anew after the seal key was rotated.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace mintage::actors {

/// What is sealed with the keys of the ring.
enum class sealed_records : std::uint8_t {
  keys,     ///< signing keys
  secrets,  ///< client secrets whose text is needed (CAU-10)
};
inline constexpr auto sealed_records_count = std::size_t{2};

/// Written by the actors that own the records, read on any thread.
class seal_progress {
 public:
  /// @param changes of the ring, when the records were looked through.
  /// @param left how many of them the newest root does not open.
  void note(sealed_records of, std::uint32_t changes, std::size_t left) noexcept {
    auto& c = counts_[static_cast<std::size_t>(of)];
    c.left = left;
    c.changes = changes;
  }
  /// @returns nothing when they were not looked through since the ring became as it is.
  [[nodiscard]] std::optional<std::size_t> left(sealed_records of,
                                                std::uint32_t changes) const noexcept {
    const auto& c = counts_[static_cast<std::size_t>(of)];
    if (c.changes != changes) return std::nullopt;
    return c.left.load();
  }

 private:
  struct count {
    std::atomic<std::size_t> left{0};
    std::atomic<std::uint32_t> changes{0};
  };
  std::array<count, sealed_records_count> counts_;
};

}  // namespace mintage::actors
