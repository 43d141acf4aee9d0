#include "app/build_facts.hpp"

#include <filesystem>
#include <fstream>
#include <set>

#if defined(__clang__)
#define COMPILED_BY "clang " __clang_version__
#else
#define COMPILED_BY "GCC " __VERSION__
#endif
#if defined(__OPTIMIZE__)
#define COMPILED_HOW ", optimised"
#else
#define COMPILED_HOW ", not optimised"
#endif
#if defined(NDEBUG)
#define COMPILED_WITH ""
#else
#define COMPILED_WITH ", with assertions"
#endif

namespace mintage::app {

std::string_view program_version() noexcept {
  return MINTAGE_VERSION;
}

std::string_view program_build() noexcept {
  return COMPILED_BY COMPILED_HOW COMPILED_WITH;
}

std::vector<std::string> loaded_libraries() {
  auto names = std::set<std::string>{};
  auto maps = std::ifstream{"/proc/self/maps"};
  for (auto line = std::string{}; std::getline(maps, line);) {
    const auto begin = line.find('/');
    if (begin == std::string::npos || line.find(".so") == std::string::npos) continue;
    names.insert(std::filesystem::path{line.substr(begin)}.filename().string());
  }
  return {names.begin(), names.end()};
}

}  // namespace mintage::app
