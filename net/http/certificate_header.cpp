#include "net/http/certificate_header.hpp"

#include <utility>

#include "crypto/base64.hpp"
#include "net/http/framing.hpp"
#include "oauth/denial_reasons.hpp"
#include "oauth/request/percent.hpp"

namespace mintage::net {
namespace {

/// A structured field of octets. Parameters are not defined for it, so that there are none.
/// @see RFC 8941 §3.3.5
std::optional<std::string> read_octets_item(std::string_view value) {
  if (value.size() < 2 || !value.starts_with(':') || !value.ends_with(':')) return std::nullopt;
  return crypto::base64_decode(value.substr(1, value.size() - 2));
}

std::optional<std::string> read_escaped_pem(std::string_view value) {
  const auto pem = oauth::decode_percent(value);
  return pem ? crypto::der_of_pem(*pem) : std::nullopt;
}

/// Cuts the text up to the first `;` or `,` outside of quotes. @returns what ended it, 0 at the end
/// of the value; nothing when a quote does not end.
std::optional<char> cut_pair(std::string_view& rest, std::string_view& pair) noexcept {
  auto is_quoted = false;
  for (auto i = std::size_t{0}; i < rest.size(); ++i) {
    const auto c = rest[i];
    if (is_quoted && c == '\\') {
      ++i;
    } else if (c == '"') {
      is_quoted = !is_quoted;
    } else if (!is_quoted && (c == ';' || c == ',')) {
      pair = rest.substr(0, i);
      rest.remove_prefix(i + 1);
      return c;
    }
  }
  if (is_quoted) return std::nullopt;
  pair = std::exchange(rest, {});
  return '\0';
}

/// The member Cert. A second element was added by another proxy and says nothing of this peer.
std::optional<std::string> read_forwarded(std::string_view value) {
  auto found = std::optional<std::string_view>{};
  while (!value.empty()) {
    auto pair = std::string_view{};
    const auto end = cut_pair(value, pair);
    if (!end || *end == ',') return std::nullopt;
    const auto equals = pair.find('=');
    if (equals == std::string_view::npos) return std::nullopt;
    if (!iequals(pair.substr(0, equals), "Cert")) continue;
    if (found) return std::nullopt;
    found = pair.substr(equals + 1);
  }
  if (!found) return std::nullopt;
  // Percent encoding leaves nothing that a quoted string would have to escape.
  if (found->size() >= 2 && found->starts_with('"') && found->ends_with('"'))
    found = found->substr(1, found->size() - 2);
  return read_escaped_pem(*found);
}

}  // namespace

std::optional<std::string> read_certificate_header(certificate_header form,
                                                   std::string_view value) {
  if (value.empty()) return std::string{};
  switch (form) {
    case certificate_header::none:
      return std::string{};
    case certificate_header::rfc9440:
      return read_octets_item(value);
    case certificate_header::nginx:
      return read_escaped_pem(value);
    case certificate_header::envoy:
      return read_forwarded(value);
  }
  return std::nullopt;
}

crypto::chain_verdict read_verified_header(std::optional<std::string_view> value) {
  if (!value) return crypto::chain_verdict::not_told;
  // $ssl_client_verify of nginx, ssl_c_verify of haproxy.
  return *value == "SUCCESS" || *value == "0" ? crypto::chain_verdict::verified
                                              : crypto::chain_verdict::refused_by_proxy;
}

oauth::result<std::shared_ptr<const crypto::certificate>> passed_on_certificate(
    certificate_header form, const request_head& head) {
  if (head.client_certificate_repeated || head.client_verified_repeated) {
    return oauth::deny(oauth::errc::invalid_request, "the client certificate was sent twice",
                       "a field of the client certificate is repeated");
  }
  const auto der = read_certificate_header(form, head.client_certificate.value_or(""));
  if (der && der->empty()) return nullptr;
  auto read = der ? crypto::certificate::read(*der, read_verified_header(head.client_verified))
                  : std::nullopt;
  if (!read) {
    return oauth::deny(oauth::errc::invalid_request, "the client certificate is malformed",
                       "the proxy's field with the client certificate is malformed");
  }
  return std::make_shared<const crypto::certificate>(std::move(*read));
}

}  // namespace mintage::net
