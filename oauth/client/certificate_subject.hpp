/// @file
/// The name in a certificate by which a client is known to be its holder. (CAU-14)
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "crypto/certificate.hpp"
#include "oauth/table.hpp"

namespace mintage::oauth {

/// What of a certificate is compared. @see RFC 8705 §2.1.2
enum class subject_field : std::uint8_t { dn, san_dns, san_uri, san_ip, san_email };

struct subject_field_row {
  subject_field id;
  /// The member of client metadata with its value.
  std::string_view name;
  /// The number in the records of clients; 0 = no field. On the disk: DO NOT CHANGE, never reuse.
  std::uint32_t record_number;
};
constexpr auto subject_fields = std::array{
    subject_field_row{subject_field::dn, "tls_client_auth_subject_dn", 1},
    subject_field_row{subject_field::san_dns, "tls_client_auth_san_dns", 2},
    subject_field_row{subject_field::san_uri, "tls_client_auth_san_uri", 3},
    subject_field_row{subject_field::san_ip, "tls_client_auth_san_ip", 4},
    subject_field_row{subject_field::san_email, "tls_client_auth_san_email", 5},
};
static_assert(is_in_order(subject_fields));

/// A field and its value: a name in the form of RFC 4514, a DNS name, a URI, an IP address, or the
/// address of a mailbox.
struct certificate_subject {
  subject_field field = subject_field::dn;
  std::string value;
  friend bool operator==(const certificate_subject&, const certificate_subject&) = default;
};

/// @returns the error of the value, as the end of a sentence that begins with the name of its
///          member; empty when a certificate can have it.
[[nodiscard]] std::string_view fault_of(const certificate_subject& s);

/// Whether a certificate has the field with this value. Names and DNS names are compared by what
/// they say, as of crypto/certificate.hpp; everything else octet for octet.
[[nodiscard]] bool is_subject_of(const certificate_subject& s, const crypto::certificate& of);

}  // namespace mintage::oauth
