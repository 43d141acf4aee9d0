#include "oauth/client/certificate_subject.hpp"

#include <algorithm>

#include "oauth/request/text.hpp"
#include "oauth/request/uri.hpp"

namespace mintage::oauth {
namespace {

constexpr auto longest = std::size_t{2048};
constexpr auto longest_dns_name = std::size_t{253};

std::string_view fault_of_dns_name(std::string_view name) {
  const auto is_part = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.';
  };
  if (name.find('*') != std::string_view::npos)
    return "must be one name: wildcards are not matched";
  if (name.size() <= longest_dns_name && !name.empty() && std::ranges::all_of(name, is_part) &&
      !name.starts_with('.') && !name.ends_with('.') && name.find("..") == std::string_view::npos) {
    return {};
  }
  return "must be a DNS name such as client.example.com";
}

}  // namespace

std::string_view fault_of(const certificate_subject& s) {
  if (s.value.size() > longest) return "must be at most 2048 octets";
  switch (s.field) {
    case subject_field::dn: {
      const auto name = crypto::distinguished_name::parse(s.value);
      return name ? std::string_view{} : name.error();
    }
    case subject_field::san_dns:
      return fault_of_dns_name(s.value);
    case subject_field::san_uri:
      return is_visible_ascii(s.value) && split_uri(s.value) ? "" : "must be an absolute URI";
    case subject_field::san_ip:
      return crypto::ip_octets(s.value) ? "" : "must be an IPv4 or IPv6 address";
    case subject_field::san_email: {
      const auto at = s.value.rfind('@');
      const auto is_address = is_visible_ascii(s.value) && at != std::string::npos && at != 0 &&
                              at + 1 != s.value.size();
      return is_address ? "" : "must be the address of a mailbox such as jo@example.com";
    }
  }
  return {};
}

bool is_subject_of(const certificate_subject& s, const crypto::certificate& of) {
  switch (s.field) {
    case subject_field::dn: {
      const auto name = crypto::distinguished_name::parse(s.value);
      return name && *name == of.subject();
    }
    case subject_field::san_dns:
      return of.has_dns_name(s.value);
    case subject_field::san_uri:
      return of.has_uri(s.value);
    case subject_field::san_ip: {
      const auto octets = crypto::ip_octets(s.value);
      return octets && of.has_ip_address(crypto::as_bytes(*octets));
    }
    case subject_field::san_email:
      return of.has_email(s.value);
  }
  return false;
}

}  // namespace mintage::oauth
