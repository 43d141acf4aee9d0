/// @file
/// Replaces the look-up of names below ".test" in this program.
#pragma once

#include <string>
#include <vector>

namespace mintage::net::test {

/// From now on the look-ups of `name` find these addresses, one after the other; the last one
/// stays.
void resolve(const std::string& name, std::vector<std::string> addresses);
/// From now on look-ups of `name` do not return until `release_look_ups`.
void hang(const std::string& name);
void release_look_ups();
/// Look-ups of `name` so far.
[[nodiscard]] std::size_t look_ups(const std::string& name);

}  // namespace mintage::net::test
