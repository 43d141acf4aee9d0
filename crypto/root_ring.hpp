/// @file
/// The root keys of a server: the newest makes, each of them opens.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/bytes.hpp"
#include "crypto/digest.hpp"
#include "crypto/root_key.hpp"

namespace mintage::crypto {

/// Subkeys that outlive their root: what they made is stored, or known to others, and cannot be
/// made again under another key. The order is that of the note in the database: DO NOT CHANGE.
enum class lasting_subkey : std::uint8_t {
  pepper,    ///< HMACs of secrets, and of tokens that are looked up
  pairwise,  ///< pairwise subjects
};
inline constexpr auto lasting_subkeys_count = std::size_t{2};

/// A root that makes nothing any more.
struct former_root {
  std::uint32_t generation = 0;
  /// When another one took its place, and until when what it made is opened. Seconds since 1970.
  std::int64_t replaced = 0;
  std::int64_t kept_until = 0;
  root_key key;
  /// Whether it also opens what lives for minutes.
  bool is_recent = true;
};

/// What a ring consists of.
struct root_ring_content {
  /// Of `newest`: 1 for the first root of a server.
  std::uint32_t generation = 1;
  /// When `newest` became so, in seconds since 1970; 0 = at the first start.
  std::int64_t since = 0;
  root_key newest;
  std::array<digest, lasting_subkeys_count> lasting{};
  /// The youngest first.
  std::vector<former_root> former;
};

/// Whether both have the same octets.
[[nodiscard]] bool are_same(const root_key& a, const root_key& b);

/// A ring with one root, the first of a server.
[[nodiscard]] root_ring_content first_ring(root_key only);

/// How long what a subkey makes is presented.
enum class subkey_life : std::uint8_t {
  any,
  minutes,  ///< only recent roots open it
};

/// The subkeys of a ring for one purpose.
struct derived_keys {
  /// The newest, one that is accepted, the former ones. Never empty.
  std::vector<digest> all;
  /// How many of them, from the first on, make something: 2 with one that is accepted.
  std::size_t makers = 1;
};

/// A handle to the roots of a server. Copies share the ring: a change is seen through all of them.
/// Thread-safe.
class root_ring {
 public:
  explicit root_ring(root_ring_content content);
  /// A ring of one root. Implicit, so that tests can write known octets.
  root_ring(const digest& only = {});  // NOLINT(google-explicit-constructor)

  /// @returns handles to the same roots.
  [[nodiscard]] root_ring_content content() const;
  /// Also opens what `next` made, before it is the newest: other nodes may use it already.
  void accept(root_key next);
  /// From now on the ring consists of `content`. A root that is accepted stays so unless it is the
  /// newest now.
  void change(root_ring_content content);
  /// Grows with each change.
  [[nodiscard]] std::uint32_t changes() const noexcept;

  [[nodiscard]] digest lasting(lasting_subkey which) const;
  [[nodiscard]] derived_keys derive_all(std::string_view purpose,
                                        subkey_life life = subkey_life::any) const;
  /// `derive_all(purpose).all`
  [[nodiscard]] std::vector<digest> derive(std::string_view purpose) const;

 private:
  struct state;
  std::shared_ptr<state> state_;
};

/// The subkeys of the roots for one purpose, derived again when the ring has changed. Not
/// thread-safe: one per actor; copies are independent.
class subkeys {
 public:
  /// Derives at once. @param purpose the label, for example "mintage/seal/1".
  subkeys(root_ring ring, std::string purpose, subkey_life life = subkey_life::any);
  /// One key that never changes. Implicit, so that tests can write known octets.
  subkeys(const digest& only = {}) : keys_{{only}} {}  // NOLINT(google-explicit-constructor)

  /// Takes over what has changed in the ring. @returns whether something had. Call it before `all`
  /// and `newest`; what they returned is then no longer valid.
  bool update();
  /// The newest first.
  [[nodiscard]] const std::vector<digest>& all() const noexcept { return keys_.all; }
  /// Those of `all`, from the first on, that this or another node makes something with.
  [[nodiscard]] std::size_t makers() const noexcept { return keys_.makers; }
  /// The one that makes.
  [[nodiscard]] const digest& newest() const noexcept { return keys_.all.front(); }
  /// Of the ring, as of the last update; 0 for a key that never changes.
  [[nodiscard]] std::uint32_t changes() const noexcept { return from_ ? from_->changes : 0; }

 private:
  struct origin {
    root_ring ring;
    std::string purpose;
    subkey_life life = subkey_life::any;
    std::uint32_t changes = 0;
  };
  std::optional<origin> from_;
  derived_keys keys_;
};

/// The subkeys as contexts of HMAC-SHA-256. Not thread-safe: one per actor.
class mac_subkeys {
 public:
  explicit mac_subkeys(subkeys keys);

  /// As `subkeys::update`; what the others returned is then no longer valid.
  bool update();
  /// The one that makes.
  [[nodiscard]] hmac_sha256& newest() noexcept { return all_.front(); }
  /// Whether `is_it` holds for one of them, the newest first.
  template <class Test>
  [[nodiscard]] bool any(Test is_it) {
    return std::any_of(all_.begin(), all_.end(), is_it);
  }

 private:
  void take();

  subkeys keys_;
  std::vector<hmac_sha256> all_;
};

}  // namespace mintage::crypto
