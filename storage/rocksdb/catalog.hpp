/// @file
/// The catalog of clients, keys, resources and notes in RocksDB.
#pragma once

#include "storage/engine.hpp"
#include "storage/rocksdb/committer.hpp"
#include "storage/rocksdb/database.hpp"

namespace mintage::storage {

class rocksdb_catalog final : public catalog {
 public:
  /// @param db,commits outlive the catalog.
  rocksdb_catalog(const rocksdb_database& db, committer& commits) : db_{db}, commits_{commits} {}

  std::vector<oauth::client> load_clients() override;
  void put_client(const oauth::client& c) override;
  void erase_client(std::string_view id) override;
  std::vector<key_record> load_keys() override;
  void change_keys(const std::vector<key_record>& put,
                   const std::vector<std::string>& erased) override;
  std::vector<oauth::resource> load_resources() override;
  void put_resource(const oauth::resource& r) override;
  void erase_resource(std::string_view identifier) override;
  std::string load_note(std::string_view name) override;
  void put_note(std::string_view name, std::string_view value) override;

 private:
  void write(rocksdb::WriteBatch& batch);

  const rocksdb_database& db_;
  committer& commits_;
};

}  // namespace mintage::storage
