#include <iostream>
#include <utility>

#include "app/cli/commands.hpp"
#include "config/config.hpp"

namespace mintage::app {

int check(const std::filesystem::path& config) {
  const auto settings = config::load(config, config::extent::files);
  if (!settings) {
    for (const auto& m : settings.error()) std::cerr << config::to_string(m) << '\n';
    return exit_usage;
  }
  auto odd = oauth::find_oddities(settings->rules);
  for (auto& more : net::find_oddities(settings->fetch)) odd.push_back(std::move(more));
  for (const auto& o : odd)
    std::cerr << config.native() << ": warning: " << o.key << ": " << o.sentence << '\n';
  const auto signatures = crypto::signature_backends::choose(settings->actors.signature_backend);
  if (!signatures) {
    std::cerr << config.native()
              << ": keys.signature_backend: crypto_mb cannot be used: " << signatures.error()
              << '\n';
    return exit_usage;
  }
  std::cout << config::render(*settings) << "\n# Signatures by " << to_string(signatures->kind())
            << ": " << signatures->reason() << '\n';
  return exit_ok;
}

}  // namespace mintage::app
