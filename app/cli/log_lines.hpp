/// @file
/// Finds the warnings and errors in a server's log.
#pragma once

#include <cstddef>
#include <istream>
#include <string>
#include <string_view>
#include <vector>

namespace mintage::app {

/// Whether a line of the log, as text or JSON, is a warning or an error. Lines of others that stand
/// between them, such as what a library or the kernel writes on standard error, are taken for
/// errors.
[[nodiscard]] bool tells_trouble(std::string_view line) noexcept;

/// The last `most` such lines.
[[nodiscard]] std::vector<std::string> last_troubles(std::istream& log, std::size_t most);

}  // namespace mintage::app
