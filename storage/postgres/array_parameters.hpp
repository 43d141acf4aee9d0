/// @file
/// Parameters of the statements of shards, in PostgreSQL's binary format: arrays that are built
/// element by element in buffers that are used again.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "storage/shard_store.hpp"

namespace mintage::storage::postgres {

/// Object ids of the types in use. They are fixed in PostgreSQL.
enum class sql_type : std::uint32_t {
  boolean = 16,
  octets = 17,
  int8 = 20,
  int2 = 21,
  int4 = 23,
  uuid = 2950
};

/// The parameters of one execution, $1 first. Buffers are reused after `clear`.
class array_parameters {
 public:
  void clear() noexcept { used_ = 0; }

  /// Begins an array; `add` appends its elements. @pre count > 0
  void begin_array(sql_type of, std::size_t count);
  void add(std::string_view octets);
  void add(crypto::bytes_view octets) { add(crypto::as_chars(octets)); }
  void add(instant t) { add_integer(t.time_since_epoch().count(), 8); }
  void add(std::uint32_t number) { add_integer(number, 4); }
  void add(bool b) { add_integer(b ? 1 : 0, 1); }

  /// A parameter that is no array.
  void put(instant t) { put_integer(t.time_since_epoch().count(), 8); }
  void put_int2(unsigned number) { put_integer(number, 2); }

  /// As libpq takes them; valid until the next change.
  [[nodiscard]] int count() const noexcept { return static_cast<int>(used_); }
  [[nodiscard]] const char* const* values();
  [[nodiscard]] const int* lengths();
  [[nodiscard]] const int* formats();

 private:
  [[nodiscard]] std::string& begin();
  void add_integer(std::int64_t value, std::size_t octets);
  void put_integer(std::int64_t value, std::size_t octets);

  std::vector<std::string> buffers_;
  std::size_t used_ = 0;
  std::vector<const char*> values_;
  std::vector<int> lengths_;
  std::vector<int> formats_;
};

}  // namespace mintage::storage::postgres
