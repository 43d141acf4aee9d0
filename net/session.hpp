/// @file
/// A connection of the public listener. Internal to net/.
#pragma once

#include <memory>
#include <string>

#include "net/connection.hpp"
#include "net/router.hpp"
#include "oauth/metadata.hpp"

namespace mintage::net {

/// What all public sessions read; immutable.
struct public_site {
  oauth::endpoint_paths paths;
  /// The value of WWW-Authenticate (TOK-18).
  std::string challenge;

  [[nodiscard]] static public_site of(const oauth::options& rules);
};

/// The token endpoint, the key set and the discovery documents.
class session final : public connection {
 public:
  session(lane& l, const options& o, const public_site& site, connection_gate& gate,
          tcp_socket socket)
      : connection{l, o, gate, std::move(socket), o.body_limit}, site_{site} {}

  void answered(oauth::exchange& x) noexcept override;

 private:
  void on_head() override;
  void on_body() override;
  void on_token_head();
  void on_document_head();
  void exchange_grant();
  void send_document();
  void refuse_request(const oauth::denial& why);
  void send_denial(const oauth::denial& why, bool by_header, const oauth::request_id& id);
  [[nodiscard]] oauth::token_request_head rules_head() const noexcept;

  const public_site& site_;
  public_endpoint endpoint_ = public_endpoint::unknown;
  /// Keeps a document alive until it was sent.
  std::shared_ptr<const oauth::public_documents> documents_;
};

}  // namespace mintage::net
