/// @file
/// X.509 certificates that clients present, as values.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "crypto/bytes.hpp"
#include "crypto/distinguished_name.hpp"

struct x509_st;  // OpenSSL's X509; its headers stay inside crypto/

namespace mintage::crypto {

/// What the receiver of a certificate found out about its chain.
enum class chain_verdict : std::uint8_t {
  verified,
  unknown_issuer,   ///< no chain to a trusted authority; also when none is configured
  expired,          ///< it or an authority has expired, or is not valid yet
  revoked,          ///< it or an authority is on a revocation list
  no_current_list,  ///< a revocation list is missing, broken or out of date
  unfit,            ///< anything else: a broken signature, a wrong purpose, a limit of an authority
  refused_by_proxy,  ///< the proxy that received it said so
  not_told,          ///< the proxy that received it said nothing
};

/// One certificate. Immutable; copies share it; thread-safe.
class certificate {
 public:
  /// @param der one certificate and nothing after it, of at most 16 KiB.
  /// @returns nothing when it does not parse, or has a key of less than 112 bits of strength
  ///          (RSA 2048, P-256).
  [[nodiscard]] static std::optional<certificate> read(std::string_view der, chain_verdict chain);

  /// SHA-256 of the DER: `x5t#S256` (MTL-01). @see RFC 8705 §3.1
  [[nodiscard]] const digest& thumbprint() const noexcept { return thumbprint_; }
  [[nodiscard]] chain_verdict chain() const noexcept { return chain_; }

  [[nodiscard]] distinguished_name subject() const;
  // Whether a subject alternative name of this kind is the given one. @see RFC 5280 §4.2.1.6
  /// Compares without regard to case; a wildcard matches only itself.
  [[nodiscard]] bool has_dns_name(std::string_view name) const;
  /// Compares octet for octet.
  [[nodiscard]] bool has_uri(std::string_view uri) const;
  /// @param octets 4 or 16, in the order of the network.
  [[nodiscard]] bool has_ip_address(bytes_view octets) const;
  /// Compares the part before the @ octet for octet and the host without regard to case.
  [[nodiscard]] bool has_email(std::string_view address) const;

  /// The RFC 7638 SHA-256 thumbprint of the public key as a JWK, for comparison with registered
  /// keys (CAU-14). Nothing for a kind of key that has no JWK form here.
  [[nodiscard]] std::optional<digest> key_thumbprint() const;

 private:
  certificate() = default;
  std::shared_ptr<x509_st> native_;
  digest thumbprint_{};
  chain_verdict chain_ = chain_verdict::not_told;
};

/// The 4 or 16 octets of an IP address in text form: "192.0.2.1", or RFC 4291 §2.2 for IPv6.
[[nodiscard]] std::optional<std::string> ip_octets(std::string_view text);

/// The DER in a text with one certificate in PEM and white space.
/// @returns nothing when it is not of this form. The DER itself is not parsed.
[[nodiscard]] std::optional<std::string> der_of_pem(std::string_view pem);

}  // namespace mintage::crypto
