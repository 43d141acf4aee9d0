/// @file
/// Sources of the codes and tokens that requests carry.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "bench/harness/target_server.hpp"
#include "bench/harness/workload.hpp"

namespace mintage::bench {

class value_source {
 public:
  virtual ~value_source() = default;
  [[nodiscard]] virtual value_use use() const noexcept = 0;
  /// @param count values that the round needs at most, if each is used once.
  /// @returns as many, or all that are left.
  [[nodiscard]] virtual std::vector<std::string> take(std::size_t count) = 0;
  /// Returns values of a round that can be used again.
  virtual void give_back(std::vector<std::string>) {}
  /// Number of values left for the remaining rounds; nothing when the source does not end.
  [[nodiscard]] virtual std::optional<std::size_t> left() const { return {}; }
};

/// The source for requests without a value.
[[nodiscard]] std::unique_ptr<value_source> no_values();
/// Mints codes as they are needed. @param s outlives the source.
[[nodiscard]] std::unique_ptr<value_source> minted_codes(const target_server& s, const client& who,
                                                         std::string scope);
/// Codes that were minted before. Each is used once.
[[nodiscard]] std::unique_ptr<value_source> stocked_codes(std::vector<std::string> codes);
/// Exchanges fresh codes for refresh tokens, or for access tokens to introspect.
[[nodiscard]] std::unique_ptr<value_source> obtained_tokens(const target_server& s,
                                                            const client& who, request_kind kind,
                                                            value_use use);
/// @param file one code or token per line. @throws std::runtime_error when it holds none.
[[nodiscard]] std::unique_ptr<value_source> listed_values(const std::filesystem::path& file,
                                                          value_use use);

}  // namespace mintage::bench
