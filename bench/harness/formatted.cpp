#include "bench/harness/formatted.hpp"

#include <algorithm>
#include <cstdarg>
#include <cstdio>

namespace mintage::bench {

std::string formatted(const char* format, ...) {
  auto out = std::string(256, '\0');
  va_list arguments;
  va_start(arguments, format);
  const auto size = std::vsnprintf(out.data(), out.size(), format, arguments);
  va_end(arguments);
  out.resize(std::min(out.size() - 1, static_cast<std::size_t>(std::max(0, size))));
  return out;
}

}  // namespace mintage::bench
