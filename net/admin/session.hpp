/// @file
/// A connection of the admin listener. Internal to net/.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "net/admin/bulk_mint.hpp"
#include "net/admin/json.hpp"
#include "net/connection.hpp"
#include "net/router.hpp"

namespace mintage::net {

/// Serves probes to everybody, and the calls of /admin to holders of a token.
class admin_session final : public connection {
 public:
  static constexpr std::size_t body_limit = 64 * 1024;
  /// Of POST /admin/codes: `claims` may have 64 KiB, and white space and escapes come on top.
  static constexpr std::size_t mint_body_limit = 160 * 1024;

  admin_session(event_loop& l, const options& o, const oauth::admin_tokens& tokens,
                connection_gate& gate, channel to_peer)
      : connection{l, o, gate, std::move(to_peer), mint_body_limit}, tokens_{tokens} {}

  void answered(service::exchange& x) noexcept override;

 private:
  void on_head() override;
  void on_body() override;
  void on_stream_expired() override;
  void on_stream_drained() override;
  void release_stream() noexcept override;

  [[nodiscard]] bool refuse_by_origin();
  [[nodiscard]] bool refuse_by_token(const admin_target& target);
  [[nodiscard]] bool refuse_by_target(const admin_target& target);
  [[nodiscard]] bool refuse_by_content_type();
  void start_bulk();
  void send_probe(bool is_well);
  void send_failure(const oauth::admin_error& error, oauth::denial_reason why);
  void submit_call(oauth::admin_call call, unsigned status);
  void create_or_patch();
  void add_secret();
  void put_resource();
  void add_registration_token();
  void rotate_keys();
  void back_up();
  void list_refusals();
  void mint();
  [[nodiscard]] service::authorization_handle make_authorization(oauth::authorization_purpose p);
  void show_authorization();
  void accept_authorization();
  void deny_authorization();
  void ask_about_logout(oauth::authorization_purpose p);
  void answered_authorization(service::authorization_exchange& x);
  void send_answer(std::optional<oauth::admin_error> error, service::exchange& x);

  const oauth::admin_tokens& tokens_;
  admin_json json_;
  admin_endpoint endpoint_ = admin_endpoint::unknown;
  /// The name in the path, decoded.
  std::string id_;
  /// The number of the secret in the path.
  std::uint32_t number_ = 0;
  std::shared_ptr<bulk_mint> bulk_;
};

}  // namespace mintage::net
