#include "net/router.hpp"

#include <charconv>

namespace mintage::net {
namespace {

int hex_digit(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// A number as this server writes it: no sign, no leading zero.
std::optional<std::uint32_t> read_number(std::string_view text) noexcept {
  auto number = std::uint32_t{0};
  const auto* const end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc{} || stopped != end || text.front() == '0') return std::nullopt;
  return number;
}

/// What stands behind `/admin/clients/`.
admin_target find_below_clients(std::string_view rest) noexcept {
  constexpr auto secrets = std::string_view{"/secrets"};
  constexpr auto unknown = admin_target{admin_endpoint::unknown, true, {}};
  const auto id = rest.substr(0, rest.find('/'));
  rest.remove_prefix(id.size());
  if (id.empty()) return unknown;
  if (rest.empty()) return {admin_endpoint::client, true, id};
  if (rest == secrets) return {admin_endpoint::secrets, true, id};
  if (!rest.starts_with(secrets) || rest[secrets.size()] != '/') return unknown;
  const auto number = read_number(rest.substr(secrets.size() + 1));
  return number ? admin_target{admin_endpoint::secret, true, id, *number} : unknown;
}

}  // namespace

public_endpoint find_public(const oauth::endpoint_paths& paths, std::string_view path) noexcept {
  if (path == paths.token) return public_endpoint::token;
  if (path == paths.jwks) return public_endpoint::jwks;
  if (path == paths.openid_configuration || path == paths.oauth_metadata) {
    return public_endpoint::metadata;
  }
  return public_endpoint::unknown;
}

admin_target find_admin(std::string_view path) noexcept {
  if (path == "/livez") return {admin_endpoint::livez, false, {}};
  if (path == "/readyz") return {admin_endpoint::readyz, false, {}};
  if (path == "/metrics") return {admin_endpoint::metrics, false, {}};
  if (path != "/admin" && !path.starts_with("/admin/")) return {};
  if (path == "/admin/codes") return {admin_endpoint::codes, true, {}};
  if (path == "/admin/clients") return {admin_endpoint::clients, true, {}};
  if (path == "/admin/keys") return {admin_endpoint::keys, true, {}};
  constexpr auto client_prefix = std::string_view{"/admin/clients/"};
  if (path.starts_with(client_prefix)) {
    return find_below_clients(path.substr(client_prefix.size()));
  }
  return {admin_endpoint::unknown, true, {}};
}

std::optional<std::string> decode_percent(std::string_view text) {
  auto out = std::string{};
  out.reserve(text.size());
  for (auto i = std::size_t{0}; i < text.size(); ++i) {
    if (text[i] != '%') {
      out.push_back(text[i]);
      continue;
    }
    if (text.size() - i < 3) return std::nullopt;
    const auto high = hex_digit(text[i + 1]);
    const auto low = hex_digit(text[i + 2]);
    if (high < 0 || low < 0) return std::nullopt;
    out.push_back(static_cast<char>(high * 16 + low));
    i += 2;
  }
  return out;
}

bool names_etag(std::string_view if_none_match, std::string_view etag) noexcept {
  if (if_none_match == "*") return true;
  // Our tags hold no comma and no quote within, so the list may be searched as text.
  for (auto at = if_none_match.find(etag); at != std::string_view::npos;
       at = if_none_match.find(etag, at + 1)) {
    const auto before = at == 0 ? ',' : if_none_match[at - 1];
    const auto end = at + etag.size();
    const auto after = end == if_none_match.size() ? ',' : if_none_match[end];
    const auto begins = before == ',' || before == ' ' || before == '\t' || before == '/';
    const auto ends = after == ',' || after == ' ' || after == '\t';
    if (begins && ends) return true;
  }
  return false;
}

}  // namespace mintage::net
