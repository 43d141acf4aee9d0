/// @file
/// An immutable table of all clients. The registry actor publishes a new one for each change.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "oauth/client.hpp"

namespace mintage::oauth {

/// A snapshot: never changes after it was made, so any thread may read it. A changed copy shares
/// all but one of 1024 buckets with its origin: with 100,000 clients it costs about 100 pointer
/// copies and the bucket table, not 100,000.
class client_registry {
 public:
  client_registry() = default;
  explicit client_registry(std::vector<client> clients);

  /// @returns null when unknown; valid as long as this snapshot.
  [[nodiscard]] const client* find(std::string_view id) const noexcept;
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  /// In no particular order.
  void for_each(const std::function<void(const client&)>& visit) const;

  /// A snapshot in which `c` stands instead of any client of the same id.
  [[nodiscard]] std::shared_ptr<const client_registry> with(client c) const;
  [[nodiscard]] std::shared_ptr<const client_registry> without(std::string_view id) const;

 private:
  struct text_hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view s) const noexcept {
      return std::hash<std::string_view>{}(s);
    }
  };
  using bucket =
      std::unordered_map<std::string, std::shared_ptr<const client>, text_hash, std::equal_to<>>;
  static constexpr std::size_t buckets_count = 1024;
  [[nodiscard]] static std::size_t bucket_of(std::string_view id) noexcept;

  std::array<std::shared_ptr<const bucket>, buckets_count> buckets_{};
  std::size_t size_ = 0;
};

using registry_snapshot = std::shared_ptr<const client_registry>;

}  // namespace mintage::oauth
