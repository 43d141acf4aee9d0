#include "storage/engines/open.hpp"

#include "storage/memory/engine.hpp"
#include "storage/postgres/engine.hpp"
#include "storage/rocksdb/engine.hpp"

namespace mintage::storage {

std::unique_ptr<engine> open_engine(const options& o, unsigned max_failures,
                                    const oauth::clock& clock, std::optional<postgres_node> node) {
  switch (o.engine) {
    case engine_kind::memory:
      return open_memory_engine(max_failures);
    case engine_kind::postgres:
      return open_postgres_engine(o.postgres, max_failures, std::move(node.value()));
    case engine_kind::rocksdb:
      break;
  }
  return open_rocksdb_engine(o.rocksdb, max_failures, clock);
}

bool is_in_use(const options& o) {
  switch (o.engine) {
    case engine_kind::memory:
    case engine_kind::postgres:
      break;
    case engine_kind::rocksdb:
      return is_rocksdb_in_use(o.rocksdb);
  }
  return false;
}

}  // namespace mintage::storage
