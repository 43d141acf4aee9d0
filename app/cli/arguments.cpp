#include "app/cli/arguments.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <string_view>

namespace mintage::app {
namespace {

bool takes_an_id(const CLI::App& command) {
  return std::ranges::any_of(command.get_options(),
                             [](const CLI::Option* o) { return o->get_positional(); });
}

const CLI::App* subcommand_of(const CLI::App& command, const std::string& name) {
  const auto all = command.get_subcommands([&](const CLI::App* c) { return c->check_name(name); });
  return all.empty() ? nullptr : all.front();
}

/// @returns the option that a word names; long ones may have `=VALUE`.
const CLI::Option* option_of(const CLI::App& command, const std::string& word) {
  const auto is_long = word.starts_with("--");
  return command.get_option_no_throw(is_long ? word.substr(0, word.find('=')) : word);
}

}  // namespace

std::vector<std::string> with_ids_last(const CLI::App& program,
                                       const std::vector<std::string>& arguments) {
  auto out = std::vector<std::string>{};
  auto ids = std::vector<std::string>{};
  const auto* command = &program;
  auto at = arguments.begin();
  for (; at != arguments.end() && *at != "--"; ++at) {
    const auto& word = *at;
    if (!word.starts_with('-') || word == "-") {
      const auto* inner = subcommand_of(*command, word);
      if (inner != nullptr) command = inner;
      out.push_back(word);
      continue;
    }
    const auto* option = option_of(*command, word);
    if (option == nullptr && takes_an_id(*command)) {
      ids.push_back(word);
      continue;
    }
    if (option == nullptr && !word.starts_with("--")) {
      throw CLI::ExtrasError{command->get_name(), {word}};
    }
    out.push_back(word);
    const auto has_value = option != nullptr && option->get_expected_min() > 0;
    if (has_value && word.find('=') == word.npos && at + 1 != arguments.end()) {
      out.push_back(*++at);
    }
  }
  if (at != arguments.end()) ids.insert(ids.end(), at + 1, arguments.end());
  if (at == arguments.end() && ids.empty()) return out;
  out.emplace_back("--");
  out.insert(out.end(), ids.begin(), ids.end());
  return out;
}

}  // namespace mintage::app
