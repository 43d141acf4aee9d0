#include "app/seal_keeper.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <utility>

#include "app/seal_note.hpp"
#include "storage/content.hpp"

namespace mintage::app {
namespace {

namespace json = boost::json;
namespace fs = std::filesystem;

using storage::seal_check_note;

/// Those of more than two years when a key is used for a month. Each costs a refused token one more
/// try.
constexpr auto most_former = std::size_t{32};
/// For how long a former key opens handles and nonces, which live for less.
constexpr auto recent = std::chrono::days{2};
/// The records that are sealed, by their names in reports.
constexpr auto kinds = std::to_array<std::pair<actors::sealed_records, std::string_view>>(
    {{actors::sealed_records::keys, "keys"}, {actors::sealed_records::secrets, "secrets"}});

operations_desk::outcome refuse(std::string because) {
  return tl::unexpected{oauth::admin_error{oauth::errc::conflict, std::move(because)}};
}

operations_desk::outcome report(const json::object& what) {
  return oauth::operation_report{json::serialize(what)};
}

/// Judges anew which former roots are recent. @returns whether that has changed.
bool judge_recent(crypto::root_ring_content& ring, const oauth::clock& clock) {
  const auto from = oauth::numeric_date(clock.now()) - std::chrono::seconds{recent}.count();
  auto has_changed = false;
  for (auto& f : ring.former) {
    const auto is_recent = f.replaced >= from;
    has_changed |= std::exchange(f.is_recent, is_recent) != is_recent;
  }
  return has_changed;
}

}  // namespace

seal_keeper::seal_keeper(setup s)
    : setup_{std::move(s)}, files_{setup_.file, setup_.rules}, ring_{load()} {
  if (auto next = find_next()) ring_.accept(std::move(*next));
}

crypto::root_ring_content seal_keeper::load() {
  note_ = setup_.records.load_note(seal_check_note);
  const auto found = files_.read(setup_.file);
  if (note_.empty()) {
    if (!found.because.empty()) throw file_error{found.because};
    if (!found.key) return make_first();
    auto ring = crypto::first_ring(*found.key);
    const auto made = make_seal_note(ring);
    if (setup_.records.replace_note(seal_check_note, {}, made)) {
      note_ = made;
      return ring;
    }
    note_ = setup_.records.load_note(seal_check_note);  // another node has written it meanwhile
  }
  for (const auto* file : {&files_.file(), &files_.next()}) {
    const auto key = files_.read(*file).key;
    auto ring = key ? open_seal_note(*key, note_) : std::nullopt;
    if (!ring) continue;
    judge_recent(*ring, setup_.clock);
    const auto swapped = files_.replace(*ring);
    if (!swapped.is_done)
      setup_.log.event(log_level::warn, "the seal key in use is not in its file",
                       {{"used", files_.next().string()},
                        {"belongs_to", setup_.file.string()},
                        {"because", swapped.because}});
    return *std::move(ring);
  }
  if (!found.because.empty()) throw file_error{found.because};
  if (!found.key)
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
  if (setup_.records.replace_note(seal_check_note, {}, note_)) return ring;
  ::unlink(setup_.file.c_str());
  throw file_error{setup_.file.string() +
                   ": another node has made the seal key of this database meanwhile: copy it from "
                   "there"};
}

/// @returns nothing when there is none, or it is the newest. One that cannot be read is told, and
///          left alone.
std::optional<crypto::root_key> seal_keeper::find_next() const {
  auto next = files_.read_next();
  if (!next.because.empty())
    setup_.log.event(log_level::warn, "a seal key to come cannot be read",
                     {{"because", next.because}});
  return is_newest(next.key) ? std::nullopt : std::move(next.key);
}

bool seal_keeper::is_newest(const std::optional<crypto::root_key>& key) const {
  return key && open_seal_note(*key, note_);
}

void seal_keeper::follow() {
  const auto lock = std::lock_guard{mutex_};
  try {
    follow_note();
  } catch (const file_error& e) {
    setup_.log.event(log_level::error, "the server cannot go on", {{"because", e.what()}});
    throw;
  }
  forget_expired();
}

void seal_keeper::follow_note() {
  auto now = setup_.records.load_note(seal_check_note);
  if (now == note_) return;
  auto ring = find_ring(now);
  judge_recent(ring, setup_.clock);
  const auto is_rotated = ring.generation != ring_.content().generation;
  note_ = std::move(now);
  ring_.change(ring);
  if (!is_rotated) return;
  const auto swapped = files_.replace(ring);
  setup_.log.event(log_level::info, "another node has rotated the seal key",
                   {{"file_replaced", swapped.is_done ? "yes" : swapped.because}});
}

crypto::root_ring_content seal_keeper::find_ring(const std::string& note) const {
  if (auto ring = open_seal_note(ring_.content().newest, note)) return *std::move(ring);
  for (const auto* file : {&files_.next(), &files_.file()}) {
    const auto key = files_.read(*file).key;
    if (auto ring = key ? open_seal_note(*key, note) : std::nullopt) return *std::move(ring);
  }
  throw file_error{"another node has rotated the seal key, and the new one is neither " +
                   setup_.file.string() + " nor " + files_.next().string() +
                   ": copy it from that node"};
}

void seal_keeper::forget_expired() {
  // A clock that has jumped ahead must not void what is valid.
  if (!setup_.clock.is_confirmed()) return;
  auto ring = ring_.content();
  const auto now = oauth::numeric_date(setup_.clock.now());
  const auto gone =
      std::erase_if(ring.former, [&](const crypto::former_root& f) { return f.kept_until < now; });
  if (gone == 0) {
    if (judge_recent(ring, setup_.clock)) ring_.change(std::move(ring));
    return;
  }
  try {
    commit(std::move(ring));
  } catch (const storage::catalog_moved&) {
    return;  // the next `follow` takes over what another node has made of it
  }
  setup_.log.event(log_level::info, "former seal keys are over",
                   {{"forgotten", std::to_string(gone)}});
}

void seal_keeper::commit(crypto::root_ring_content to) {
  auto note = make_seal_note(to);
  const auto write = [&](const std::string& before) {
    return setup_.records.replace_note(seal_check_note, before, note);
  };
  auto is_written = false;
  try {
    is_written = write(note_);
  } catch (const storage::storage_error&) {
    // It may be written, and may not outlast a failover: once more. In this order, because the
    // first write may still be waiting, and only the same one again waits for it. If that fails,
    // too, the database says what holds to `follow`.
    is_written = write(note_) || write(note);
  }
  if (!is_written)
    throw storage::catalog_moved{"another node has changed the seal keys at the same time"};
  note_ = std::move(note);
  ring_.change(std::move(to));
}

template <class Call>
operations_desk::outcome seal_keeper::run(const char* failure, Call call) {
  const auto lock = std::lock_guard{mutex_};
  try {
    follow_note();
    return call();
  } catch (const file_error& e) {
    return refuse(e.what());
  } catch (const storage::catalog_moved& e) {
    return refuse(std::string{e.what()} + ": see `mintage seal status`");
  } catch (const storage::storage_error& e) {
    setup_.log.event(log_level::error, failure, {{"because", e.what()}});
    return tl::unexpected{oauth::admin_error{oauth::errc::temporarily_unavailable,
                                             "the database does not answer, or did not store it"}};
  }
}

operations_desk::outcome seal_keeper::rotate(std::chrono::seconds longest_life) {
  const auto seen = ring_.content().generation;
  // Before the lock, because it asks the database for the other nodes.
  auto objection = std::string{};
  try {
    if (setup_.objection) objection = setup_.objection();
  } catch (const storage::storage_error& e) {
    objection = e.what();
  }
  if (!objection.empty()) return refuse(std::move(objection));
  return run("the seal key was not rotated", [&]() -> operations_desk::outcome {
    // The key to come, which all nodes have, is the one in use by now.
    if (ring_.content().generation != seen)
      return refuse("the seal key was rotated meanwhile: see `mintage seal status`");
    auto next = files_.read_next();
    if (auto because = why_not(next); !because.empty()) return refuse(std::move(because));
    if (!next.key) try {
        next.key = make_seal_key(files_.next());
      } catch (const file_error& e) {
        return refuse(std::string{e.what()} +
                      "; `mintage seal make` makes it where the server cannot; restart the server "
                      "then");
      }
    return rotate_to(*next.key, longest_life);
  });
}

/// Why the key cannot be the newest now; empty when it can, or when there is none yet.
std::string seal_keeper::why_not(const seal_files::content& next) const {
  if (!next.because.empty()) return next.because;
  if (!setup_.clock.is_confirmed())
    return "the clock is in doubt, and says how long the former key is kept: confirm it first";
  const auto ring = ring_.content();
  if (is_newest(next.key))
    return files_.next().string() + " is the seal key in use: " +
           (is_newest(files_.read(files_.file()).key)
                ? "remove it"
                : "put it in the place of " + setup_.file.string() + " before the next rotation");
  const auto is_next = [&](const crypto::former_root& f) {
    return next.key && crypto::are_same(f.key, *next.key);
  };
  if (std::any_of(ring.former.begin(), ring.former.end(), is_next))
    return files_.next().string() + " is a former seal key: remove it";
  if (ring.former.size() >= most_former)
    return "there are " + std::to_string(ring.former.size()) +
           " former seal keys already: retire them first";
  return {};
}

operations_desk::outcome seal_keeper::rotate_to(const crypto::root_key& next,
                                                std::chrono::seconds longest_life) {
  // Whatever becomes of the write below, this server then opens what either key made.
  ring_.accept(next);
  const auto now = oauth::numeric_date(setup_.clock.now());
  auto to = ring_.content();
  to.former.insert(to.former.begin(),
                   {.generation = to.generation,
                    .replaced = now,
                    .kept_until = now + (longest_life + std::chrono::days{1}).count(),
                    .key = std::exchange(to.newest, next)});
  ++to.generation;
  to.since = now;
  commit(to);
  const auto swapped = files_.replace(to);
  setup_.log.event(log_level::info, "seal key rotated",
                   {{"generation", std::to_string(to.generation)},
                    {"file_replaced", swapped.is_done ? "yes" : swapped.because}});
  const auto next_step = swapped.is_done
                             ? std::string{}
                             : swapped.because + ". Keep a copy of " + setup_.file.string() +
                                   " as " + files_.former(to.generation - 1).string() +
                                   ", and put " + files_.next().string() +
                                   " in its place yourself; until then the server needs both.";
  return report(
      {{"generation", to.generation},
       {"seal_key_file", fs::absolute(setup_.file).string()},
       {"file_replaced", swapped.is_done},
       {"former_file",
        swapped.is_done && !swapped.former.empty() ? fs::absolute(swapped.former).string() : ""},
       {"next_step", next_step}});
}

operations_desk::outcome seal_keeper::show(const counter& outdated) {
  return run("the seal key cannot be shown", [&] {
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
                   {"file_is_current", is_newest(files_.read(files_.file()).key)}});
  });
}

operations_desk::outcome seal_keeper::retire(const counter& outdated) {
  return run("former seal keys were not forgotten", [&]() -> operations_desk::outcome {
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
  });
}

}  // namespace mintage::app
