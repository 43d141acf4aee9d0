#include "net/http/request_parser.hpp"

#include <algorithm>
#include <limits>

#include "net/http/framing.hpp"

namespace mintage::net {
namespace {

namespace http = boost::beast::http;

// Beast's enums have dozens to hundreds of enumerators; the switches here name those that matter.
#pragma GCC diagnostic ignored "-Wswitch-enum"

std::string_view view_of(boost::beast::string_view s) noexcept {
  return {s.data(), s.size()};
}

http_method method_of(http::verb verb) noexcept {
  switch (verb) {
    case http::verb::get:
      return http_method::get;
    case http::verb::head:
      return http_method::head;
    case http::verb::post:
      return http_method::post;
    case http::verb::options:
      return http_method::options;
    case http::verb::patch:
      return http_method::patch;
    case http::verb::delete_:
      return http_method::delete_;
    case http::verb::put:
      return http_method::put;
    default:
      return http_method::other;
  }
}

/// Removes scheme and host from a target in absolute-form; they do not affect what is served
/// (TOK-02). @returns the host with its TCP port. @see RFC 9112 §3.2.2
std::string_view cut_origin(std::string_view& target) noexcept {
  for (const auto scheme : {std::string_view{"http://"}, std::string_view{"https://"}}) {
    if (!iequals(target.substr(0, scheme.size()), scheme)) continue;
    const auto path = std::min(target.find_first_of("/?", scheme.size()), target.size());
    const auto authority = target.substr(scheme.size(), path - scheme.size());
    target.remove_prefix(path);
    return authority;
  }
  return {};
}

/// Stores the first value, and sets `repeated` for further ones.
void keep(std::optional<std::string_view>& kept, std::string_view value, bool& repeated) noexcept {
  repeated = kept.has_value();
  if (!repeated) kept = value;
}

}  // namespace

request_parser::request_parser(const certificate_fields& passed_on) : passed_on_{passed_on} {
  // Callers limit sizes, which differ between endpoints.
  body_limit(boost::none);
  header_limit(std::numeric_limits<std::uint32_t>::max());
}

std::optional<request_head> request_parser::read_head(std::string_view octets) {
  auto ec = error_code{};
  const auto consumed = put(boost::asio::const_buffer{octets.data(), octets.size()}, ec);
  if (ec || !is_header_done() || consumed != octets.size()) return std::nullopt;
  head_.keep_alive = keep_alive();
  return head_;
}

void request_parser::on_request_impl(http::verb method, text, text target, int version,
                                     error_code&) {
  head_.method = method_of(method);
  head_.is_version_11 = version == 11;
  auto whole = view_of(target);
  head_.authority = cut_origin(whole);
  const auto mark = whole.find('?');
  head_.path = whole.substr(0, mark);
  if (head_.path.empty()) head_.path = "/";
  if (mark != std::string_view::npos) head_.query = whole.substr(mark + 1);
}

void request_parser::keep_passed_on(std::string_view name, std::string_view value) noexcept {
  if (passed_on_.certificate.empty()) return;
  if (iequals(name, passed_on_.certificate)) {
    keep(head_.client_certificate, value, head_.client_certificate_repeated);
  } else if (iequals(name, passed_on_.verified)) {
    keep(head_.client_verified, value, head_.client_verified_repeated);
  }
}

void request_parser::on_field_impl(http::field name, text name_text, text raw, error_code&) {
  const auto value = view_of(raw);
  switch (name) {
    case http::field::content_type:
      keep(head_.content_type, value, head_.content_type_repeated);
      break;
    case http::field::authorization:
      keep(head_.authorization, value, head_.authorization_repeated);
      break;
    case http::field::if_none_match: {
      auto repeated = false;
      keep(head_.if_none_match, value, repeated);
      break;
    }
    case http::field::access_control_request_headers:
      head_.asked_headers = value;
      break;
    case http::field::host:
      head_.host = value;
      break;
    case http::field::cookie:
      if (!head_.cookie) head_.cookie = value;
      break;
    case http::field::origin:
      keep(head_.origin, value, head_.origin_repeated);
      break;
    case http::field::accept:
      if (!head_.accept || value.find("jwt") != std::string_view::npos) head_.accept = value;
      break;
    case http::field::expect:
      head_.expects = head_.expects == expectation::nothing && iequals(value, "100-continue")
                          ? expectation::continue_
                          : expectation::unknown;
      break;
    case http::field::content_encoding:
      if (!value.empty() && !iequals(value, "identity")) head_.has_content_coding = true;
      break;
    case http::field::sec_fetch_site:
      head_.has_fetch_site = true;
      break;
    case http::field::unknown:
      if (iequals(view_of(name_text), "DPoP"))
        keep(head_.dpop, value, head_.dpop_repeated);
      else
        keep_passed_on(view_of(name_text), value);
      break;
    default:
      keep_passed_on(view_of(name_text), value);
      break;
  }
}

}  // namespace mintage::net
