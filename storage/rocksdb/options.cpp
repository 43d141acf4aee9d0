#include "storage/rocksdb/options.hpp"

namespace mintage::storage {

std::vector<oauth::config_error> check(const rocksdb_options& o) {
  auto errors = std::vector<oauth::config_error>{};
  if (o.path.empty()) {
    errors.push_back({"storage.rocksdb.path", "must name a directory."});
  }
  if (o.memtable_mb < 1 || o.memtable_mb > 4096) {
    errors.push_back({"storage.rocksdb.memtable_mb", "must be from 1 to 4096."});
  }
  return errors;
}

}  // namespace mintage::storage
