#include "storage/engines/options.hpp"

#include <gtest/gtest.h>

namespace mintage::storage {
namespace {

struct options_case {
  std::string name;
  options given;
  std::vector<std::string> broken;
};

options with_memtable(std::size_t mb) {
  auto o = options{};
  o.rocksdb.memtable_mb = mb;
  return o;
}

TEST(storage_options, name_every_broken_limit) {
  auto nothing_right = with_memtable(0);
  nothing_right.rocksdb.path.clear();
  auto memory = nothing_right;
  memory.engine = engine_kind::memory;
  const auto cases = std::vector<options_case>{
      {"defaults", options{}, {}},
      {"smallest", with_memtable(1), {}},
      {"largest", with_memtable(4096), {}},
      {"below", with_memtable(0), {"storage.rocksdb.memtable_mb"}},
      {"above", with_memtable(4097), {"storage.rocksdb.memtable_mb"}},
      {"all", nothing_right, {"storage.rocksdb.path", "storage.rocksdb.memtable_mb"}},
      {"memory reads none of them", memory, {}},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    auto keys = std::vector<std::string>{};
    for (const auto& error : check(c.given)) {
      keys.push_back(error.key);
      EXPECT_FALSE(error.sentence.empty());
    }
    EXPECT_EQ(keys, c.broken);
  }
}

}  // namespace
}  // namespace mintage::storage
