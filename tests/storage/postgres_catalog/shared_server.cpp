#include "tests/storage/postgres_catalog/shared_server.hpp"

#include <atomic>

#include "storage/postgres/administration.hpp"

namespace mintage::test {

loopback::postgres& shared_server() {
  static auto server = loopback::postgres{"a"};
  return server;
}

database::database(loopback::postgres& server, bool is_empty) : server_{server} {
  static auto made = std::atomic<int>{0};
  name_ = "m" + std::to_string(++made);
  server_.run_sql("CREATE DATABASE " + name_);
  if (!is_empty) storage::create_postgres_schema(options(), std::chrono::seconds{600}, [](auto) {});
}

storage::postgres_options database::options() const {
  auto o = storage::postgres_options{};
  o.shards = {conninfo()};
  o.require_sync = false;
  return o;
}

}  // namespace mintage::test
