/// @file
/// Does what a plan of `mintage apply` says.
#pragma once

#include <string>

#include "app/cli/admin_access.hpp"
#include "app/cli/declared/plan.hpp"

namespace mintage::app {

/// How a step ended.
struct step_result {
  /// Why it was not done; empty when it was.
  std::string failure;
  /// Whether the server was as wanted already, because another run was there first.
  bool was_done = false;
};

/// Does one step. A server that is busy is asked again for some seconds. What another run of the
/// same files has done meanwhile is no failure.
/// @param wanted the declaration of the step's client; null for other steps.
/// @throws command_error when the server cannot be asked, or a secret cannot be read.
[[nodiscard]] step_result perform(admin_access& server, const step& s,
                                  const declared_client* wanted);

}  // namespace mintage::app
