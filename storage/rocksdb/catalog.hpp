/// @file
/// The catalog of clients, keys, resources, initial access tokens and notes in RocksDB.
#pragma once

#include <mutex>

#include "storage/rocksdb/committer.hpp"
#include "storage/rocksdb/database.hpp"
#include "storage/sole_node.hpp"

namespace mintage::storage {

class rocksdb_catalog final : public sole_catalog {
 public:
  /// @param db,commits outlive the catalog.
  rocksdb_catalog(const rocksdb_database& db, committer& commits) : db_{db}, commits_{commits} {}

  catalog_changes changes(revision after) override;
  revision put_client(const oauth::client& c, revision seen) override;
  revision erase_client(std::string_view id, revision seen) override;
  revision put_resource(const oauth::resource& r, revision seen) override;
  revision erase_resource(std::string_view identifier, revision seen) override;
  revision put_registration_token(const oauth::registration_token& t, revision seen) override;
  revision erase_registration_token(std::string_view id, revision seen) override;
  stored_keys load_keys() override;
  revision change_keys(const std::vector<key_record>& put, const std::vector<std::string>& erased,
                       revision seen) override;
  std::string load_note(std::string_view name) override;
  void put_note(std::string_view name, std::string_view value) override;
  bool replace_note(std::string_view name, std::string_view before,
                    std::string_view value) override;

 private:
  void write(rocksdb::WriteBatch& batch);

  const rocksdb_database& db_;
  committer& commits_;
  std::mutex replacing_;  // held while a note is compared and replaced
};

}  // namespace mintage::storage
