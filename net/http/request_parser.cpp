#include "net/http/request_parser.hpp"

#include <boost/beast/http/error.hpp>

#include "net/http/framing.hpp"

namespace mintage::net {
namespace {

namespace http = boost::beast::http;

// Beast's enums have dozens and hundreds of enumerators; the switches here name those that matter.
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
    default:
      return http_method::other;
  }
}

/// The origin-form of a target; host and scheme count for nothing here (TOK-02).
/// @see RFC 9112 §3.2.2
std::string_view without_origin(std::string_view target) noexcept {
  for (const auto scheme : {std::string_view{"http://"}, std::string_view{"https://"}}) {
    if (!iequals(target.substr(0, scheme.size()), scheme)) continue;
    const auto path = target.find_first_of("/?", scheme.size());
    return path == std::string_view::npos ? std::string_view{"/"} : target.substr(path);
  }
  return target;
}

/// Keeps the first value, and notes that there were more.
void keep(std::optional<std::string_view>& kept, std::string_view value, bool& repeated) noexcept {
  repeated = kept.has_value();
  if (!repeated) kept = value;
}

}  // namespace

request_parser::request_parser() {
  // Sizes are limited by those who call: what is too much differs between endpoints.
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

request_parser::piece request_parser::read_chunked(std::string_view raw) {
  auto result = piece{};
  // Beast asserts that it never sees less than "0 CRLF CRLF" once it has seen the last chunk begin.
  if (!saw_chunk_ && raw.size() < 5 && raw.starts_with('0')) return result;
  payload_ = {};
  while (result.consumed < raw.size()) {
    auto ec = error_code{};
    const auto rest = raw.substr(result.consumed);
    result.consumed += put(boost::asio::const_buffer{rest.data(), rest.size()}, ec);
    if (ec == http::error::need_more) {
      if (raw.size() - result.consumed > max_chunk_line) result.how = progress::broken;
      return result;
    }
    if (ec) {
      result.how = progress::broken;
      return result;
    }
    if (is_done()) {
      result.how = progress::done;
      return result;
    }
    if (!payload_.empty()) {
      result.how = progress::payload;
      result.payload = payload_;
      return result;
    }
  }
  return result;
}

void request_parser::on_request_impl(http::verb method, text, text target, int version,
                                     error_code&) {
  head_.method = method_of(method);
  head_.is_version_11 = version == 11;
  const auto whole = without_origin(view_of(target));
  const auto mark = whole.find('?');
  head_.path = whole.substr(0, mark);
  if (head_.path.empty()) head_.path = "/";
  if (mark != std::string_view::npos) head_.query = whole.substr(mark + 1);
}

void request_parser::on_field_impl(http::field name, text, text raw, error_code&) {
  // Trailers come here as well, to no effect: the head was handed out before them.
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
    default:
      break;
  }
}

void request_parser::on_chunk_header_impl(std::uint64_t, text extensions, error_code& ec) {
  saw_chunk_ = true;
  if (extensions.size() > max_chunk_extension) ec = http::error::bad_chunk_extension;
}

std::size_t request_parser::on_chunk_body_impl(std::uint64_t, text body, error_code&) {
  payload_ = view_of(body);
  return body.size();
}

}  // namespace mintage::net
