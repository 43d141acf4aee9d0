/// @file
/// The seal key of a server: its files, its note in the database, and its rotation.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <mutex>
#include <optional>
#include <string>

#include "actors/stages/seal_progress.hpp"
#include "app/event_log.hpp"
#include "app/operations_desk.hpp"
#include "app/seal_files.hpp"
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

  /// Takes over what another node has written into the note, and forgets former keys whose time is
  /// over. To be called every some seconds.
  /// @throws storage::storage_error; file_error when the key is not here: the server must end.
  void follow();

  // The calls of the operations desk. Each logs what it did.

  /// Makes FILE.next unless it is there, makes its key the newest, and puts it in the place of
  /// FILE. A kill at any moment leaves files and a note that fit each other.
  /// @param longest_life of the refresh tokens that the former key has made. It is kept a day
  /// longer: what else it made lives shorter.
  /// @returns {"generation","seal_key_file","file_replaced","former_file","next_step"}; an error
  ///          also when the key was rotated meanwhile, by another node or by a call whose answer
  ///          was lost: no other node would have a second new key.
  [[nodiscard]] operations_desk::outcome rotate(std::chrono::seconds longest_life);
  /// @param outdated how many records of a kind the newest key does not open; nothing = not known
  /// @returns {"generation","since","former":[{"generation","kept_until"}],"outdated":{…},
  ///          "next_is_at_hand","file_is_current"}
  using counter = std::function<std::optional<std::size_t>(actors::sealed_records)>;
  [[nodiscard]] operations_desk::outcome show(const counter& outdated);
  /// Forgets the former keys: what only they open is void. @returns {"forgotten":[generation]}
  [[nodiscard]] operations_desk::outcome retire(const counter& outdated);

 private:
  [[nodiscard]] crypto::root_ring_content load();
  [[nodiscard]] crypto::root_ring_content make_first();
  [[nodiscard]] std::optional<crypto::root_key> find_next() const;
  [[nodiscard]] bool is_newest(const std::optional<crypto::root_key>& key) const;
  // With the mutex held.
  void follow_note();
  void forget_expired();
  [[nodiscard]] crypto::root_ring_content find_ring(const std::string& note) const;
  /// Writes the note of a changed ring, which then is the ring.
  void commit(crypto::root_ring_content to);
  [[nodiscard]] std::string why_not(const seal_files::content& next) const;
  [[nodiscard]] operations_desk::outcome rotate_to(const crypto::root_key& next,
                                                   std::chrono::seconds longest_life);
  /// Runs a call with the ring as it is in the database. What fails becomes an error.
  template <class Call>
  operations_desk::outcome run(const char* failure, Call call);

  setup setup_;
  seal_files files_;
  std::mutex mutex_;  // held by each call
  std::string note_;  // what the ring was read of
  crypto::root_ring ring_;
};

}  // namespace mintage::app
