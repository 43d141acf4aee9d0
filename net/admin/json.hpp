/// @file
/// JSON of the admin interface to oauth:: values (simdjson) and back (Boost.JSON).
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "oauth/admin/calls.hpp"
#include "oauth/admin/minting.hpp"

namespace mintage::net {

/// Reads one object. Unknown members, wrong types, duplicate members and trailing octets are errors
/// that name the member. Members that are null count as not sent. Not thread-safe: one per session
/// (it keeps a parser and its buffers).
class admin_json {
 public:
  admin_json();
  ~admin_json();
  admin_json(admin_json&&) noexcept;
  admin_json& operator=(admin_json&&) noexcept;

  /// Body of POST /admin/codes or a line of it. `dpop_jkt` is refused by name until the server can
  /// honour it: silently dropping it would weaken a token. Of `claims`, null and empty members are
  /// left out (UIN-03); of `claims_request`, what it means for the ID token is kept (IDT-02).
  [[nodiscard]] oauth::admin_result<oauth::mint_request> read_mint(std::string_view json);
  /// Body of POST and PATCH /admin/clients.
  [[nodiscard]] oauth::admin_result<oauth::client_metadata> read_client(std::string_view json);
  /// Body of POST /admin/resources.
  [[nodiscard]] oauth::admin_result<oauth::resource> read_resource(std::string_view json);
  /// Body of POST /admin/clients/{id}/secrets; an empty one asks for a generated secret.
  [[nodiscard]] oauth::admin_result<oauth::secret_request> read_secret(std::string_view json);
  /// Body of POST /admin/keys/rotate; an empty one asks for all keys, with the usual wait.
  [[nodiscard]] oauth::admin_result<oauth::rotate_keys> read_rotation(std::string_view json);

 private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

/// The client with RFC 7591 names; never a hash. With `client_secret` (once) when it was generated,
/// and then `client_secret_expires_at`; with `number` when a secret was added; with `warnings` when
/// there are any.
[[nodiscard]] std::string render(const oauth::admin_answer& answer);
[[nodiscard]] std::string render(const oauth::admin_error& error);
/// `{"code":…,"expires_in":…}`
[[nodiscard]] std::string render_minted(std::string_view code, oauth::seconds expires_in);
/// 400, 401, 403, 404, 409, 500 or 503.
[[nodiscard]] unsigned status_of(oauth::errc code) noexcept;

}  // namespace mintage::net
