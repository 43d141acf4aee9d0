/// @file
/// Distinguished names of certificates, compared by what they say and not by how it is spelled.
#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

struct X509_name_st;  // OpenSSL's X509_NAME; its headers stay inside crypto/

namespace mintage::crypto {

/// A name as a sequence of sets of attributes. Two names are equal when their sets are the same, in
/// the same order, with the same types and the same values as UTF-8, octet for octet: neither the
/// spelling of the text (escapes, "cn" or "2.5.4.3") nor the string type in the certificate
/// matters, case and spaces of values do. (CAU-14)
class distinguished_name {
 public:
  /// Reads the text form, in which the last set of the certificate comes first: "CN=api,O=Example".
  /// Types are the names that `openssl x509 -nameopt RFC2253` prints, in any case, or dotted
  /// numbers; a value may be "#" and its DER in hexadecimal. At most 2048 octets.
  /// @returns the name, or the error as the end of a sentence that begins with what holds the text.
  /// @see RFC 4514 §3
  [[nodiscard]] static tl::expected<distinguished_name, std::string_view> parse(
      std::string_view text);
  /// The name in a certificate, with each value of a string type as UTF-8.
  [[nodiscard]] static distinguished_name of(const X509_name_st* name);

  [[nodiscard]] bool is_empty() const noexcept { return sets_.empty(); }
  friend bool operator==(const distinguished_name&, const distinguished_name&) = default;

 private:
  struct attribute {
    /// The type as dotted numbers.
    std::string type;
    /// UTF-8, or DER when `is_der`.
    std::string value;
    bool is_der = false;
    friend auto operator<=>(const attribute&, const attribute&) = default;
  };
  /// Each in ascending order, since the members of a set have none.
  using attribute_set = std::vector<attribute>;

  class reader;
  /// In the order of the certificate.
  std::vector<attribute_set> sets_;
};

}  // namespace mintage::crypto
