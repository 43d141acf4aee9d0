/// @file
/// What this program was built from, and what it runs with.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace mintage::app {

/// For example "0.1.0". A literal.
[[nodiscard]] std::string_view program_version() noexcept;
/// Compiler and kind of build, for example "GCC 12.2.0, optimised". A literal.
[[nodiscard]] std::string_view program_build() noexcept;
/// The shared libraries that this process has loaded, as file names with the versions in them,
/// sorted.
[[nodiscard]] std::vector<std::string> loaded_libraries();

}  // namespace mintage::app
