/// @file
/// A request to the token endpoint that tests modify, and the checks of its answer.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/http_client.hpp"

namespace mintage::test {

/// Starts as a well-formed POST without parameters. All changes return *this.
struct token_call {
  std::string method = "POST";
  std::string target = "/token";
  field_list fields{{"Host", "127.0.0.1"},
                    {"Content-Type", "application/x-www-form-urlencoded"},
                    {"X-Request-Id", "inbound-marker-0123456789"}};
  field_list form;
  /// Sent instead of the encoded form.
  std::optional<std::string> body;
  bool with_length = true;
  /// Further texts that the answer must not contain, besides form and fields.
  std::vector<std::string> markers;

  /// Replaces all parameters with that name by one.
  token_call& set(std::string_view name, std::string_view value);
  token_call& add(std::string_view name, std::string_view value);
  token_call& drop(std::string_view name);
  /// Replaces the header fields with that name by one.
  token_call& header(std::string_view name, std::string_view value);
  token_call& add_header(std::string_view name, std::string_view value);
  token_call& drop_header(std::string_view name);
  /// Authorization: Basic, with `user` and `password` unencoded.
  token_call& basic(std::string_view user, std::string_view password);
  /// The body as one chunk with a trailer, or the caller's own octets.
  token_call& chunked_body(std::string_view octets);
  [[nodiscard]] std::string parameter(std::string_view name) const;

  [[nodiscard]] std::string text() const { return body.value_or(form_text(form)); }
  [[nodiscard]] std::string head() const;
  [[nodiscard]] std::string render() const { return head() + text(); }
  /// Sends it on a connection of its own. @throws connection_lost
  [[nodiscard]] http_answer send_to(std::uint16_t port) const;
};

/// An answer that a row of PROTOCOL.md §11 demands.
struct expected {
  unsigned status = 200;
  std::string_view error;
  bool challenge = false;
  bool closes = false;
};
constexpr auto success = expected{200, "", false, false};
constexpr auto invalid_request = expected{400, "invalid_request", false, false};
constexpr auto invalid_client = expected{400, "invalid_client", false, false};
constexpr auto invalid_client_401 = expected{401, "invalid_client", true, false};
constexpr auto invalid_grant = expected{400, "invalid_grant", false, false};
constexpr auto unauthorized_client = expected{400, "unauthorized_client", false, false};
constexpr auto invalid_scope = expected{400, "invalid_scope", false, false};
constexpr auto invalid_target = expected{400, "invalid_target", false, false};
constexpr auto unsupported_grant_type = expected{400, "unsupported_grant_type", false, false};
/// A refusal below the OAuth layer; its `error` is not fixed.
constexpr expected refused(unsigned status) {
  return {status, "", false, false};
}
constexpr expected refused_and_closed(unsigned status) {
  return {status, "", false, true};
}

/// Checks what holds for every answer of the token endpoint (TOK-14, TOK-15, TOK-17, TOK-18), and
/// `want`. Reports through GoogleTest.
void check_answer(const http_answer& got, const token_call& call, const expected& want);

}  // namespace mintage::test
