/// @file
/// Arguments that begin with a dash and are not options: ids of clients and keys.
#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace mintage::app {

/// Moves ids that begin with a dash to the end, after `--`, where CLI11 takes them literally. An
/// argument is such an id when its command takes an id and has no option of that name. `-h` and
/// `--help` are options everywhere.
/// @param arguments without the program's name.
/// @throws CLI::ExtrasError for a word with one dash that is neither: CLI11 would read `-hx` as -h.
[[nodiscard]] std::vector<std::string> with_ids_last(const CLI::App& program,
                                                     const std::vector<std::string>& arguments);

}  // namespace mintage::app
