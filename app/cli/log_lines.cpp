#include "app/cli/log_lines.hpp"

#include <algorithm>
#include <array>
#include <deque>

namespace mintage::app {
namespace {

/// The levels that are not told, as the log writes them.
constexpr auto quiet_levels = std::to_array<std::string_view>({"debug", "info"});

bool is_quiet(std::string_view level) noexcept {
  return std::ranges::find(quiet_levels, level) != quiet_levels.end();
}

}  // namespace

bool tells_trouble(std::string_view line) noexcept {
  if (line.empty()) return false;
  constexpr auto key = std::string_view{R"("level":")"};
  if (const auto at = line.find(key); line.front() == '{' && at != std::string_view::npos) {
    const auto level = line.substr(at + key.size());
    return !is_quiet(level.substr(0, level.find('"')));
  }
  // 2026-11-29T23:59:59.123+0000 error the event name="value"
  const auto time = line.find(' ');
  if (time == std::string_view::npos) return true;
  const auto level = line.substr(time + 1);
  return !is_quiet(level.substr(0, level.find(' ')));
}

std::vector<std::string> last_troubles(std::istream& log, std::size_t most) {
  auto out = std::deque<std::string>{};
  for (auto line = std::string{}; std::getline(log, line);) {
    if (!tells_trouble(line)) continue;
    out.push_back(line);
    if (out.size() > most) out.pop_front();
  }
  return {out.begin(), out.end()};
}

}  // namespace mintage::app
