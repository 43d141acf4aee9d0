/// @file
/// What a reload of the config file changes, and what it leaves to the next start.
#pragma once

#include "config/config.hpp"

#include <tl/expected.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace mintage::config {

/// A setting with another value. The values are as in TOML.
struct change {
  std::string_view key;
  std::string from;
  std::string to;
};

/// In the order of the schema.
struct difference {
  std::vector<change> changed;
  /// Takes effect when the server starts again.
  std::vector<change> needs_restart;
  std::size_t unchanged = 0;
};

/// @param in_use the settings of a server. @param wanted those of its file, as it is now.
[[nodiscard]] difference compare(const settings& in_use, const settings& wanted);

/// The settings of a server after a reload: those in use, with what can change.
/// @returns the limits broken by the mixture of both, without a file and a line; each file alone
///          may keep them.
[[nodiscard]] tl::expected<settings, std::vector<mistake>> take_over(const settings& in_use,
                                                                     const settings& wanted);

}  // namespace mintage::config
