/// @file
/// An immutable table of all clients and resources. The registry actor publishes a new one for each
/// change.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "oauth/client/client.hpp"
#include "oauth/grant/resource.hpp"

namespace mintage::oauth {

/// A snapshot: immutable, so any thread may read it. A changed copy shares all but one of 1024
/// buckets with its original: with 100,000 clients a change costs about 100 pointer copies and the
/// bucket table.
class client_registry {
 public:
  client_registry() = default;
  /// @param profile what every client is held to, also those that a copy gets.
  explicit client_registry(std::vector<client> clients, std::vector<resource> resources = {},
                           client_profile profile = client_profile::standard);

  /// @returns null when unknown; valid as long as this snapshot.
  [[nodiscard]] const client* find(std::string_view id) const noexcept;
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  /// Number of clients that have registered themselves.
  [[nodiscard]] std::size_t registered_size() const noexcept { return registered_size_; }
  /// Of these, those that needed no token.
  [[nodiscard]] std::size_t open_size() const noexcept { return open_size_; }
  /// In no particular order.
  void for_each(const std::function<void(const client&)>& visit) const;

  /// A snapshot with `c` in place of any client with the same id.
  [[nodiscard]] std::shared_ptr<const client_registry> with(client c) const;
  [[nodiscard]] std::shared_ptr<const client_registry> without(std::string_view id) const;

  /// @returns null when unknown; valid as long as this snapshot.
  [[nodiscard]] const resource* find_resource(std::string_view identifier) const noexcept;
  /// The resource that a scope token refers to; null for none.
  [[nodiscard]] const resource* resource_of_scope(std::string_view token) const noexcept;
  /// In the order of their identifiers. A change copies all of them, since they are few.
  [[nodiscard]] const std::vector<resource>& resources() const noexcept;
  [[nodiscard]] std::shared_ptr<const client_registry> with_resource(resource r) const;
  [[nodiscard]] std::shared_ptr<const client_registry> without_resource(
      std::string_view identifier) const;

  /// Whether a client registered this origin: by `allowed_origins`, or by the https redirect URIs
  /// of a public client (TOK-20). Origins are counted, so the removal of one client keeps those of
  /// others.
  [[nodiscard]] bool has_origin(std::string_view origin) const noexcept;

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
  /// The record of a client, which is held to the profile of all.
  [[nodiscard]] std::shared_ptr<const client> record_of(client&& c) const;
  [[nodiscard]] static std::size_t bucket_of(std::string_view id) noexcept;
  /// Replaces the origins of `before` by those of `after`; null = no client.
  void count_origins(const client* before, const client* after);
  /// The same for the number of those that have registered themselves.
  void count_registered(const client* before, const client* after) noexcept;

  std::array<std::shared_ptr<const bucket>, buckets_count> buckets_{};
  std::size_t size_ = 0;
  std::size_t registered_size_ = 0;
  std::size_t open_size_ = 0;
  client_profile profile_ = client_profile::standard;
  std::shared_ptr<const std::vector<resource>> resources_;
  /// Number of clients that register an origin; shared between snapshots until one changes it.
  using origin_table = std::unordered_map<std::string, std::size_t, text_hash, std::equal_to<>>;
  std::shared_ptr<const origin_table> origins_;
};

using registry_snapshot = std::shared_ptr<const client_registry>;

}  // namespace mintage::oauth
