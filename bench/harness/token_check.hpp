/// @file
/// Checks every answer of a token endpoint, without signatures, which `jwks` verifies.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace mintage::bench {

/// What a good answer contains beside an access token.
struct expectation {
  bool id_token = false;
  bool refresh_token = false;
  /// An answer of introspection: only `"active":true` is good.
  bool active = false;
};

/// The tokens of a kept answer, whose signatures are verified after the round.
struct kept_tokens {
  std::string access_token;
  std::string id_token;
  std::string refresh_token;
};

/// Not thread-safe: one per thread, because the JSON parser reuses its memory.
class token_check {
 public:
  token_check();
  ~token_check();
  token_check(token_check&&) noexcept;

  /// @returns the kind of failure in a few words; empty when the answer is good. Valid until the
  ///          next call.
  [[nodiscard]] std::string_view operator()(const expectation& e, unsigned status,
                                            std::string_view body);
  /// The refresh token of the last good answer; empty when it had none.
  [[nodiscard]] std::string_view refresh_token() const noexcept;
  [[nodiscard]] kept_tokens keep() const;

 private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

}  // namespace mintage::bench
