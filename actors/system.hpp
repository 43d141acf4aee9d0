/// @file
/// All actors of one server: started, supervised, stopped together.
#pragma once

#include <memory>
#include <vector>

#include "actors/options.hpp"
#include "oauth/service.hpp"
#include "storage/engine.hpp"

namespace mintage::actors {

/// What the actors need from outside. References outlive the system.
struct surroundings {
  storage::engine& engine;
  const oauth::clock& clock;
  oauth::refusal_log& log;
  /// One per I/O thread; tasks posted to them must run until the system is gone.
  std::vector<oauth::io_lane*> lanes;
};

/// The actor system behind the ports. Start-up (keys made or unsealed, clients loaded) happens in
/// the constructor. No CAF in this header.
class system {
 public:
  /// @throws storage::storage_error, or key_error when the seal key is missing, unreadable or wrong.
  system(const options& o, const oauth::options& rules, surroundings around);
  /// Stops all actors; exchanges still inside come home unanswered. The lanes must still run.
  ~system();

  /// The service of each I/O thread, in the order of the lanes. Valid as long as the system.
  [[nodiscard]] std::vector<oauth::service*> services();

  /// Ends one member of a pool as a fault would ("validator", "code-store", "signer", "http"), for tests of
  /// the supervision. @returns false when there is no such member.
  bool kill(std::string_view pool, std::size_t index);

 private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

/// The seal key, or what it sealed, is not usable. `what()` is one sentence for the operator.
class key_error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace mintage::actors
