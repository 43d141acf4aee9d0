/// @file
/// RS256 in the lanes of crypto_mb. For crypto_mb_backend.cpp.
#pragma once

#include <array>
#include <memory>
#include <span>
#include <vector>

#include "crypto/signatures/backend.hpp"
#include "crypto/signatures/crypto_mb.hpp"

namespace mintage::crypto {

/// The sizes of moduli that crypto_mb knows, in bits. All lanes of a call have the same.
inline constexpr auto rsa_lane_sizes = std::array{2048, 3072, 4096};

/// The private numbers of an RSA key, in words; wiped when they are destroyed.
class rsa_secret {
 public:
  /// @returns null when the key is of another kind or size, or does not give its numbers out.
  [[nodiscard]] static std::unique_ptr<rsa_secret> of(const signing_key& key);
  ~rsa_secret();
  rsa_secret(const rsa_secret&) = delete;
  rsa_secret& operator=(const rsa_secret&) = delete;

  /// The index in `rsa_lane_sizes`.
  [[nodiscard]] std::size_t size_index() const noexcept { return size_index_; }
  [[nodiscard]] const public_key& public_part() const noexcept { return public_; }

  /// p, q, d mod p-1, d mod q-1, 1/q mod p.
  static constexpr auto numbers_count = std::size_t{5};
  [[nodiscard]] const std::uint64_t* number(std::size_t i) const noexcept {
    return words_.data() + i * (words_.size() / numbers_count);
  }

 private:
  rsa_secret(const signing_key& key, std::size_t size_index);
  public_key public_;
  std::size_t size_index_;
  std::vector<std::uint64_t> words_;
};

/// One lane of a signature.
struct rsa_sign_lane {
  const rsa_secret* key = nullptr;
  bytes_view hashed;                  ///< 32 octets
  std::span<std::uint8_t> signature;  ///< as many octets as the modulus
};

/// The calls of the library with their memory. Not thread-safe.
class rsa_lanes {
 public:
  explicit rsa_lanes(const crypto_mb_functions& call) : call_{call} {}

  /// Signs, and checks each signature by the public exponent.
  /// @pre at most eight, of one size. @returns whether every lane has a right signature.
  [[nodiscard]] bool sign(std::span<const rsa_sign_lane> some);

  /// @returns the index in `rsa_lane_sizes`, or nothing when the lanes cannot verify by this key.
  [[nodiscard]] static std::optional<std::size_t> size_index_of(const public_key& key) noexcept;
  /// Whether the signature is as long as the modulus and below it; others are invalid.
  /// @see RFC 8017 §8.2.2, §5.2.2
  [[nodiscard]] static bool has_range(const public_key& key, bytes_view signature) noexcept;
  /// Sets `is_valid` of each. @pre at most eight, of one size, with signatures that `has_range`.
  void verify(std::span<verify_job* const> some);

 private:
  static constexpr auto octets_max = std::size_t{512};
  using texts = std::array<bytes<octets_max>, lanes_count>;
  struct alignas(64) block {
    bytes<64> octets;
  };
  [[nodiscard]] std::uint8_t* scratch_for(const crypto_mb_functions::rsa_method* method);
  /// Raises `in` to the public exponent. @returns for each lane whether that gives `expected_`.
  [[nodiscard]] std::array<bool, lanes_count> matches(crypto_mb_functions::octets_in in,
                                                      const lanes<const std::uint64_t>& moduli,
                                                      std::size_t count, int bits);

  const crypto_mb_functions& call_;
  std::vector<block> scratch_;
  texts expected_;
  texts opened_;
};

}  // namespace mintage::crypto
