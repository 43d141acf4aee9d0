/// @file
/// The content of a database on its way to another engine: mintage db import.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "storage/engine.hpp"

namespace mintage::storage {

/// A live record of a shard. Codes are not moved: they live for a minute.
struct moved_record {
  table kind = table::grants;
  record_key key;
  instant expires{};
  bool is_revoked = false;
  /// Grants: the generation of the current refresh token.
  std::uint32_t generation = 0;
  std::string value;
};

struct moved_cutoff {
  crypto::digest key{};
  instant before{};
  instant forget{};
};

/// What belongs to the catalog, and the epoch.
struct moved_catalog {
  std::vector<oauth::client> clients;
  std::vector<oauth::resource> resources;
  std::vector<oauth::registration_token> registration_tokens;
  std::vector<key_record> keys;
  /// The note that proves the seal key; empty when there is none.
  std::string seal_check;
  /// The note of the lives in use; empty when there is none.
  std::string lives;
  instant void_before{};
};

/// Receives a database. Calls that throw end the move.
class content_sink {
 public:
  virtual ~content_sink() = default;
  virtual void take(moved_catalog c) = 0;
  virtual void take(moved_record r) = 0;
  virtual void take(const moved_cutoff& c) = 0;
};

/// How many there were of each.
struct content_counts {
  std::size_t clients = 0;
  std::size_t resources = 0;
  std::size_t registration_tokens = 0;
  std::size_t keys = 0;
  std::array<std::size_t, tables_count> records{};
  std::size_t cutoffs = 0;
  /// Live codes that were left out.
  std::size_t codes_left_out = 0;
};

/// The name of the note that proves the seal key. On the disk: DO NOT CHANGE.
constexpr auto seal_check_note = std::string_view{"seal-check"};
/// That of the lives in use (oauth::life_book). On the disk: DO NOT CHANGE.
constexpr auto lives_note = std::string_view{"lives"};

}  // namespace mintage::storage
