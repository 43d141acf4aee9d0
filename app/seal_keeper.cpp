#include "app/seal_keeper.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <cerrno>
#include <cstring>
#include <utility>

#include "app/seal_note.hpp"
#include "crypto/digest.hpp"
#include "storage/content.hpp"

namespace mintage::app {
namespace {

namespace json = boost::json;
namespace fs = std::filesystem;

using storage::seal_check_note;

/// Those of more than two years when a key is used for a month. Each costs a refused handle or
/// token one more try.
constexpr auto most_former = std::size_t{32};
/// The records that are sealed, by their names in reports.
constexpr auto kinds = std::to_array<std::pair<actors::sealed_records, std::string_view>>(
    {{actors::sealed_records::keys, "keys"}, {actors::sealed_records::secrets, "secrets"}});

operations_desk::outcome refuse(std::string because) {
  return tl::unexpected{oauth::admin_error{oauth::errc::conflict, std::move(because)}};
}

operations_desk::outcome report(const json::object& what) {
  return oauth::operation_report{json::serialize(what)};
}

bool are_one(const crypto::root_key& a, const crypto::root_key& b) {
  constexpr auto label = std::string_view{"mintage/same/1"};
  return a.derive(label) == b.derive(label);
}

bool is_one_of(const std::vector<crypto::former_root>& all, const crypto::root_key& key) {
  return std::any_of(all.begin(), all.end(),
                     [&](const crypto::former_root& f) { return are_one(f.key, key); });
}

/// Whether both files have one key: they are one file, or one was copied from the other.
bool have_one_key(const fs::path& a, const fs::path& b, file_rules rules) {
  try {
    const auto of_a = read_seal_key(a, rules);
    const auto of_b = read_seal_key(b, rules);
    return of_a && of_b && are_one(*of_a, *of_b);
  } catch (const file_error&) {  // one of them is no key
    return false;
  }
}

std::string sentence_of(int error) {
  return std::strerror(error);
}

}  // namespace

seal_keeper::seal_keeper(setup s)
    : setup_{std::move(s)},
      next_file_{next_seal_key_file(setup_.file)},
      ring_{without_expired(load())} {
  if (auto next = find_next()) ring_.accept(std::move(*next));
}

crypto::root_ring_content seal_keeper::load() {
  note_ = setup_.records.load_note(seal_check_note);
  const auto found = read_seal_key(setup_.file, setup_.rules);
  if (!found && note_.empty()) return make_first();
  if (found && note_.empty()) {
    auto ring = crypto::first_ring(*found);
    const auto made = make_seal_note(ring);
    if (setup_.records.put_first_note(seal_check_note, made)) {
      note_ = made;
      return ring;
    }
    note_ = setup_.records.load_note(seal_check_note);  // another node has written it meanwhile
  }
  if (found)
    if (auto ring = open_seal_note(*found, note_)) return *std::move(ring);
  const auto next = read_seal_key(next_file_, setup_.rules);
  if (auto ring = next ? open_seal_note(*next, note_) : std::nullopt) {
    const auto swapped = replace_file(ring->generation - 1);
    if (!swapped.is_done)
      setup_.log.event(log_level::warn, "the seal key in use is not in its file",
                       {{"used", next_file_.string()},
                        {"belongs_to", setup_.file.string()},
                        {"because", swapped.because}});
    return *std::move(ring);
  }
  if (!found)
    throw file_error{setup_.file.string() +
                     ": the seal key is missing, but the database holds records sealed with it; "
                     "put the file back, or copy it from another node: a new one is not made"};
  throw file_error{setup_.file.string() + ": is not the seal key of this database"};
}

/// On first start. When another node makes its key at the same time, the first note counts.
crypto::root_ring_content seal_keeper::make_first() {
  if (!setup_.records.load_keys().keys.empty())
    throw file_error{setup_.file.string() +
                     ": the seal key is missing, but the database holds records sealed with it; "
                     "put the file back, or copy it from another node: a new one is not made"};
  auto ring = crypto::first_ring(make_seal_key(setup_.file));
  note_ = make_seal_note(ring);
  if (setup_.records.put_first_note(seal_check_note, note_)) return ring;
  ::unlink(setup_.file.c_str());
  throw file_error{setup_.file.string() +
                   ": another node has made the seal key of this database meanwhile: copy it from "
                   "there"};
}

/// @returns nothing when there is none, or it is the newest. One that cannot be read is told, and
///          left alone.
std::optional<crypto::root_key> seal_keeper::find_next() const {
  try {
    auto next = read_seal_key(next_file_, setup_.rules);
    return next && !is_newest(*next) ? std::move(next) : std::nullopt;
  } catch (const file_error& e) {
    // Where only root may look, and systemd hands over the files that there are, there is none.
    auto ignored = std::error_code{};
    if (fs::exists(next_file_, ignored))
      setup_.log.event(log_level::warn, "a seal key to come cannot be read",
                       {{"because", e.what()}});
    return std::nullopt;
  }
}

bool seal_keeper::has_newest(const fs::path& file) const {
  try {
    const auto key = read_seal_key(file, setup_.rules);
    return key && is_newest(*key);
  } catch (const file_error&) {  // it has not, then
    return false;
  }
}

bool seal_keeper::is_newest(const crypto::root_key& key) const {
  return open_seal_note(key, note_).has_value();
}

void seal_keeper::follow() {
  const auto lock = std::lock_guard{mutex_};
  auto now = setup_.records.load_note(seal_check_note);
  if (now == note_) return;
  auto ring = open_seal_note(ring_.content().newest, now);
  if (!ring) {
    const auto next = read_seal_key(next_file_, setup_.rules);
    ring = next ? open_seal_note(*next, now) : std::nullopt;
  }
  if (!ring) {
    const auto key = read_seal_key(setup_.file, setup_.rules);
    ring = key ? open_seal_note(*key, now) : std::nullopt;
  }
  if (!ring) {
    const auto missing = "another node has rotated the seal key, and the new one is neither " +
                         setup_.file.string() + " nor " + next_file_.string() +
                         ": copy it from that node";
    setup_.log.event(log_level::error, "the server cannot go on", {{"because", missing}});
    throw file_error{missing};
  }
  const auto former = ring_.content().generation;
  const auto is_rotated = ring->generation != former;
  note_ = std::move(now);
  ring_.change(*std::move(ring));
  if (!is_rotated) return;
  const auto swapped = replace_file(former);
  setup_.log.event(log_level::info, "another node has rotated the seal key",
                   {{"file_replaced", swapped.is_done ? "yes" : swapped.because}});
}

void seal_keeper::commit(crypto::root_ring_content to) {
  auto note = make_seal_note(to);
  try {
    setup_.records.put_note(seal_check_note, note);
  } catch (const storage::storage_error&) {
    // It may be written all the same. Either way the database says what holds: now, or to the key
    // keeper later, which calls `follow`.
    if (setup_.records.load_note(seal_check_note) != note) throw;
  }
  note_ = std::move(note);
  ring_.change(std::move(to));
}

crypto::root_ring_content seal_keeper::without_expired(crypto::root_ring_content ring) const {
  // A clock that has jumped ahead must not void what is valid.
  if (!setup_.clock.is_confirmed()) return ring;
  const auto now = oauth::numeric_date(setup_.clock.now());
  std::erase_if(ring.former, [&](const crypto::former_root& f) { return f.kept_until < now; });
  return ring;
}

seal_keeper::swap seal_keeper::replace_file(std::uint32_t former_generation) const {
  auto out = swap{};
  out.is_done = has_newest(setup_.file);
  if (out.is_done) return out;
  out.former = fs::path{setup_.file}.concat(".former-" + std::to_string(former_generation));
  if (::link(setup_.file.c_str(), out.former.c_str()) != 0 && errno != ENOENT) {
    const auto error = errno;
    if (error != EEXIST || !have_one_key(setup_.file, out.former, setup_.rules)) {
      out.because = out.former.string() + " cannot be made: " + sentence_of(error);
      return out;
    }
  }
  if (::rename(next_file_.c_str(), setup_.file.c_str()) != 0) {
    out.because = setup_.file.string() + " cannot be replaced: " + sentence_of(errno);
    return out;
  }
  try {
    sync_folder_of(setup_.file);
  } catch (const file_error& e) {
    out.because = e.what();
    return out;
  }
  out.is_done = true;
  return out;
}

operations_desk::outcome seal_keeper::rotate(std::chrono::seconds longest_life) try {
  const auto lock = std::lock_guard{mutex_};
  auto next = read_seal_key(next_file_, setup_.rules);
  if (next && is_newest(*next))
    return refuse(next_file_.string() + " is the seal key in use: put it in the place of " +
                  setup_.file.string() + " before the next rotation");
  auto to = without_expired(ring_.content());
  if (next && is_one_of(to.former, *next))
    return refuse(next_file_.string() + " is a former seal key: remove it");
  if (to.former.size() >= most_former)
    return refuse("there are " + std::to_string(to.former.size()) +
                  " former seal keys already: retire them first");
  if (setup_.objection)
    if (auto because = setup_.objection(); !because.empty()) return refuse(std::move(because));
  if (!next) next = make_seal_key(next_file_);
  // Whatever becomes of the write below, this server then opens what either key made.
  ring_.accept(*next);

  const auto now = oauth::numeric_date(setup_.clock.now());
  const auto former = to.generation;
  to.former.insert(to.former.begin(),
                   {.generation = former,
                    .kept_until = now + (longest_life + std::chrono::days{1}).count(),
                    .key = std::exchange(to.newest, *next)});
  to.generation = former + 1;
  to.since = now;
  commit(std::move(to));
  const auto swapped = replace_file(former);
  setup_.log.event(log_level::info, "seal key rotated",
                   {{"generation", std::to_string(former + 1)},
                    {"file_replaced", swapped.is_done ? "yes" : swapped.because}});
  const auto next_step = swapped.is_done
                             ? std::string{}
                             : swapped.because + ". Keep a copy of " + setup_.file.string() +
                                   ", and put " + next_file_.string() +
                                   " in its place yourself; until then the server "
                                   "needs both.";
  return report({{"generation", former + 1},
                 {"seal_key_file", fs::absolute(setup_.file).string()},
                 {"file_replaced", swapped.is_done},
                 {"former_file", swapped.is_done ? fs::absolute(swapped.former).string() : ""},
                 {"next_step", next_step}});
} catch (const file_error& e) {
  return refuse(std::string{e.what()} +
                "; `mintage seal make` makes it where the server cannot; restart the server then");
} catch (const storage::storage_error& e) {
  setup_.log.event(log_level::error, "the seal key was not rotated", {{"because", e.what()}});
  return tl::unexpected{oauth::admin_error{oauth::errc::temporarily_unavailable,
                                           "the database did not take the new key"}};
}

operations_desk::outcome seal_keeper::show(const counter& outdated) {
  const auto lock = std::lock_guard{mutex_};
  const auto ring = ring_.content();
  auto left = json::object{};
  for (const auto& [kind, name] : kinds) {
    const auto count = outdated(kind);
    left[name] = count ? json::value(*count) : json::value(nullptr);
  }
  auto former = json::array{};
  for (const auto& f : ring.former)
    former.push_back({{"generation", f.generation}, {"kept_until", f.kept_until}});
  return report({{"generation", ring.generation},
                 {"since", ring.since},
                 {"outdated", left},
                 {"former", former},
                 {"next_is_at_hand", find_next().has_value()},
                 {"file_is_current", has_newest(setup_.file)}});
}

operations_desk::outcome seal_keeper::retire(const counter& outdated) try {
  const auto lock = std::lock_guard{mutex_};
  for (const auto& [kind, name] : kinds)
    if (outdated(kind).value_or(1) != 0)
      return refuse("records are still sealed with a former key; try again in a moment");
  auto to = ring_.content();
  auto forgotten = json::array{};
  for (const auto& f : to.former) forgotten.push_back(f.generation);
  to.former.clear();
  if (!forgotten.empty()) commit(std::move(to));
  setup_.log.event(log_level::info, "former seal keys forgotten",
                   {{"generations", json::serialize(forgotten)}});
  return report({{"forgotten", forgotten}});
} catch (const storage::storage_error& e) {
  setup_.log.event(log_level::error, "former seal keys were not forgotten",
                   {{"because", e.what()}});
  return tl::unexpected{oauth::admin_error{oauth::errc::temporarily_unavailable,
                                           "the database did not take the change"}};
}

fs::path next_seal_key_file(const fs::path& file) {
  return fs::path{file}.concat(".next");
}

seal_key_fit compare_seal_key(const fs::path& file, std::string_view note, file_rules rules) {
  const auto fits = [&](const std::optional<crypto::root_key>& key) {
    return key && (note.empty() || open_seal_note(*key, note));
  };
  const auto current = read_seal_key(file, rules);
  if (fits(current)) return seal_key_fit::fits;
  if (fits(read_seal_key(next_seal_key_file(file), rules))) return seal_key_fit::fits;
  return current ? seal_key_fit::other : seal_key_fit::missing;
}

}  // namespace mintage::app
