/// @file
/// The catalog of clients, resources, initial access tokens, keys and notes in the first shard.
#pragma once

#include <optional>
#include <string>

#include "storage/engine.hpp"
#include "storage/postgres/desk.hpp"
#include "storage/postgres/heart.hpp"

namespace mintage::storage::postgres {

/// Kinds of records. The numbers are in databases: DO NOT CHANGE.
enum class record_kind : std::int16_t {
  client = 1,
  resource = 2,
  key = 3,
  note = 4,
  registration_token = 5
};

/// A write changes the number of the catalog's version, if that is still the one that the writer
/// has seen, and gives its records the new one. So versions are seen in order.
class postgres_catalog final : public catalog {
 public:
  /// @param first connector of the first shard. Both outlive the catalog.
  postgres_catalog(connector& first, heart& life) : desk_{first, "the catalog"}, life_{life} {}

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
  void published(catalog_reader who, revision at) override { life_.published(who, at); }
  bool is_known_to_all(revision at) const noexcept override { return life_.is_known_to_all(at); }

 private:
  struct change {
    record_kind kind;
    std::string id;
    /// Nothing: erased.
    std::optional<std::string> body;
  };
  revision put(const std::vector<change>& all, revision seen);

  desk desk_;
  heart& life_;
};

}  // namespace mintage::storage::postgres
