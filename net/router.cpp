#include "net/router.hpp"

#include <charconv>
#include <optional>

namespace mintage::net {
namespace {

/// Parses a number without sign and leading zeros.
std::optional<std::uint32_t> read_number(std::string_view text) noexcept {
  auto number = std::uint32_t{0};
  const auto* const end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc{} || stopped != end || text.front() == '0') return std::nullopt;
  return number;
}

/// The target for the path after `/admin/clients/`.
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

/// The target of paths like "/admin/subjects/" NAME "/revoke".
std::optional<admin_target> find_named(std::string_view path, std::string_view prefix,
                                       std::string_view suffix, admin_endpoint what) noexcept {
  if (!path.starts_with(prefix)) return std::nullopt;
  path.remove_prefix(prefix.size());
  const auto name = path.substr(0, path.find('/'));
  if (name.empty() || path.substr(name.size()) != suffix) return std::nullopt;
  return admin_target{what, true, name};
}

}  // namespace

std::optional<oauth::endpoint> find_public(const oauth::endpoint_paths& paths,
                                           std::string_view path) noexcept {
  for (const auto& e : oauth::endpoints) {
    const auto& known = paths[e.id];
    if (known.empty()) continue;
    if (!e.has_id && known == path) return e.id;
    if (e.has_id && path.size() > known.size() && path.starts_with(known) &&
        path.find('/', known.size()) == path.npos)
      return e.id;
  }
  return std::nullopt;
}

admin_target find_admin(std::string_view path) noexcept {
  if (path == "/livez") return {admin_endpoint::livez, false, {}};
  if (path == "/readyz") return {admin_endpoint::readyz, false, {}};
  if (path == "/metrics") return {admin_endpoint::metrics, false, {}};
  if (path != "/admin" && !path.starts_with("/admin/")) return {};
  if (path == "/admin/codes") return {admin_endpoint::codes, true, {}};
  if (path == "/admin/clients") return {admin_endpoint::clients, true, {}};
  if (path == "/admin/keys") return {admin_endpoint::keys, true, {}};
  if (path == "/admin/keys/rotate") return {admin_endpoint::key_rotation, true, {}};
  constexpr auto key_prefix = std::string_view{"/admin/keys/"};
  if (path.starts_with(key_prefix)) {
    const auto kid = path.substr(key_prefix.size());
    const auto is_one = !kid.empty() && kid.find('/') == std::string_view::npos;
    return {is_one ? admin_endpoint::key : admin_endpoint::unknown, true, kid};
  }
  constexpr auto client_prefix = std::string_view{"/admin/clients/"};
  if (path.starts_with(client_prefix)) {
    return find_below_clients(path.substr(client_prefix.size()));
  }
  if (path == "/admin/registration_tokens") return {admin_endpoint::registration_tokens, true, {}};
  if (auto t =
          find_named(path, "/admin/registration_tokens/", "", admin_endpoint::registration_token)) {
    return *t;
  }
  if (path == "/admin/clock/confirm") return {admin_endpoint::clock_confirmation, true, {}};
  if (path == "/admin/reload") return {admin_endpoint::reload, true, {}};
  if (path == "/admin/backups") return {admin_endpoint::backups, true, {}};
  if (path == "/admin/seal") return {admin_endpoint::seal, true, {}};
  if (path == "/admin/seal/rotate") return {admin_endpoint::seal_rotation, true, {}};
  if (path == "/admin/seal/retire") return {admin_endpoint::seal_retirement, true, {}};
  if (path == "/admin/refusals") return {admin_endpoint::refusals, true, {}};
  if (auto t = find_named(path, "/admin/refusals/", "", admin_endpoint::refusal)) return *t;
  if (path == "/admin/resources") return {admin_endpoint::resources, true, {}};
  if (auto t = find_named(path, "/admin/resources/", "", admin_endpoint::resource)) return *t;
  if (auto t = find_named(path, "/admin/subjects/", "/revoke", admin_endpoint::revoke_subject)) {
    return *t;
  }
  if (auto t = find_named(path, "/admin/sessions/", "/end", admin_endpoint::end_session)) return *t;
  constexpr auto authorizations = std::string_view{"/admin/authorizations/"};
  if (auto t = find_named(path, authorizations, "", admin_endpoint::authorization)) return *t;
  if (auto t = find_named(path, authorizations, "/accept", admin_endpoint::authorization_accept)) {
    return *t;
  }
  if (auto t = find_named(path, authorizations, "/deny", admin_endpoint::authorization_deny)) {
    return *t;
  }
  constexpr auto logouts = std::string_view{"/admin/logouts/"};
  if (auto t = find_named(path, logouts, "", admin_endpoint::logout)) return *t;
  if (auto t = find_named(path, logouts, "/accept", admin_endpoint::logout_accept)) return *t;
  if (auto t = find_named(path, logouts, "/deny", admin_endpoint::logout_deny)) return *t;
  return {admin_endpoint::unknown, true, {}};
}

bool names_etag(std::string_view if_none_match, std::string_view etag) noexcept {
  if (if_none_match == "*") return true;
  // Tags of this server contain no comma and no inner quote, so the list is searched as text.
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
