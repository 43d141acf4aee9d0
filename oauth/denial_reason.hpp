/// @file
/// The true reason of a refusal: a literal that has a row of explanations.
///
/// Logs, metrics and the audit stream name the reason; `mintage explain` shows its row. Code that
/// makes denials includes oauth/denial_reasons.hpp, where the rows are.
#pragma once

#include <concepts>
#include <cstdint>
#include <string_view>

// Clang 14 crashes on some calls of a consteval constructor. Only analysis and fuzzing use it; GCC
// checks the literals.
#if defined(__clang__) && __clang_major__ < 15
#define MINTAGE_CONSTEVAL constexpr
#else
#define MINTAGE_CONSTEVAL consteval
#endif

namespace mintage::oauth {

/// What of the request `mintage explain` shows beside a reason: nothing that is secret. New kinds
/// get a case in oauth/request/came.cpp.
enum class came : std::uint8_t {
  nothing,
  path,          ///< method and path
  content_type,  ///< the Content-Type sent
  credentials,   ///< how the client presented itself, and how it is registered
  grant,         ///< the grant_type, and those registered
  redirect_uri,  ///< the redirect_uri sent, and those registered
  scope,         ///< the scope sent, and what is registered
  resource,      ///< the resources sent, and those registered
  token,         ///< header and claims of a presented JWT access token
  assertion,     ///< header and claims of client_assertion, or of a request object
  proof,         ///< header and claims of the DPoP proof
};

/// What an operator or a developer needs to know about one reason. All texts are literals.
struct denial_row {
  /// The reason itself, as logs show it.
  std::string_view reason;
  /// The rule of PROTOCOL.md that refuses: "COD-04".
  std::string_view rule;
  /// Where the standard says so: "RFC 6749 §4.1.3"; empty = a decision of this server.
  std::string_view clause;
  /// What was expected, in one sentence.
  std::string_view expected;
  /// What decides: a key of the config ("tokens.code_ttl"), a member of the client
  /// ("client.redirect_uris") or of the resource ("resource.scopes"); empty = nothing can be set.
  std::string_view setting;
  came shows = came::nothing;
};

/// A reason. Made of a literal at compile time; a literal without a row does not compile.
class denial_reason {
 public:
  /// Defined in oauth/denial_reasons.hpp.
  MINTAGE_CONSTEVAL denial_reason(const char* literal);  // implicit: a denial is three literals
  /// @param row one of `denial_tables`.
  explicit constexpr denial_reason(const denial_row& row) noexcept : row_{&row} {}
  [[nodiscard]] constexpr std::string_view text() const noexcept { return row_->reason; }
  constexpr operator std::string_view() const noexcept { return text(); }
  [[nodiscard]] constexpr const denial_row& row() const noexcept { return *row_; }

  friend constexpr bool operator==(denial_reason, denial_reason) noexcept = default;
  template <std::convertible_to<std::string_view> Text>
  requires(!std::same_as<Text, denial_reason>) friend constexpr bool operator==(
      denial_reason a, const Text& b) noexcept {
    return a.text() == std::string_view{b};
  }

 private:
  const denial_row* row_;
};

}  // namespace mintage::oauth
