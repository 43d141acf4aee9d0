#include "app/open_files.hpp"

#include <thread>

#include "app/process_limits.hpp"
#include "net/server.hpp"
#include "storage/engines/open.hpp"

namespace mintage::app {

void check_open_files(const config::settings& settings) {
  // Logs and streams of this process; log, manifest and lock of the database. Each I/O thread has
  // an epoll, an event and a timer descriptor.
  constexpr auto fixed = std::size_t{64};
  constexpr auto of_an_io_thread = std::size_t{4};
  constexpr auto of_a_fetch = std::size_t{4};  // connections, and the look-up of the name
  const auto io_threads = settings.net.io_threads != 0
                              ? settings.net.io_threads
                              : std::size_t{std::thread::hardware_concurrency()};
  constexpr auto of_a_shard = std::size_t{48};  // of the database: connections and their events
  const auto on_disk = settings.storage.engine == storage::engine_kind::rocksdb;
  const auto is_shared = settings.storage.engine == storage::engine_kind::postgres;
  const auto health_connections =
      settings.net.health_listen.empty() ? std::size_t{0} : net::most_health_connections;
  check_open_files({.connections = settings.net.max_connections,
                    .admin_connections = net::most_admin_connections + health_connections,
                    .database = on_disk     ? storage::most_open_tables
                                : is_shared ? of_a_shard * settings.storage.postgres.shards.size()
                                            : 0,
                    .spare = fixed + of_an_io_thread * io_threads +
                             of_a_fetch * (settings.fetch.in_flight +
                                           net::for_logouts(settings.fetch).in_flight)},
                   raise_open_files());
}

}  // namespace mintage::app
