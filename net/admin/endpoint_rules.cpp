#include "net/admin/endpoint_rules.hpp"

#include <array>
#include <cstddef>

#include "oauth/table.hpp"

namespace mintage::net {
namespace {

using id = admin_endpoint;

constexpr auto table = std::to_array<admin_endpoint_rules>({
    {.id = id::unknown},
    {.id = id::livez, .allow = "GET, HEAD"},
    {.id = id::readyz, .allow = "GET, HEAD"},
    {.id = id::metrics, .allow = "GET, HEAD"},
    {.id = id::clients, .allow = "GET, POST"},
    {.id = id::client, .allow = "GET, PATCH, DELETE"},
    {.id = id::secrets, .allow = "POST", .body_may_be_empty = true},
    {.id = id::secret, .allow = "DELETE"},
    {.id = id::keys, .allow = "GET"},
    {.id = id::key_rotation, .allow = "POST", .body_may_be_empty = true},
    {.id = id::key, .allow = "DELETE"},
    {.id = id::codes, .allow = "POST", .is_of_login_page = true},
    {.id = id::resources, .allow = "GET, POST"},
    {.id = id::resource, .allow = "DELETE"},
    {.id = id::revoke_subject, .allow = "POST", .body_may_be_empty = true},
    {.id = id::end_session, .allow = "POST", .body_may_be_empty = true, .is_of_login_page = true},
    {.id = id::clock_confirmation, .allow = "POST", .body_may_be_empty = true},
    {.id = id::reload, .allow = "POST", .body_may_be_empty = true},
    {.id = id::backups, .allow = "POST"},
    {.id = id::seal, .allow = "GET"},
    {.id = id::seal_rotation, .allow = "POST", .body_may_be_empty = true},
    {.id = id::seal_retirement, .allow = "POST", .body_may_be_empty = true},
    {.id = id::refusals, .allow = "GET"},
    {.id = id::refusal, .allow = "GET"},
    {.id = id::authorization, .allow = "GET", .is_of_login_page = true},
    {.id = id::authorization_accept, .allow = "POST", .is_of_login_page = true},
    {.id = id::authorization_deny,
     .allow = "POST",
     .body_may_be_empty = true,
     .is_of_login_page = true},
    {.id = id::registration_tokens, .allow = "GET, POST", .body_may_be_empty = true},
    {.id = id::registration_token, .allow = "DELETE"},
    {.id = id::logout, .allow = "GET", .is_of_login_page = true},
    {.id = id::logout_accept, .allow = "POST", .body_may_be_empty = true, .is_of_login_page = true},
    {.id = id::logout_deny, .allow = "POST", .body_may_be_empty = true, .is_of_login_page = true},
});

static_assert(oauth::is_in_order(table));

/// Empty for methods that no path takes.
constexpr std::string_view name_of(http_method m) noexcept {
  switch (m) {
    case http_method::get:
      return "GET";
    case http_method::head:
      return "HEAD";
    case http_method::post:
      return "POST";
    case http_method::patch:
      return "PATCH";
    case http_method::delete_:
      return "DELETE";
    case http_method::options:
    case http_method::put:
    case http_method::other:
      break;
  }
  return {};
}

}  // namespace

// No name of a method is a part of another one's.
bool admin_endpoint_rules::takes(http_method m) const noexcept {
  const auto name = name_of(m);
  return !name.empty() && allow.find(name) != std::string_view::npos;
}

const admin_endpoint_rules& rules_of(admin_endpoint e) noexcept {
  return table[static_cast<std::size_t>(e)];
}

}  // namespace mintage::net
