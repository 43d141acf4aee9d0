/// @file
/// A catalog for tests of those who write to it.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "storage/engine.hpp"
#include "storage/sole_node.hpp"

namespace mintage::actors::test {

/// A catalog whose writes fail on demand, in both ways in which a write can be unknown.
class failing_catalog final : public storage::sole_catalog {
 public:
  explicit failing_catalog(storage::catalog& inner) : inner_{inner} {}
  storage::catalog_changes changes(storage::revision after) override {
    auto changed = inner_.changes(after);
    changed.keys = changed.keys || std::exchange(moved_keys, false);
    return changed;
  }
  storage::revision put_client(const oauth::client& c, storage::revision seen) override {
    if (std::exchange(moves, false)) throw storage::catalog_moved{"was changed by another node"};
    return inner_.put_client(c, seen);
  }
  storage::revision erase_client(std::string_view id, storage::revision seen) override {
    return inner_.erase_client(id, seen);
  }
  storage::revision put_resource(const oauth::resource& r, storage::revision seen) override {
    return inner_.put_resource(r, seen);
  }
  storage::revision erase_resource(std::string_view identifier, storage::revision seen) override {
    return inner_.erase_resource(identifier, seen);
  }
  storage::revision put_registration_token(const oauth::registration_token& t,
                                           storage::revision seen) override {
    return inner_.put_registration_token(t, seen);
  }
  storage::revision erase_registration_token(std::string_view id, storage::revision seen) override {
    return inner_.erase_registration_token(id, seen);
  }
  storage::stored_keys load_keys() override { return inner_.load_keys(); }
  storage::revision change_keys(const std::vector<storage::key_record>& put,
                                const std::vector<std::string>& erased,
                                storage::revision seen) override {
    if (loses) throw storage::storage_error{"cannot be written"};
    if (std::exchange(moves, false)) throw storage::catalog_moved{"was changed by another node"};
    seen = inner_.change_keys(put, erased, seen);
    if (keeps_and_fails) throw storage::storage_error{"cannot be written"};
    return seen;
  }
  std::string load_note(std::string_view name) override { return inner_.load_note(name); }
  void put_note(std::string_view name, std::string_view value) override {
    inner_.put_note(name, value);
  }
  bool replace_note(std::string_view name, std::string_view before,
                    std::string_view value) override {
    ++tried_notes;
    const auto is_written = outrun_notes-- <= 0 && inner_.replace_note(name, before, value);
    if (std::exchange(keeps_note_and_fails, false)) throw storage::storage_error{"does not answer"};
    return is_written;
  }
  /// The next write is refused because another node was faster.
  bool moves = false;
  /// What is read next names a key that another node has changed.
  bool moved_keys = false;
  bool loses = false;
  bool keeps_and_fails = false;
  /// The answer to the next replacement of a note is lost.
  bool keeps_note_and_fails = false;
  /// How often a note was to be replaced.
  int tried_notes = 0;
  /// So many of the next are refused, because another node was faster.
  int outrun_notes = 0;

 private:
  storage::catalog& inner_;
};

}  // namespace mintage::actors::test
