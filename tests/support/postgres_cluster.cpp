#include "tests/support/postgres_cluster.hpp"

#include <chrono>
#include <string_view>

#include "crypto/random.hpp"
#include "storage/postgres/administration.hpp"
#include "storage/postgres/engine.hpp"

namespace mintage::test {

namespace {

storage::postgres_options options_for(const std::string& conninfo) {
  auto out = storage::postgres_options{};
  out.shards = {conninfo};
  out.max_clock_skew = {};
  return out;
}

}  // namespace

void create_schema(const std::string& conninfo) {
  storage::create_postgres_schema(options_for(conninfo), std::chrono::seconds{600},
                                  [](std::string_view) {});
}

std::unique_ptr<storage::engine> open_node(const std::string& conninfo, bool is_synchronous,
                                           const oauth::clock& clock) {
  auto out = options_for(conninfo);
  out.require_sync = is_synchronous;
  return storage::open_postgres_engine(
      out, 10,
      {.id = crypto::buffered_random{}.take<16>(),
       .name = "test",
       .settings = {},
       .tombstone = std::chrono::seconds{600},
       .clock = clock,
       .wall_time =
           [] {
             return std::chrono::floor<std::chrono::microseconds>(
                 std::chrono::system_clock::now().time_since_epoch());
           },
       .follow = [](std::chrono::microseconds) {},
       .tell = [](std::string_view) {}});
}

}  // namespace mintage::test
