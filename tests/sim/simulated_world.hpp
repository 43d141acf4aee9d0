/// @file
/// The real actors in one thread: CAF's testing scheduler, and I/O threads that are queues. Each
/// step is taken on request.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "service/service.hpp"
#include "storage/engine.hpp"

namespace mintage::sim {

struct world_shape {
  std::size_t io_threads = 2;
  std::size_t validators = 2;
  std::size_t code_stores = 3;
  std::size_t signers = 2;
  std::size_t batch_max = 8;
  /// Exchanges in flight per I/O thread.
  std::size_t limit = 8;
  std::size_t hasher_queue = 2;
};

class simulated_world {
 public:
  /// @param pepper of the clients in the engine's catalog. Referenced objects outlive the world.
  simulated_world(const world_shape& shape, std::unique_ptr<storage::engine> engine,
                  oauth::clock& clock, const oauth::options& rules, const crypto::digest& pepper);
  /// @pre the world is stopped, or not used any more.
  ~simulated_world();

  /// Number of actors and I/O threads with work. One step is a message or a task.
  [[nodiscard]] std::size_t runnable() const;
  /// @pre i < runnable()
  void run(std::size_t i);

  [[nodiscard]] service::token_service& service(std::size_t io_thread);
  /// Ends a member of a pool as a fault would; does nothing when there is none.
  void kill(std::string_view pool, std::size_t index);
  /// Whether all permits for slow hashes are free.
  [[nodiscard]] bool has_all_places();

  /// Asks all actors to end, as the server does. Run all steps afterwards.
  void begin_stop();
  /// Whether all actors have ended.
  [[nodiscard]] bool is_stopped() const;
  /// Closes the engine; exchanges in flight are returned to their gateways. Run all steps
  /// afterwards.
  void close_engine();

 private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

}  // namespace mintage::sim
