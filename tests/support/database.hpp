/// @file
/// Read access to the database of a stopped server, in RocksDB or PostgreSQL.
#pragma once

#include <filesystem>
#include <memory>
#include <string_view>

#include "storage/shard_store.hpp"

namespace mintage::test {

class database {
 public:
  /// @param path of the folder of RocksDB, in the folder of the server.
  /// @throws storage::storage_error when it cannot be opened, e.g. while a server runs on it.
  explicit database(const std::filesystem::path& path);
  ~database();

  /// The verdict on the grant that an access token names: ok or revoked.
  [[nodiscard]] storage::verdict grant_of(std::string_view access_token);
  /// The verdict on a code: ok = live, replayed = consumed.
  [[nodiscard]] storage::verdict code(std::string_view text);

 private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

/// Whether the grant of an access token is revoked, in the database of a stopped server (COD-06).
[[nodiscard]] bool is_revoked(const std::filesystem::path& path, std::string_view access_token);

}  // namespace mintage::test
