#include <iostream>

#include "app/cli/commands.hpp"
#include "config/config.hpp"

namespace mintage::app {

int check(const std::filesystem::path& config) {
  const auto settings = config::load(config, config::extent::files);
  if (!settings) {
    for (const auto& m : settings.error()) std::cerr << config::to_string(m) << '\n';
    return exit_usage;
  }
  for (const auto& odd : oauth::find_oddities(settings->rules)) {
    std::cerr << config.native() << ": warning: " << odd.key << ": " << odd.sentence << '\n';
  }
  std::cout << config::render(*settings);
  return exit_ok;
}

}  // namespace mintage::app
