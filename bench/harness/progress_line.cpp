#include "bench/harness/progress_line.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <utility>

namespace mintage::bench {
namespace {

constexpr auto plain_interval = std::chrono::seconds{2};
constexpr auto bar_width = 24;

std::string bar(double share) {
  const auto full = static_cast<int>(std::clamp(share, 0.0, 1.0) * bar_width);
  auto out = std::string{};
  for (auto i = 0; i < bar_width; ++i) out += i < full ? "█" : "░";
  return out;
}

}  // namespace

std::string format_time(nanoseconds t) {
  const auto ns = static_cast<double>(t.count());
  const auto [scale, unit] = ns < 1e3   ? std::pair{1.0, "ns"}
                             : ns < 1e6 ? std::pair{1e3, "us"}
                             : ns < 1e9 ? std::pair{1e6, "ms"}
                                        : std::pair{1e9, "s"};
  const auto value = ns / scale;
  auto text = std::array<char, 32>{};
  const auto decimals = value < 10 ? 2 : value < 100 ? 1 : 0;
  std::snprintf(text.data(), text.size(), "%.*f %s", decimals, value, unit);
  return text.data();
}

progress_line::progress_line(bool quiet) : quiet_{quiet}, is_terminal_{::isatty(2) == 1} {}

progress_line::~progress_line() {
  clear();
}

void progress_line::begin(std::string_view what, nanoseconds duration) {
  what_ = what;
  duration_ = duration;
  said_ = nanoseconds{0};
}

void progress_line::show(const progress& p) {
  if (quiet_ || (!is_terminal_ && p.elapsed < said_ + plain_interval)) return;
  said_ = p.elapsed;
  auto text = std::array<char, 160>{};
  const auto seconds = std::chrono::duration<double>{p.elapsed}.count();
  std::snprintf(text.data(), text.size(), "%5.1f s  %8.0f/s  p99 %-8s", seconds, p.rate,
                format_time(p.p99).c_str());
  const auto failures =
      p.failures == 0 ? std::string{} : "  " + std::to_string(p.failures) + " failed";
  if (is_terminal_) {
    const auto share = duration_.count() == 0 ? 0.0
                                              : static_cast<double>(p.elapsed.count()) /
                                                    static_cast<double>(duration_.count());
    std::fprintf(stderr, "\r\033[K%s %s %s%s", what_.c_str(), bar(share).c_str(), text.data(),
                 failures.c_str());
    std::fflush(stderr);
    is_open_ = true;
  } else {
    std::fprintf(stderr, "%s: %s%s\n", what_.c_str(), text.data(), failures.c_str());
  }
}

void progress_line::say(std::string_view text) {
  clear();
  if (!quiet_) std::fprintf(stderr, "%.*s\n", static_cast<int>(text.size()), text.data());
}

void progress_line::clear() {
  if (is_open_) std::fprintf(stderr, "\r\033[K");
  is_open_ = false;
}

}  // namespace mintage::bench
