/// @file
/// PostgreSQL servers for these tests, with the tables of one shard.
#pragma once

#include <memory>
#include <string>

#include "loopback/postgres.hpp"
#include "storage/postgres/options.hpp"

namespace mintage::test {

/// Asynchronous; all tests of the process share it.
[[nodiscard]] loopback::postgres& shared_server();

/// A new database of `server`, with the tables of one shard unless `is_empty`.
class database {
 public:
  explicit database(loopback::postgres& server = shared_server(), bool is_empty = false);
  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  [[nodiscard]] std::string conninfo() const { return server_.conninfo(name_); }
  /// The one value of a statement's answer.
  [[nodiscard]] std::string ask(const std::string& text) const { return server_.ask(text, name_); }
  void run(const std::string& text) const { server_.run_sql(text, name_); }
  /// For an engine of this one shard, which needs no standby.
  [[nodiscard]] storage::postgres_options options() const;

 private:
  loopback::postgres& server_;
  std::string name_;
};

}  // namespace mintage::test
