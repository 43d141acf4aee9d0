/// @file
/// A request to the token endpoint, read up to row P13 of the precedence table (PROTOCOL.md §1.3).
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

namespace mintage::oauth {

/// What the request says about who sends it. Views point into the request's octets, or into
/// `decoded` below.
struct presented_credentials {
  using how = presentation;
  how presented = how::nothing;
  std::string_view id;
  std::string_view secret;
  /// The halves of a Basic value (else empty) without the inner form decoding; equal to `id` and
  /// `secret` when that changes nothing, or when the inner encoding was broken (CAU-03).
  std::string_view raw_id;
  std::string_view raw_secret;
  /// Whether the inner encoding was broken, so that only the raw spelling can have been meant.
  bool raw_only = false;
  /// Whether the request had an Authorization header: decides 401 or 400 (TOK-18).
  bool by_header = false;
};

/// Move-only, so that views into `decoded` stay valid: the text lives on the heap.
struct token_request {
  grant_type grant = grant_type::authorization_code;
  presented_credentials who;
  std::string_view code;
  std::string_view redirect_uri;
  std::string_view code_verifier;
  std::string_view refresh_token;
  std::string_view scope;
  /// Values of `resource`, in order: `resources_count` of them (TOK-06).
  std::array<std::string_view, 8> resource_values{};
  std::size_t resources_count = 0;
  [[nodiscard]] std::span<const std::string_view> resources() const noexcept {
    return std::span{resource_values}.first(resources_count);
  }
  /// Form-decoded halves of a Basic value, when they differ from the raw ones.
  std::unique_ptr<std::string> decoded;
};

/// The header fields that the rules need; views into the request.
struct token_request_head {
  /// nothing = the field was not there.
  std::optional<std::string_view> content_type;
  std::optional<std::string_view> authorization;
  /// The query of the target without '?', or empty.
  std::string_view query;
};

/// Applies rows P06 to P13. Decodes `body` (and the Basic value) in place.
/// @param authorization_octets the mutable octets of the Authorization value (may be decoded in
///        place); empty when there was none.
/// @returns the denial of the lowest row that is broken: invalid_request or unsupported_grant_type.
[[nodiscard]] result<token_request> parse_token_request(const token_request_head& head,
                                                        std::span<char> authorization_octets,
                                                        std::span<char> body);

}  // namespace mintage::oauth
