#include "oauth/logout/logout_token.hpp"

#include "oauth/request/json_writer.hpp"

namespace mintage::oauth {

void append_logout_claims(std::string& out, const logout_notice& n, instant now, const options& o) {
  const auto date = numeric_date(now);
  auto json = json_writer{out};
  json.string("iss", o.issuer);
  json.string("sub", n.sub);
  json.string("aud", n.client_id);
  json.integer("iat", date);
  json.integer("exp", date + logout_token_life.count());
  json.string("jti", n.jti);
  json.string("sid", n.sid);
  json.raw("events", R"({"http://schemas.openid.net/event/backchannel-logout":{}})");
  json.end();
}

std::string logout_form(std::string_view token) {
  // Base64url and dots need no escapes.
  return std::string{"logout_token="}.append(token);
}

}  // namespace mintage::oauth
