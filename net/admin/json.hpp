/// @file
/// JSON of the admin interface to oauth:: values (simdjson), and back (Boost.JSON).
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "oauth/admin/calls.hpp"
#include "oauth/admin/minting.hpp"
#include "oauth/authorization/verdict.hpp"

namespace mintage::net {

/// Reads one object. Unknown members, wrong types, repeated members and trailing octets are errors
/// that name the member. Null members count as not sent. Not thread-safe: one per session, because
/// it owns a parser and its buffers.
class admin_json {
 public:
  admin_json();
  ~admin_json();
  admin_json(admin_json&&) noexcept;
  admin_json& operator=(admin_json&&) noexcept;

  /// Body of POST /admin/codes, or a line of it. Null and empty members of `claims` are dropped
  /// (UIN-03); of `claims_request`, what concerns the ID token is stored (IDT-02).
  [[nodiscard]] oauth::admin_result<oauth::mint_request> read_mint(std::string_view json);
  /// Body of POST /admin/authorizations/{handle}/accept. Its `claims` as of `read_mint`.
  [[nodiscard]] oauth::admin_result<oauth::acceptance> read_acceptance(std::string_view json);
  /// Body of POST /admin/authorizations/{handle}/deny; an empty one is access_denied. Checked.
  [[nodiscard]] oauth::admin_result<oauth::login_denial> read_denial(std::string_view json);
  /// Body of POST and PATCH /admin/clients.
  [[nodiscard]] oauth::admin_result<oauth::client_metadata> read_client(std::string_view json);
  /// Body of POST /admin/resources.
  [[nodiscard]] oauth::admin_result<oauth::resource> read_resource(std::string_view json);
  /// Body of POST /admin/clients/{id}/secrets; an empty one requests a generated secret.
  [[nodiscard]] oauth::admin_result<oauth::secret_request> read_secret(std::string_view json);
  /// Body of POST /admin/backups.
  [[nodiscard]] oauth::admin_result<oauth::back_up> read_backup(std::string_view json);
  /// Body of POST /admin/keys/rotate; an empty one means all keys, with the usual wait.
  [[nodiscard]] oauth::admin_result<oauth::rotate_keys> read_rotation(std::string_view json);
  /// Body of POST /register and PUT /register/{id}: ignores members that are not for clients
  /// (DCR-02).
  [[nodiscard]] oauth::admin_result<oauth::registration_request> read_registration(
      std::string_view json);
  /// Body of POST /admin/registration_tokens; an empty one means the defaults.
  [[nodiscard]] oauth::admin_result<oauth::registration_token_request> read_registration_token(
      std::string_view json);

 private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

/// The members that `read_client` knows.
[[nodiscard]] std::vector<std::string_view> client_member_names();

/// Renders the answer. A client has the names of RFC 7591, never a hash. It has `client_secret`
/// (once) and `client_secret_expires_at` when the secret was generated, `number` when a secret was
/// added, and `warnings` when there are any.
[[nodiscard]] std::string render(const oauth::admin_answer& answer);
[[nodiscard]] std::string render(const oauth::admin_error& error);
/// The answer to a client about itself (RFC 7591 §3.2.1): registrable members alone.
/// @param base what the client's id follows in its `registration_client_uri`.
[[nodiscard]] std::string render_registration(const oauth::registered_client& client,
                                              std::string_view base);
/// `{"code":…,"expires_in":…}`
[[nodiscard]] std::string render_minted(std::string_view code, oauth::seconds expires_in);
/// 400, 401, 403, 404, 409, 500 or 503.
[[nodiscard]] unsigned status_of(oauth::errc code) noexcept;

}  // namespace mintage::net
