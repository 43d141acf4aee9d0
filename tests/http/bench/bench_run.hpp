/// @file
/// Runs of mintage-bench.
#pragma once

#include <sys/wait.h>

#include <array>
#include <boost/json.hpp>
#include <cstdio>
#include <stdexcept>
#include <string>

#include "tests/support/test_clients.hpp"

namespace mintage::test {

struct bench_run {
  int code = -1;
  std::string out;
};

/// Runs `mintage-bench ARGUMENTS` to its end; `out` has both outputs.
inline bench_run bench(const std::string& arguments) {
  const auto command = std::string{MINTAGE_BENCH_PROGRAM} + " " + arguments + " 2>&1";
  auto* pipe = ::popen(command.c_str(), "r");
  if (pipe == nullptr) throw std::runtime_error{"popen failed"};
  auto out = bench_run{};
  auto piece = std::array<char, 4096>{};
  while (const auto got = std::fread(piece.data(), 1, piece.size(), pipe)) {
    out.out.append(piece.data(), got);
  }
  const auto status = ::pclose(pipe);
  out.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return out;
}

/// The option that names the server of this build.
inline const auto own_server = std::string{" --server "} + MINTAGE_PROGRAM;

}  // namespace mintage::test
