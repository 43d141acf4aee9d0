/// @file
/// Which backend signs and verifies in this process, and why.
#pragma once

#include <memory>
#include <string>

#include "crypto/signatures/backend.hpp"
#include "crypto/signatures/crypto_mb.hpp"

namespace mintage::crypto {

/// [keys] signature_backend: "auto", "openssl", "crypto_mb".
enum class backend_wish : std::uint8_t { automatic, openssl, crypto_mb };

/// The choice is made once per process. Immutable; thread-safe.
class signature_backends {
 public:
  /// OpenSSL.
  signature_backends() = default;
  /// "auto" takes crypto_mb where processor, system and library do, unless OpenSSL is in FIPS mode.
  /// @returns the reason when crypto_mb is asked for and cannot be had.
  [[nodiscard]] static tl::expected<signature_backends, std::string> choose(
      backend_wish wish, const crypto_mb::search& where = crypto_mb::default_search());

  [[nodiscard]] backend_kind kind() const noexcept {
    return library_ == nullptr ? backend_kind::openssl : backend_kind::crypto_mb;
  }
  /// Why it is that one, for the log: the loaded library, or what prevents it.
  [[nodiscard]] const std::string& reason() const noexcept { return reason_; }

  /// @pre `kind` is `openssl` or the chosen one.
  [[nodiscard]] std::unique_ptr<signature_backend> make(backend_kind kind) const;
  [[nodiscard]] std::unique_ptr<signature_backend> make() const { return make(kind()); }

 private:
  std::shared_ptr<const crypto_mb> library_;
  std::string reason_ = "chosen by keys.signature_backend";
};

}  // namespace mintage::crypto
