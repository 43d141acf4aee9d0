#include "actors/stages/key_set_cache.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include "oauth/denial_reasons.hpp"

namespace mintage::actors {
namespace {

using service::fetch_failure;

constexpr oauth::denial failed(oauth::denial_reason reason) {
  return {oauth::errc::invalid_client, "client authentication failed", reason};
}

/// A row for each failure of a fetch.
struct failure_row {
  fetch_failure id;
  oauth::denial why;
};
constexpr auto busy =
    oauth::denial{oauth::errc::temporarily_unavailable, "the server is busy; try again",
                  "no room to fetch the client's jwks_uri"};
constexpr auto failure_rows = std::array{
    failure_row{fetch_failure::bad_url, failed("the client's jwks_uri may not be fetched")},
    failure_row{fetch_failure::not_public, failed("the client's jwks_uri is at no public address")},
    failure_row{fetch_failure::limited, busy},
    failure_row{fetch_failure::no_room, busy},
    failure_row{fetch_failure::unreachable, failed("the client's jwks_uri cannot be reached")},
    failure_row{fetch_failure::untrusted, failed("TLS to the client's jwks_uri failed")},
    failure_row{fetch_failure::late, failed("the client's jwks_uri was not fetched in time")},
    failure_row{fetch_failure::too_large,
                failed("the document at the client's jwks_uri is too large")},
    failure_row{fetch_failure::redirected, failed("the client's jwks_uri redirects")},
    failure_row{fetch_failure::bad_status, failed("the client's jwks_uri has no status of 200")},
    failure_row{fetch_failure::wrong_type,
                failed("the document at the client's jwks_uri is no JSON")},
    failure_row{fetch_failure::stopped, busy},
};
static_assert(oauth::is_in_order(failure_rows));

/// Of a fetch for which this server had no room.
constexpr auto busy_pause = oauth::seconds{1};

/// 10 s, 20 s, 40 s, ... 5 min.
oauth::seconds pause_after(unsigned failures) noexcept {
  const auto doublings = std::min(failures - 1, 10U);
  return std::min(key_set_cache::first_pause * (1 << doublings), key_set_cache::longest_pause);
}

}  // namespace

const oauth::denial& denial_of(fetch_failure why) noexcept {
  return failure_rows[static_cast<std::size_t>(why)].why;
}

oauth::denial no_key_set() noexcept {
  return failed("the document at the client's jwks_uri is no key set");
}

key_set_cache::key_set_cache(std::size_t most_waiting, key_fetcher_meters& meters)
    : most_waiting_{most_waiting}, meters_{meters} {}

// --- requests that wait --------------------------------------------------------------------------

void key_set_cache::ask(key_wait w, oauth::instant now) {
  auto found = sets_.find(w.what.url);
  if (found == sets_.end()) {
    make_room();
    found = sets_.emplace(w.what.url, known_set{}).first;
  }
  auto& s = found->second;
  // The validator has an older snapshot.
  const auto is_known = s.published != nullptr && now < s.published->until;
  if (is_known && !w.what.lacks_kid) return effects_.ready.push_back(std::move(w));
  if (!may_wait(s, w)) return refuse(std::move(w));
  if (!s.is_in_flight) {
    if (w.what.lacks_kid && is_known && !may_force(w.what.client_id, now))
      return effects_.ready.push_back(std::move(w));
    order(found->first, s, is_known ? cause::unknown_kid : cause::first);
  }
  let_wait(s, std::move(w), now);
}

bool key_set_cache::may_wait(const known_set& s, const key_wait& w) const noexcept {
  if (waiting_ >= most_waiting_ || s.waiting.size() >= most_waiting_for_one) return false;
  return !w.what.is_open || open_waiting_ < (most_waiting_ + 1) / 2;
}

/// CAU-10: at most once per client in 30 s.
bool key_set_cache::may_force(const std::string& client_id, oauth::instant now) {
  auto& last = forced_.try_emplace(client_id, now - kid_pause).first->second;
  if (now < last + kid_pause) return false;
  last = now;
  return true;
}

void key_set_cache::let_wait(known_set& s, key_wait w, oauth::instant now) {
  w.since = now;
  open_waiting_ += w.what.is_open ? 1U : 0U;
  s.waiting.push_back(std::move(w));
  meters_.waiting.set(++waiting_);
}

void key_set_cache::refuse(key_wait w) {
  std::visit([](const auto& x) { x->denied = busy; }, w.asked);
  effects_.refused.push_back(std::move(w));
}

/// Forgets the URL whose set ends first, when there are too many. One that somebody waits for
/// stays.
void key_set_cache::make_room() {
  if (sets_.size() < most_urls) return;
  const auto end_of = [](const known_set& s) {
    return s.published == nullptr ? oauth::instant{} : s.published->until;
  };
  auto first = sets_.end();
  for (auto i = sets_.begin(); i != sets_.end(); ++i)
    if (!i->second.is_in_flight &&
        (first == sets_.end() || end_of(i->second) < end_of(first->second)))
      first = i;
  if (first == sets_.end()) return;
  snapshot_ = snapshot_->with(first->first, nullptr);
  effects_.is_changed = true;
  sets_.erase(first);
}

// --- fetches -------------------------------------------------------------------------------------

void key_set_cache::order(const std::string& url, known_set& s, cause why) {
  s.is_in_flight = true;
  effects_.orders.push_back({url, s.keys != nullptr ? s.etag : std::string{}});
  meters_.ordered[static_cast<std::size_t>(why)].add();
}

void key_set_cache::conclude(const std::string& url, service::fetch_outcome outcome,
                             oauth::instant now) {
  const auto found = sets_.find(url);
  if (found == sets_.end() || !found->second.is_in_flight) return;
  auto& s = found->second;
  s.is_in_flight = false;
  s.published = outcome ? after_success(s, std::move(*outcome), now)
                        : after_failure(s, denial_of(outcome.error()), now);
  snapshot_ = snapshot_->with(url, s.published);
  effects_.is_changed = true;
  note_gone(s.waiting);
  for (auto& w : s.waiting) effects_.ready.push_back(std::move(w));
  s.waiting.clear();
  meters_.sets.set(sets_.size());
}

/// The set is fetched again when nine tenths of its life are over, so that no request waits for it.
oauth::remote_keys::entry key_set_cache::after_success(known_set& s,
                                                       service::fetched_document document,
                                                       oauth::instant now) {
  if (!document.is_unchanged) {
    auto read = oauth::key_set::read(document.body, oauth::key_set::origin::fetched);
    if (!read) return after_failure(s, no_key_set(), now);
    s.keys = std::make_shared<const oauth::key_set>(std::move(*read));
  }
  const auto life = std::clamp(document.max_age.value_or(least_life), least_life, most_life);
  s.etag = std::move(document.etag);
  s.failures = 0;
  s.fresh_until = now + life;
  s.refresh_at = now + life * 9 / 10;
  auto made = std::make_shared<oauth::remote_key_set>();
  made->keys = s.keys;
  made->until = s.fresh_until;
  return made;
}

/// The last good set is used until an hour after its life, as long as fetches are tried; without
/// one the failure holds for a pause.
oauth::remote_keys::entry key_set_cache::after_failure(known_set& s, const oauth::denial& why,
                                                       oauth::instant now) {
  const auto is_ours = why.code == oauth::errc::temporarily_unavailable;
  const auto pause = is_ours ? busy_pause : pause_after(++s.failures);
  s.refresh_at = now + pause;
  auto made = std::make_shared<oauth::remote_key_set>();
  if (s.keys != nullptr && now < s.fresh_until + overtime) {
    made->keys = s.keys;
    made->until = std::min(std::max(s.fresh_until, now + 2 * pause), s.fresh_until + overtime);
  } else {
    s.keys = nullptr;
    made->why = why;
    made->until = now + pause;
  }
  return made;
}

// --- time ----------------------------------------------------------------------------------------

void key_set_cache::tick(oauth::instant now) {
  auto overdue = std::size_t{0};
  for (auto i = sets_.begin(); i != sets_.end();) {
    auto& s = i->second;
    refuse_late(s, now);
    if (is_over(s, now)) {
      snapshot_ = snapshot_->with(i->first, nullptr);
      effects_.is_changed = true;
      i = sets_.erase(i);
      continue;
    }
    if (s.keys != nullptr && !s.is_in_flight && now >= s.refresh_at && s.published->is_used)
      order(i->first, s, cause::refresh);
    overdue += s.keys != nullptr && now >= s.fresh_until ? 1U : 0U;
    ++i;
  }
  std::erase_if(forced_, [now](const auto& f) { return now >= f.second + kid_pause; });
  meters_.sets.set(sets_.size());
  meters_.overdue.set(overdue);
}

void key_set_cache::refuse_late(known_set& s, oauth::instant now) {
  const auto late = std::stable_partition(s.waiting.begin(), s.waiting.end(), [now](const auto& w) {
    return now < w.since + patience;
  });
  note_gone(std::span{late, s.waiting.end()});
  for (auto w = late; w != s.waiting.end(); ++w) refuse(std::move(*w));
  s.waiting.erase(late, s.waiting.end());
}

/// Without keys, the failure is remembered longer than it holds: the pauses go on to grow.
bool key_set_cache::is_over(const known_set& s, oauth::instant now) noexcept {
  if (s.is_in_flight || s.published == nullptr) return false;
  return now >= (s.keys != nullptr ? s.fresh_until + overtime : s.published->until + longest_pause);
}

template <class Some>
void key_set_cache::note_gone(const Some& some) {
  for (const auto& w : some) {
    --waiting_;
    open_waiting_ -= w.what.is_open ? 1U : 0U;
  }
  meters_.waiting.set(waiting_);
}

key_set_cache::effects key_set_cache::take_effects() {
  return std::exchange(effects_, {});
}

}  // namespace mintage::actors
