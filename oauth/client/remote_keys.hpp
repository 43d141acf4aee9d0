/// @file
/// The key sets of clients that are fetched from their `jwks_uri`, an immutable
/// snapshot for those who authenticate clients. (CAU-10, CAU-11)
#pragma once

#include <array>
#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "oauth/client/client.hpp"
#include "oauth/client/key_set.hpp"
#include "oauth/types.hpp"

namespace mintage::oauth {

/// The key set that a request must wait for.
struct wanted_keys {
  std::string client_id;
  std::string url;
  /// The set is known, but has no key with the `kid` that the request names.
  bool lacks_kid = false;
  /// Whether anybody can make such clients: it has registered itself without a token.
  bool is_open = false;
};
/// The key set at the `jwks_uri` of a client.
[[nodiscard]] wanted_keys keys_wanted_of(const client& c, bool lacks_kid);

/// What is known of the key set at one URL. Immutable, except that its readers mark what they use.
struct remote_key_set {
  /// The keys; null when there are none.
  key_set_ptr keys;
  /// Why there are none.
  std::optional<denial> why;
  /// Until when this holds. Later, the set must be fetched first.
  instant until;
  /// Whether it was used: a set that nobody uses is not fetched again.
  mutable std::atomic<bool> is_used{false};
};

/// All that is known. Immutable; a change makes a new one, which shares most of its parts with the
/// former one.
class remote_keys {
 public:
  using entry = std::shared_ptr<const remote_key_set>;

  /// Finds the key set of a URL, and marks it as used. @returns null when nothing holds at `now`.
  [[nodiscard]] const remote_key_set* find(std::string_view url, instant now) const;
  /// A copy with this entry for a URL; null removes it.
  [[nodiscard]] std::shared_ptr<const remote_keys> with(const std::string& url, entry e) const;

 private:
  static constexpr std::size_t buckets_count = 256;
  using bucket = std::map<std::string, entry, std::less<>>;
  [[nodiscard]] static std::size_t bucket_of(std::string_view url) noexcept {
    return std::hash<std::string_view>{}(url) % buckets_count;
  }

  std::array<std::shared_ptr<const bucket>, buckets_count> buckets_;
};
using remote_keys_snapshot = std::shared_ptr<const remote_keys>;

}  // namespace mintage::oauth
