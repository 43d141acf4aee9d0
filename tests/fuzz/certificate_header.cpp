/// @file
/// Fuzzes the header fields in which proxies pass on client certificates, and names in them. What
/// is read once is read again from the form of RFC 9440.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "crypto/base64.hpp"
#include "crypto/certificate.hpp"
#include "net/http/certificate_header.hpp"

namespace {

using mintage::crypto::certificate;
using mintage::crypto::chain_verdict;
using mintage::net::certificate_header;
using mintage::net::read_certificate_header;

/// Standard Base64, which nothing else of the program writes.
std::string base64(std::string_view octets) {
  auto text = mintage::crypto::base64url(octets);
  for (auto& c : text) c = c == '-' ? '+' : c == '_' ? '/' : c;
  return text;
}

void read_names(const certificate& c, std::string_view text) {
  static_cast<void>(c.has_dns_name(text));
  static_cast<void>(c.has_uri(text));
  static_cast<void>(c.has_email(text));
  static_cast<void>(c.has_ip_address(mintage::crypto::as_bytes(text)));
  static_cast<void>(c.key_thumbprint());
  const auto subject = c.subject();
  if (!(subject == c.subject())) __builtin_trap();
  if (const auto name = mintage::crypto::distinguished_name::parse(text))
    static_cast<void>(*name == subject);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto text = std::string_view{reinterpret_cast<const char*>(data), size}.substr(1);
  const auto form = static_cast<certificate_header>(data[0] % 4);
  const auto der = read_certificate_header(form, text);
  if (der && !der->empty()) {
    const auto again =
        read_certificate_header(certificate_header::rfc9440, ':' + base64(*der) + ':');
    if (again != der) __builtin_trap();
    if (const auto c = certificate::read(*der, chain_verdict::not_told)) read_names(*c, text);
  }
  // The octets as a certificate, so that its parts are reached without an encoding around it.
  if (const auto c = certificate::read(text, chain_verdict::not_told)) read_names(*c, text);
  static_cast<void>(mintage::crypto::distinguished_name::parse(text));
  static_cast<void>(mintage::crypto::ip_octets(text));
  return 0;
}
