#include "config/difference.hpp"

#include "config/schema.hpp"

#include <utility>

namespace mintage::config {
namespace {

/// Whether a reload gives the setting its new value.
bool takes_now(effect takes, std::string_view from, std::string_view to) {
  constexpr auto unset = std::string_view{"\"\""};
  switch (takes) {
    case effect::restart:
      return false;
    case effect::live:
      return true;
    case effect::live_while_set:
      return from != unset && to != unset;
  }
  return false;
}

}  // namespace

difference compare(const settings& in_use, const settings& wanted) {
  auto found = difference{};
  for (const auto& s : schema()) {
    auto one = change{s.key, s.write(in_use), s.write(wanted)};
    if (one.from == one.to) {
      ++found.unchanged;
    } else if (takes_now(s.takes, one.from, one.to)) {
      found.changed.push_back(std::move(one));
    } else {
      found.needs_restart.push_back(std::move(one));
    }
  }
  return found;
}

tl::expected<settings, std::vector<mistake>> take_over(const settings& in_use,
                                                       const settings& wanted) {
  auto text = std::string{};
  for (const auto& s : schema()) {
    const auto from = s.write(in_use);
    auto to = s.write(wanted);
    text.append(s.key).append(" = ").append(takes_now(s.takes, from, to) ? to : from) += '\n';
  }
  // The paths are anchored already: those of a text without a file stay as they are.
  auto made = parse(text, {});
  if (made) return made;
  for (auto& m : made.error()) m.line = 0;
  return made;
}

}  // namespace mintage::config
