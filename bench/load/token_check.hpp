/// @file
/// Is this what a token endpoint shall answer? Looks at every answer; signatures are for `jwks`.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace mintage::bench {

/// The tokens of an answer that was kept, to verify their signatures after the round.
struct kept_tokens {
  std::string access_token;
  std::string id_token;
};

/// Not thread-safe: one per thread, because the JSON parser keeps its memory.
class token_check {
 public:
  /// @param with_id_token whether every answer must hold one.
  explicit token_check(bool with_id_token);
  ~token_check();
  token_check(token_check&&) noexcept;

  /// @returns the kind of failure in a few words; empty when the answer is good. Valid until the
  /// next call.
  [[nodiscard]] std::string_view operator()(unsigned status, std::string_view body);
  /// The tokens of the answer that was just found good.
  [[nodiscard]] kept_tokens keep() const;

 private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

}  // namespace mintage::bench
