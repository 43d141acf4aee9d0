/// @file
/// Parses request heads, on Beast's parser. Internal to net/.
#pragma once

#include <boost/beast/http/basic_parser.hpp>
#include <cstdint>
#include <optional>
#include <string_view>

namespace mintage::net {

enum class http_method : std::uint8_t { get, head, post, options, patch, delete_, put, other };
enum class expectation : std::uint8_t { nothing, continue_, unknown };

/// The fields in which a trusted proxy passes on the certificate of its client; empty = none.
struct certificate_fields {
  std::string_view certificate;
  std::string_view verified;
};

/// The parts of a header section that this server uses. Views into the given octets.
struct request_head {
  http_method method = http_method::other;
  /// The target without its query, exact octets; without scheme and host if it is in absolute-form.
  std::string_view path;
  std::string_view query;
  std::optional<std::string_view> content_type;
  std::optional<std::string_view> authorization;
  std::optional<std::string_view> if_none_match;
  std::optional<std::string_view> origin;
  std::optional<std::string_view> host;
  /// The authority of an absolute-form target, which replaces Host. @see RFC 9112 §3.2.2
  std::string_view authority;
  /// The value that names a JWT, if there are several.
  std::optional<std::string_view> accept;
  expectation expects = expectation::nothing;
  bool content_type_repeated = false;
  bool authorization_repeated = false;
  bool origin_repeated = false;
  /// A proof of possession (DPO-01).
  std::optional<std::string_view> dpop;
  bool dpop_repeated = false;
  /// The first Cookie field; a browser sends one. @see RFC 6265 §5.4
  std::optional<std::string_view> cookie;
  /// The header fields that a preflight asks for. @see Fetch §3.2.2
  std::optional<std::string_view> asked_headers;
  /// What the peer passes on, in the fields that the parser was given.
  std::optional<std::string_view> client_certificate;
  std::optional<std::string_view> client_verified;
  bool client_certificate_repeated = false;
  bool client_verified_repeated = false;
  /// Whether the request has Fetch Metadata, which only browsers send.
  bool has_fetch_site = false;
  /// Whether there is a Content-Encoding other than identity (TOK-09).
  bool has_content_coding = false;
  bool is_version_11 = false;
  /// Whether the client wants the connection to stay open. @see RFC 9112 §9.3
  bool keep_alive = false;
};

/// Parses one head. Header sections must have passed `head_scanner` before: this parser alone
/// accepts more than is safe.
class request_parser final : public boost::beast::http::basic_parser<true> {
 public:
  /// @param passed_on empty for a peer that is no trusted proxy.
  explicit request_parser(const certificate_fields& passed_on = {});

  /// @param octets one whole header section. @returns nothing when it is malformed.
  [[nodiscard]] std::optional<request_head> read_head(std::string_view octets);

 private:
  using error_code = boost::beast::error_code;
  using text = boost::beast::string_view;

  void on_request_impl(boost::beast::http::verb method, text method_text, text target, int version,
                       error_code& ec) override;
  void on_response_impl(int, text, int, error_code&) override {}
  void on_field_impl(boost::beast::http::field name, text name_text, text value,
                     error_code& ec) override;
  void on_header_impl(error_code&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
  std::size_t on_body_impl(text body, error_code&) override { return body.size(); }
  void on_chunk_header_impl(std::uint64_t, text, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, text body, error_code&) override {
    return body.size();
  }
  void on_finish_impl(error_code&) override {}

  void keep_passed_on(std::string_view name, std::string_view value) noexcept;

  certificate_fields passed_on_;
  request_head head_;
};

}  // namespace mintage::net
