/// @file
/// A connection of the public listener. Internal to net/.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>

#include "net/connection.hpp"
#include "net/router.hpp"
#include "oauth/metadata.hpp"

namespace mintage::net {

/// What all public sessions read; immutable.
struct public_site {
  oauth::endpoint_paths paths;
  /// Values of WWW-Authenticate: for clients (TOK-18), and for bearers of access tokens (UIN-01).
  std::string basic_challenge;
  std::string bearer_challenge;

  [[nodiscard]] static public_site of(const oauth::options& rules);
};

/// The token endpoint, the questions about tokens, the key set and the discovery documents.
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
  void on_form_head();
  void on_userinfo_head();
  void on_document_head();
  void refuse_method(std::string_view allow, std::string_view description);
  [[nodiscard]] std::optional<oauth::denial> refusal_of_head();
  [[nodiscard]] std::span<char> authorization_octets();

  void exchange_grant();
  void ask_about_token();
  void send_document();
  void answered_token(service::token_exchange& x);
  void answered_query(service::query_exchange& x);
  void refuse_request(const oauth::denial& why);
  void send_denial(const oauth::denial& why, bool by_header, const service::request_id& id);
  void send_bearer_denial(const oauth::denial& why, const service::request_id& id);
  [[nodiscard]] oauth::token_request_head rules_head() const noexcept;
  [[nodiscard]] oauth::token_query_head query_head() const noexcept;

  const public_site& site_;
  public_endpoint endpoint_ = public_endpoint::unknown;
  /// Keeps a document alive until it was sent.
  std::shared_ptr<const oauth::public_documents> documents_;
  /// A challenge that holds more than the site's.
  std::string challenge_;
};

}  // namespace mintage::net
