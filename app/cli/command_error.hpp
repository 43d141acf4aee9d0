/// @file
/// The failure of a management command: one sentence and an exit code.
#pragma once

#include <stdexcept>
#include <string>

#include "app/cli/commands.hpp"

namespace mintage::app {

/// `what()` is one sentence for standard error and never contains a secret.
class command_error : public std::runtime_error {
 public:
  explicit command_error(const std::string& sentence, int exit_code = exit_failure)
      : std::runtime_error{sentence}, exit_code_{exit_code} {}
  [[nodiscard]] int exit_code() const noexcept { return exit_code_; }

 private:
  int exit_code_;
};

}  // namespace mintage::app
