/// @file
/// The seal key of a server: its files, its note in the database, and its rotation.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "actors/stages/seal_progress.hpp"
#include "app/event_log.hpp"
#include "app/operations_desk.hpp"
#include "app/private_files.hpp"
#include "crypto/root_ring.hpp"
#include "storage/engine.hpp"

namespace mintage::app {

/// Keeps the ring of seal keys as the note in the database has it (app/seal_note.hpp).
///
/// The newest key is in FILE, or in FILE.next when a rotation could not put it in the place of the
/// former one. The note decides which of the two it is. Thread-safe.
class seal_keeper {
 public:
  /// What is referenced outlives the keeper.
  struct setup {
    std::filesystem::path file;
    file_rules rules;
    storage::catalog& records;
    const oauth::clock& clock;
    event_log& log;
    /// Why the other nodes cannot take over FILE.next now; empty when they can.
    std::function<std::string()> objection{};
  };

  /// Reads the keys. Makes FILE on first start. When the database holds sealed records and neither
  /// FILE nor FILE.next has the key, the server must not start, and no file is replaced.
  /// @throws file_error, storage::storage_error
  explicit seal_keeper(setup s);

  [[nodiscard]] const crypto::root_ring& ring() const noexcept { return ring_; }

  /// Takes over what another node has written into the note.
  /// @throws storage::storage_error, file_error when the key is not here: the server must end.
  void follow();

  // The calls of the operations desk. Each logs what it did.

  /// Makes FILE.next unless it is there, makes its key the newest, and puts it in the place of
  /// FILE. A kill at any moment leaves files and a note that fit each other.
  /// @param longest_life of the refresh tokens that the former key has made. It is kept a day
  /// longer: what else it made lives shorter.
  /// @returns {"generation","seal_key_file","file_replaced","former_file","next_step"}
  [[nodiscard]] operations_desk::outcome rotate(std::chrono::seconds longest_life);
  /// @param outdated how many records of a kind the newest key does not open; nothing = not known
  /// @returns {"generation","since","former":[{"generation","kept_until"}],"outdated":{…},
  ///          "next_is_at_hand","file_is_current"}
  using counter = std::function<std::optional<std::size_t>(actors::sealed_records)>;
  [[nodiscard]] operations_desk::outcome show(const counter& outdated);
  /// Forgets the former keys: what only they open is void. @returns {"forgotten":[generation]}
  [[nodiscard]] operations_desk::outcome retire(const counter& outdated);

 private:
  struct swap {
    bool is_done = false;
    /// Where the former key is.
    std::filesystem::path former;
    std::string because;
  };
  [[nodiscard]] crypto::root_ring_content load();
  [[nodiscard]] crypto::root_ring_content make_first();
  [[nodiscard]] std::optional<crypto::root_key> find_next() const;
  /// Writes the note of a changed ring, which then is the ring.
  void commit(crypto::root_ring_content to);
  [[nodiscard]] crypto::root_ring_content without_expired(crypto::root_ring_content ring) const;
  /// Puts FILE.next in the place of FILE, which is kept beside it.
  [[nodiscard]] swap replace_file(std::uint32_t former_generation) const;
  [[nodiscard]] bool is_newest(const crypto::root_key& key) const;
  /// Whether the newest key is in the file.
  [[nodiscard]] bool has_newest(const std::filesystem::path& file) const;

  setup setup_;
  std::filesystem::path next_file_;
  std::mutex mutex_;  // held by each call
  std::string note_;  // what the ring was read of
  crypto::root_ring ring_;
};

/// FILE.next
[[nodiscard]] std::filesystem::path next_seal_key_file(const std::filesystem::path& file);

/// What a seal key file is to a database.
enum class seal_key_fit : std::uint8_t { fits, missing, other };
/// Compares FILE and FILE.next with the note of a database; any key fits a database without one.
/// Makes no file.
/// @throws file_error when FILE cannot be read, or is no seal key.
[[nodiscard]] seal_key_fit compare_seal_key(const std::filesystem::path& file,
                                            std::string_view note, file_rules rules);

}  // namespace mintage::app
