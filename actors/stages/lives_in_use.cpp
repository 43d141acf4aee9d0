#include "actors/stages/lives_in_use.hpp"

#include "storage/content.hpp"

namespace mintage::actors {

using oauth::lasting_lives;

lives_in_use::lives_in_use(storage::catalog& records, const oauth::clock& clock,
                           const oauth::options& rules)
    : records_{records}, clock_{clock}, own_{oauth::lives_of(rules)} {
  try {
    keep({own_});
  } catch (const storage::storage_error&) {
    // A full disk, say: nothing is made there either, and `tick` tries again.
    if (!looked_) throw;
  }
}

void lives_in_use::begin(const oauth::options& rules) {
  const auto lock = std::scoped_lock{mutex_};
  const auto fresh = oauth::lives_of(rules);
  if (fresh == own_) return;
  keep({own_, fresh});  // the former ones are used until all threads have the new ones
  own_ = fresh;
}

void lives_in_use::look() {
  const auto lock = std::scoped_lock{mutex_};
  keep({own_});
}

void lives_in_use::tick() {
  const auto now = clock_.now();
  const auto lock = std::scoped_lock{mutex_};
  if (looked_ && *looked_ <= now && now < *looked_ + look_interval) return;
  try {
    keep({own_});
  } catch (const storage::storage_error&) {
    looked_ = now;  // what was read last goes on counting
  }
}

void lives_in_use::keep(std::initializer_list<lasting_lives> used) {
  const auto now = clock_.now();
  constexpr auto most_rounds = 4;
  for (auto round = 0; round < most_rounds; ++round) {
    const auto noted = records_.load_note(storage::lives_note);
    auto book = oauth::life_book{noted};
    auto is_noted = true;
    for (const auto& one : used) {
      is_noted = is_noted && book.has(one, now + lease / 2);
      book.note(one, now, now + lease);
    }
    const auto all = book.counting(*used.begin(), now);
    refresh_absolute_ = all.refresh_absolute;
    key_overlap_ = all.key_overlap;
    dpop_max_age_ = all.dpop_max_age;
    looked_ = now;
    if (is_noted || records_.replace_note(storage::lives_note, noted, book.text())) return;
  }
  throw storage::storage_error{"other nodes keep changing the lives that are in use"};
}

lasting_lives lives_in_use::counting(const oauth::options& own) const noexcept {
  return oauth::joined(oauth::lives_of(own), {.refresh_absolute = refresh_absolute_,
                                              .key_overlap = key_overlap_,
                                              .dpop_max_age = dpop_max_age_});
}

}  // namespace mintage::actors
