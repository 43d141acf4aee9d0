#include "bench/harness/requests.hpp"

#include <algorithm>
#include <charconv>

#include "loopback/request_text.hpp"

namespace mintage::bench {
namespace {

constexpr auto names = std::array<std::string_view, all_kinds.size()>{
    "code", "refresh", "client-credentials", "introspect"};
constexpr auto grants = std::array<std::string_view, all_kinds.size()>{
    "authorization_code", "refresh_token", "client_credentials", ""};
/// The parameter that carries the value of a request.
constexpr auto carriers =
    std::array<std::string_view, all_kinds.size()>{"code", "refresh_token", "", "token"};

using loopback::base64;
using loopback::form_encode;

std::size_t index(request_kind kind) noexcept {
  return static_cast<std::size_t>(kind);
}

}  // namespace

std::string_view name_of(request_kind kind) noexcept {
  return names[index(kind)];
}

std::optional<request_kind> parse_kind(std::string_view name) noexcept {
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) return {};
  return all_kinds[static_cast<std::size_t>(found - names.begin())];
}

std::string_view grant_of(request_kind kind) noexcept {
  return grants[index(kind)];
}

form_template::form_template(request_kind kind, const client& who, std::string_view host,
                             std::string_view path)
    : has_value_{!carriers[index(kind)].empty()} {
  head_ = "POST " + std::string{path} + " HTTP/1.1\r\nHost: " + std::string{host} +
          "\r\nContent-Type: application/x-www-form-urlencoded\r\n";
  if (who.proves_by() == proof_kind::dpop) field_ = "DPoP: ";
  if (who.proves_by() == proof_kind::assertion)
    parameter_ =
        "&client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer"
        "&client_assertion=";
  if (!who.secret.empty()) {
    head_ += "Authorization: Basic " + base64(form_encode(who.id) + ":" + form_encode(who.secret)) +
             "\r\n";
  }
  head_ += "Content-Length: ";

  const auto grant = grant_of(kind);
  if (!grant.empty()) before_value_ = "grant_type=" + std::string{grant};
  if (has_value_) {
    if (!before_value_.empty()) before_value_ += '&';
    before_value_.append(carriers[index(kind)]).append("=");
  }
  if (kind == request_kind::code) after_value_ = "&redirect_uri=" + form_encode(who.redirect_uri);
  if (kind == request_kind::client_credentials && !who.own_scope.empty()) {
    after_value_ += "&scope=" + form_encode(who.own_scope);
  }
  if (who.secret.empty()) after_value_ += "&client_id=" + form_encode(who.id);
  if (kind == request_kind::code && !who.verifier.empty()) {
    after_value_ += "&code_verifier=" + form_encode(who.verifier);
  }
}

void form_template::write(std::string& out, std::string_view value, std::string_view proof) const {
  if (!has_value_) value = {};
  const auto in_form = parameter_.empty() ? std::string_view{} : proof;
  const auto length = before_value_.size() + value.size() + after_value_.size() +
                      parameter_.size() + in_form.size();
  auto digits = std::array<char, 24>{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), length).ptr;
  out.assign(head_).append(digits.data(), end).append("\r\n");
  if (!field_.empty()) out.append(field_).append(proof).append("\r\n");
  out.append("\r\n").append(before_value_).append(value).append(after_value_);
  out.append(parameter_).append(in_form);
}

}  // namespace mintage::bench
