#include "oauth/authorization/prompt.hpp"

#include <algorithm>
#include <cstddef>

namespace mintage::oauth {

std::optional<prompt_set> parse_prompt(std::string_view text) noexcept {
  auto out = prompt_set{};
  auto count = std::size_t{0};
  while (!text.empty()) {
    const auto value = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(text.size(), value.size() + 1));
    if (value.empty()) continue;
    ++count;
    if (const auto known = find_named(prompts, value)) out.add(*known);
  }
  if (out.has(prompt::none) && count > 1) return std::nullopt;
  return out;
}

}  // namespace mintage::oauth
