#include "storage/engines/options.hpp"

namespace mintage::storage {

std::vector<oauth::config_error> check(const options& o) {
  switch (o.engine) {
    case engine_kind::memory:
      return {};
    case engine_kind::postgres:
      return check(o.postgres);
    case engine_kind::rocksdb:
      break;
  }
  return check(o.rocksdb);
}

}  // namespace mintage::storage
