#include "storage/rocksdb/read_only.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "storage/rocksdb/thread_sanitizer.hpp"

namespace mintage::storage {
namespace {

/// Without a log of ours RocksDB writes one into the database.
class silent_log final : public rocksdb::Logger {
 public:
  using Logger::Logv;
  void Logv(const char*, std::va_list) override {}
};

}  // namespace

read_only_database::read_only_database(const rocksdb_options& o, const oauth::clock& clock,
                                       std::shared_ptr<rocksdb::Logger> log) {
  auto quiet = uninstrumented_call{};
  const auto path = o.path.string();
  auto how = database_options(o);
  how.info_log = log != nullptr ? std::move(log) : std::make_shared<silent_log>();
  how.create_if_missing = false;
  how.create_missing_column_families = false;
  auto names = std::vector<std::string>{};
  status_ = rocksdb::DB::ListColumnFamilies(how, path, &names);
  if (!status_.ok()) return;
  auto columns = column_family_descriptors(o, clock);
  std::erase_if(columns, [&](const auto& c) {
    return std::find(names.begin(), names.end(), c.name) == names.end();
  });
  auto handles = std::vector<rocksdb::ColumnFamilyHandle*>{};
  rocksdb::DB* db = nullptr;
  status_ = rocksdb::DB::OpenForReadOnly(how, path, columns, &handles, &db);
  if (!status_.ok()) return;
  db_.reset(db);
  for (auto* handle : handles) columns_.at(column_index(handle->GetName())) = handle;
}

read_only_database::~read_only_database() {
  auto quiet = uninstrumented_call{};
  for (auto* handle : columns_)
    if (handle != nullptr) db_->DestroyColumnFamilyHandle(handle).PermitUncheckedError();
  db_.reset();
}

std::uint64_t read_only_database::last_sequence() const {
  auto quiet = uninstrumented_call{};
  return db_->GetLatestSequenceNumber();
}

std::unique_ptr<rocksdb::Iterator> read_only_database::scan(std::size_t column) const {
  if (columns_[column] == nullptr) return nullptr;
  auto quiet = uninstrumented_call{};
  auto how = rocksdb::ReadOptions{};
  how.fill_cache = false;
  how.readahead_size = std::size_t{2} << 20;
  return std::unique_ptr<rocksdb::Iterator>{db_->NewIterator(how, columns_[column])};
}

}  // namespace mintage::storage
