/// @file
/// The keys of the TLS session tickets of one listener. Internal to net/.
#pragma once

#include <array>
#include <chrono>
#include <memory>
#include <vector>

struct ssl_ctx_st;
struct ssl_st;

namespace mintage::net {

/// Immutable: the listener makes the next generation and gives it to the connections it accepts. A
/// key encrypts tickets for `period`, and decrypts until every ticket that it encrypted has
/// expired. It is wiped with the last generation that has it, so that stolen memory reveals nothing
/// of older sessions.
/// @see RFC 5077 §4, RFC 9325 §3.4
class ticket_keys {
 public:
  using moment = std::chrono::steady_clock::time_point;
  static constexpr auto period = std::chrono::hours{1};
  /// How long a ticket is valid.
  static constexpr auto lifetime = std::chrono::hours{2};

  [[nodiscard]] static std::shared_ptr<const ticket_keys> first(moment now);
  /// Whether the next generation is due.
  [[nodiscard]] bool is_due(moment now) const noexcept;
  [[nodiscard]] std::shared_ptr<const ticket_keys> next(moment now) const;

  /// Makes all sessions of a context use the keys that `install` sets.
  static void prepare(ssl_ctx_st* context);
  /// @param keys outlive the handshake; null afterwards.
  static void install(ssl_st* session, const ticket_keys* keys);

  struct key {
    key() = default;
    key(const key&) = default;
    key& operator=(const key&) = default;
    ~key();

    moment since;
    std::array<unsigned char, 16> name{};
    std::array<unsigned char, 32> seal{};
    std::array<unsigned char, 32> mac{};
  };
  /// The key that encrypts is the first.
  [[nodiscard]] const std::vector<key>& all() const noexcept { return keys_; }

 private:
  ticket_keys() = default;
  std::vector<key> keys_;
};

}  // namespace mintage::net
