/// @file
/// A connection of the public listener. Internal to net/.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "net/connection.hpp"
#include "net/router.hpp"
#include "oauth/authorization/browser.hpp"
#include "oauth/metadata.hpp"

namespace mintage::net {

/// What all public sessions share; immutable.
struct public_site {
  oauth::endpoint_paths paths;
  /// Values of WWW-Authenticate: for clients (TOK-18), and for access tokens (UIN-01).
  std::string basic_challenge;
  std::string bearer_challenge;
  std::string dpop_challenge;
  oauth::browser_cookie cookie;
  /// What the id of a client follows in its `registration_client_uri`.
  std::string registration_base;

  [[nodiscard]] static public_site of(const oauth::options& rules);
};

/// Serves the token endpoint, questions about tokens, the key set and the discovery documents.
class session final : public connection {
 public:
  session(event_loop& l, const options& o, const public_site& site, connection_gate& gate,
          channel to_peer)
      : connection{l, o, gate, std::move(to_peer), o.body_limit}, site_{site} {}

  void answered(service::exchange& x) noexcept override;

 private:
  void on_head() override;
  void on_body() override;
  void complete(answer& a) override;
  [[nodiscard]] bool answer_server_options();
  void on_other_method();
  [[nodiscard]] std::string_view asked_headers() const noexcept;
  [[nodiscard]] std::optional<oauth::denial> refusal_of_head();
  [[nodiscard]] std::span<char> authorization_octets();

  void exchange_grant();
  void introspect();
  void revoke();
  void tell_userinfo();
  void begin_authorization();
  void continue_authorization();
  void push_authorization();
  void begin_logout();
  void register_client();
  void manage_client();
  void tell_health();
  void send_jwks();
  void send_metadata();
  [[nodiscard]] bool is_admitted();
  void ask_about_token(oauth::result<oauth::token_query_request> request);
  void send_document(const oauth::document& d);
  void answered_token(service::token_exchange& x);
  void answered_query(service::query_exchange& x);
  [[nodiscard]] service::authorization_handle make_authorization(oauth::authorization_purpose p);
  void answered_authorization(service::authorization_exchange& x);
  void show_error(const oauth::denial& why, bool by_header, const service::request_id& id);
  // In session_registration.cpp.
  [[nodiscard]] std::optional<oauth::registration_request> read_registration();
  [[nodiscard]] crypto::secret_string bearer() const;
  void submit_registration(oauth::admin_call call, unsigned status);
  void answered_registration(service::admin_exchange& x);
  void refuse_registration(const oauth::admin_error& error, const service::request_id& id);
  void present_proofs(service::presented_proofs& x) const;
  void refuse_request(const oauth::denial& why, std::string_view came = {});
  void deny_client(const oauth::denial& why, bool by_header, const service::request_id& id);
  void deny_caller(const oauth::denial& why, bool by_header, const service::request_id& id);
  void deny_bearer(const oauth::denial& why, bool by_header, const service::request_id& id);
  [[nodiscard]] oauth::result<std::shared_ptr<const crypto::certificate>> certificate() const;
  template <class Exchange>
  [[nodiscard]] bool take_certificate(Exchange& x);
  [[nodiscard]] oauth::token_request_head rules_head() const noexcept;
  [[nodiscard]] oauth::token_query_head query_head() const noexcept;

  /// How endpoints are served: a row for each, in session.cpp.
  struct serving;
  static const std::array<serving, oauth::endpoints.size()> table;
  [[nodiscard]] const serving& here() const noexcept;

  const public_site& site_;
  /// The endpoint of the current request; nothing for an unknown path.
  std::optional<oauth::endpoint> endpoint_;
  /// Keeps a document alive until it is sent.
  std::shared_ptr<const oauth::public_documents> documents_;
  /// A challenge other than the site's.
  std::string challenge_;
  /// What the browser is answered until it is sent.
  oauth::browser_answer to_browser_;
  /// Of the current request: a nonce for the client's next proof (DPO-11), and whether a refusal of
  /// userinfo is about DPoP (UIN-02).
  std::string dpop_nonce_;
  bool is_about_dpop_ = false;
};

}  // namespace mintage::net
