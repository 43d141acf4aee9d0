/// @file
/// Exchanges without a session or a gateway, for tests of single state structs.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "service/service.hpp"

namespace mintage::actors::test {

class manual_clock final : public oauth::clock {
 public:
  [[nodiscard]] oauth::instant now() const noexcept override { return at; }
  oauth::instant at{oauth::milliseconds{1'800'000'000'000}};
};

class nobody final : public service::caller {
 public:
  void answered(service::exchange&) noexcept override {}
};

inline constexpr auto redirect_uri = std::string_view{"https://app.example.com/cb"};

/// A confidential client with a generated secret, whose text is returned through `secret`.
inline oauth::client make_client(std::string id) {
  auto c = oauth::client{};
  c.id = std::move(id);
  c.incarnation = 7;
  c.redirect_uris = {std::string{redirect_uri}};
  c.scopes = {"openid", "offline_access", "read"};
  c.grant_types = {oauth::grant_type::authorization_code, oauth::grant_type::refresh_token};
  c.require_pkce = false;
  c.id_token_alg = crypto::jws_alg::es256;
  return c;
}

inline service::token_handle make_redemption(std::string_view code, std::string_view client_id,
                                             oauth::instant now) {
  auto x = service::token_handle{new service::token_exchange{std::make_shared<nobody>(), {}, now}};
  x->request.code = code;
  x->request.redirect_uri = redirect_uri;
  auto& who = x->request.who;
  who.presented = oauth::presented_credentials::how::post;
  who.id = who.raw_id = client_id;
  x->client.id = client_id;
  x->client.incarnation = 7;
  x->client.id_token_alg = crypto::jws_alg::es256;
  x->client.may_refresh = true;
  return x;
}

}  // namespace mintage::actors::test
