#include "storage/options.hpp"

namespace mintage::storage {

std::vector<oauth::config_error> check(const options& o) {
  auto errors = std::vector<oauth::config_error>{};
  if (o.engine == engine_kind::memory) {
    return errors;  // nothing else is read
  }
  if (o.path.empty()) {
    errors.push_back({"storage.rocksdb.path", "must name a directory."});
  }
  if (o.memtable_mb < 1 || o.memtable_mb > 4096) {
    errors.push_back({"storage.rocksdb.memtable_mb", "must be from 1 to 4096."});
  }
  return errors;
}

}  // namespace mintage::storage
