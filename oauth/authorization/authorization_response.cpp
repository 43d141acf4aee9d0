#include "oauth/authorization/authorization_response.hpp"

#include "oauth/request/json_writer.hpp"
#include "oauth/request/percent.hpp"

namespace mintage::oauth {

authorization_response authorization_response::success(std::string_view code,
                                                       const response_target& to,
                                                       const options& o) noexcept {
  auto out = authorization_response{};
  out.code = code;
  out.state = to.state;
  out.iss = o.issuer;
  return out;
}

authorization_response authorization_response::failure(std::string_view error,
                                                       std::string_view description,
                                                       const response_target& to,
                                                       const options& o) noexcept {
  auto out = authorization_response{};
  out.error = error;
  out.error_description = description;
  out.state = to.state;
  out.iss = o.issuer;
  return out;
}

void append_location(std::string& out, std::string_view redirect_uri,
                     const authorization_response& r) {
  auto size = out.size() + redirect_uri.size() + 64;
  for_each_parameter(r, [&](std::string_view name, std::string_view value) {
    size += name.size() + value.size() + 2;
  });
  out.reserve(size);
  out += redirect_uri;
  const auto ends_with_separator = redirect_uri.ends_with('?') || redirect_uri.ends_with('&');
  auto separator = redirect_uri.find('?') == redirect_uri.npos ? '?' : '&';
  auto is_first = true;
  for_each_parameter(r, [&](std::string_view name, std::string_view value) {
    if (!is_first || !ends_with_separator) out += separator;
    separator = '&';
    is_first = false;
    (out += name) += '=';
    append_percent(out, value);
  });
}

std::string response_claims(const authorization_response& r, const response_target& to,
                            const options& o, instant now) {
  auto out = std::string{};
  auto json = json_writer{out};
  json.string("iss", o.issuer);
  json.string("aud", to.client_id);
  json.integer("exp", numeric_date(now + signed_response_life));
  for_each_parameter(r, [&](std::string_view name, std::string_view value) {
    if (name != "iss") json.string(name, value);
  });
  json.end();
  return out;
}

}  // namespace mintage::oauth
