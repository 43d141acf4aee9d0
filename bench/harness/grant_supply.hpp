/// @file
/// Where the codes and tokens of requests come from.
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
  /// @param count that the round will need at most, if each is used once.
  /// @returns so many, or what there is.
  [[nodiscard]] virtual std::vector<std::string> take(std::size_t count) = 0;
  /// What a round left of values that can be used again.
  virtual void give_back(std::vector<std::string>) {}
  /// How many rounds must share what is left; nothing when there is no end to it.
  [[nodiscard]] virtual std::optional<std::size_t> left() const { return {}; }
};

/// For requests without a value.
[[nodiscard]] std::unique_ptr<value_source> no_values();
/// Codes minted as they are needed. @param s as below, outlives the source.
[[nodiscard]] std::unique_ptr<value_source> minted_codes(const target_server& s, const client& who,
                                                         std::string scope);
/// Codes that were minted before. Each is used once.
[[nodiscard]] std::unique_ptr<value_source> stocked_codes(std::vector<std::string> codes);
/// Refresh tokens, or access tokens for introspection, that fresh codes are exchanged for.
[[nodiscard]] std::unique_ptr<value_source> obtained_tokens(const target_server& s,
                                                            const client& who, request_kind kind,
                                                            value_use use);
/// @param file one code or token per line. @throws std::runtime_error when it holds none.
[[nodiscard]] std::unique_ptr<value_source> listed_values(const std::filesystem::path& file,
                                                          value_use use);

}  // namespace mintage::bench
