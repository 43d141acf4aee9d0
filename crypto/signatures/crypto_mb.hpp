/// @file
/// Intel's crypto_mb: eight signatures at a time in the lanes of AVX-512 IFMA. The library is
/// loaded at run time and nothing of it is needed to build, so what is used of its interface is
/// declared here.
/// @see https://github.com/intel/cryptography-primitives, crypto_mb/ec_nistp256.h, rsa.h, status.h
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "crypto/signatures/p256_scalar.hpp"

namespace mintage::crypto {

/// Lanes of one call. A lane whose pointers are null is not used.
inline constexpr auto lanes_count = std::size_t{8};
template <class T>
using lanes = std::array<T*, lanes_count>;

/// The functions of interface version 11 that are used. Octets are big-endian; words have 64 bits,
/// the least significant first. Each function returns a status of 32 bits: four for each lane, lane
/// 0 lowest. Thread-safe.
struct crypto_mb_functions {
  /// 0 is success; null_parameter stands for a lane that is not used, as well.
  enum status : std::uint32_t {
    ok = 0,
    mismatch = 1,  ///< a number out of its range
    null_parameter = 2,
    low_order = 4,
    signature = 8  ///< it does not verify, or a half of it is zero
  };
  [[nodiscard]] static constexpr std::uint32_t of_lane(std::uint32_t all,
                                                       std::size_t lane) noexcept {
    return all >> (4 * lane) & 0xf;
  }

  struct version {
    int major;
    int minor;
    int revision;
    const char* name;  ///< "crypto_mb"
    const char* build_date;
    const char* text;
  };
  struct rsa_method;
  using octets_out = std::uint8_t* const*;
  using octets_in = const std::uint8_t* const*;
  using words_in = const std::uint64_t* const*;

  /// mbx_getversion. @returns a constant of the library.
  const version* (*get_version)();
  /// mbx_nistp256_ecdsa_sign_mb8: 32 octets each of R and S, from a digest of 32 octets that is
  /// above zero and below the order, a nonce and a private key of 4 words each. `scratch` may be
  /// null.
  std::uint32_t (*p256_sign)(octets_out r, octets_out s, octets_in digest, words_in nonce,
                             words_in private_key, std::uint8_t* scratch);
  /// mbx_nistp256_ecdsa_verify_mb8: 32 octets each of R, S and digest, 4 words each of the public
  /// point's X and Y. `z` null = affine coordinates.
  std::uint32_t (*p256_verify)(octets_in r, octets_in s, octets_in digest, words_in x, words_in y,
                               words_in z, std::uint8_t* scratch);
  /// mbx_RSA_private_crt_Method, mbx_RSA_pub65537_Method. @param bits of the modulus: 2048, 3072 or
  /// 4096. @returns a constant of the library.
  const rsa_method* (*rsa_private)(int bits);
  const rsa_method* (*rsa_public)(int bits);
  /// mbx_RSA_Method_BufSize: octets of scratch memory that the method wants.
  int (*rsa_scratch_size)(const rsa_method* method);
  /// mbx_rsa_private_crt_mb8: `out` = `in` to the power of the private exponent, octets as many as
  /// the modulus has; the private numbers have half as many.
  std::uint32_t (*rsa_private_crt)(octets_in in, octets_out out, words_in p, words_in q,
                                   words_in dp, words_in dq, words_in q_inverse, int bits,
                                   const rsa_method* method, std::uint8_t* scratch);
  /// mbx_rsa_public_mb8: `out` = `in` to the power of 65537.
  std::uint32_t (*rsa_public_65537)(octets_in in, octets_out out, words_in modulus, int bits,
                                    const rsa_method* method, std::uint8_t* scratch);
};

/// The loaded library. Immutable, thread-safe; stays loaded until the process ends.
class crypto_mb {
 public:
  /// A name to load and the version behind it that was tested.
  struct known_library {
    const char* soname;
    int major;
    int minor;
    int least_revision;
  };
  /// Where to look. Tests set it.
  struct search {
    std::span<const known_library> names;
    /// @returns the instructions that processor or system lack, or nothing.
    std::string (*find_lack)();
  };
  [[nodiscard]] static search default_search() noexcept;

  /// Loads the library, checks its version and signs and verifies known answers.
  /// @returns the reason for the log when processor, system or library do not do.
  [[nodiscard]] static tl::expected<std::shared_ptr<const crypto_mb>, std::string> load(
      const search& where = default_search());

  [[nodiscard]] const crypto_mb_functions& call() const noexcept { return functions_; }
  /// The name that was loaded and its version, for the log.
  [[nodiscard]] const std::string& name() const noexcept { return name_; }

 private:
  crypto_mb() = default;
  crypto_mb_functions functions_{};
  std::string name_;
};

}  // namespace mintage::crypto
