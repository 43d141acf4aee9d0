/// @file
/// A request to the token endpoint, parsed up to row P13 of the precedence table (PROTOCOL.md
/// §1.3).
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "oauth/client/client.hpp"
#include "oauth/request/form.hpp"
#include "oauth/types.hpp"

namespace mintage::crypto {
class certificate;
}

namespace mintage::oauth {

/// The credentials of a request. Views into the request's octets, or into `decoded` below.
struct presented_credentials {
  using how = presentation;
  how presented = how::nothing;
  /// With an assertion its `sub`, which nothing proves yet, or else `client_id`; may be empty then.
  std::string_view id;
  std::string_view secret;
  std::string_view assertion;
  /// The halves of a Basic value without the form decoding; else empty. Equal to `id` and `secret`
  /// when decoding changes nothing, or when the form encoding is broken (CAU-03).
  std::string_view raw_id;
  std::string_view raw_secret;
  /// The form encoding is broken, so only the raw spelling can be meant.
  bool raw_only = false;
  /// Whether the request had an Authorization header, which decides between 401 and 400 (TOK-18).
  bool by_header = false;
  /// The client certificate of the request, which its exchange owns; null when there is none
  /// (CAU-01). Not from the parser.
  const crypto::certificate* certificate = nullptr;
};

/// Move-only, so that views into `decoded` stay valid: its text is on the heap.
struct token_request {
  grant_type grant = grant_type::authorization_code;
  presented_credentials who;
  std::string_view code;
  std::string_view redirect_uri;
  std::string_view code_verifier;
  std::string_view refresh_token;
  std::string_view scope;
  /// Values of `resource`, in order; `resources_count` of them (TOK-06).
  std::array<std::string_view, 8> resource_values{};
  std::size_t resources_count = 0;
  [[nodiscard]] std::span<const std::string_view> resources() const noexcept {
    return std::span{resource_values}.first(resources_count);
  }
  /// Form-decoded halves of a Basic value, when they differ from the raw ones; or the `sub` of an
  /// assertion.
  std::unique_ptr<std::string> decoded;
};

/// The header fields that the rules need, as views into the request.
struct token_request_head {
  /// Nothing = the field is absent.
  std::optional<std::string_view> content_type;
  std::optional<std::string_view> authorization;
  /// The query of the target without '?', or empty.
  std::string_view query;
};

/// What is known of a refused request, for `mintage explain`: views into its octets, or empty.
struct partly_read_request {
  std::string_view client_id;
  std::string_view grant_type;
};

/// Applies rows P06 to P13. Decodes `body` (and the Basic value) in place.
/// @param authorization_octets the octets of the Authorization value, which may be decoded in
///        place; empty when it is absent.
/// @param refused set when the request is refused by row P10 or later, unless null.
/// @returns the denial of the first broken row: invalid_request or unsupported_grant_type.
[[nodiscard]] result<token_request> parse_token_request(const token_request_head& head,
                                                        std::span<char> authorization_octets,
                                                        std::span<char> body,
                                                        partly_read_request* refused = nullptr);

}  // namespace mintage::oauth
