/// @file
/// Scope strings. @see RFC 6749 §3.3
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "oauth/types.hpp"

namespace mintage::oauth {

/// Splits at spaces, keeps the order, removes duplicates. Several spaces count as one, and those at
/// the ends as none, because many front-ends send too many.
/// @returns invalid_scope when there is no token, or one has characters outside %x21 / %x23-5B /
///          %x5D-7E.
[[nodiscard]] result<std::vector<std::string>> parse_scope(std::string_view scope);
/// Whether `scope` (space-separated, valid) contains `token`.
[[nodiscard]] bool scope_has(std::string_view scope, std::string_view token) noexcept;
[[nodiscard]] std::string join_scope(const std::vector<std::string>& tokens);

}  // namespace mintage::oauth
