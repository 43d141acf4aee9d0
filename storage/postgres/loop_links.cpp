#include <algorithm>
#include <iterator>
#include <utility>

#include "storage/postgres/loop.hpp"

namespace mintage::storage::postgres {
namespace {

using namespace std::chrono_literals;

constexpr auto most_in_a_round = std::size_t{512};
/// Flights on one read connection at a time.
constexpr auto most_reads_in_flight = std::size_t{4};
/// A second write connection is used when the rounds of all others are older than this.
constexpr auto long_round = 1ms;
/// A round that is older than this makes the shard count as not up: new codes go elsewhere.
constexpr auto late_round = 500ms;
/// A round that is older than this makes the loop ask for another connection, which comes when some
/// primary has confirmed a barrier.
constexpr auto lost_round = 1s;

/// When the oldest flight of a connection was sent; nothing when there is none.
std::optional<steady_time> oldest(const link& l) {
  if (l.in_flight().empty()) return std::nullopt;
  return l.in_flight().front().sent_at;
}

bool is_older(const link& l, steady_time now, steady_time::duration age) {
  const auto sent = oldest(l);
  return sent && now - *sent > age;
}

}  // namespace

std::size_t loop::count(access on) const noexcept {
  return static_cast<std::size_t>(
      std::count_if(links_.begin(), links_.end(), [on](const auto& l) { return l->on() == on; }));
}

unsigned loop::wanted(access on) const noexcept {
  return on == access::write ? options_.write_links : options_.read_links;
}

// One more than usual while a round is lost: when it comes, it takes the place of the silent one.
void loop::ask_for_links() {
  const auto is_lost = std::any_of(links_.begin(), links_.end(), [this](const auto& l) {
    return is_older(*l, now_, lost_round);
  });
  const auto usual = std::size_t{options_.write_links} + options_.read_links;
  const auto needed = now_ < next_links_ ? 0 : usual + (is_lost ? 1 : 0);
  while (links_.size() + asked_for_ < needed) {
    ++asked_for_;
    dialler_.want([mail = mail_](checked_connection c) { mail->put(std::move(c)); });
  }
}

void loop::take_links() {
  for (auto& c : mail_->take_connections()) {
    --asked_for_;
    place(std::move(c));
  }
}

// A connection on a higher timeline ends those to the former primary. Another one takes the place
// of a connection that has been silent for too long, or of one that is missing; else it is closed.
void loop::place(checked_connection c) {
  if (c.timeline < timeline_) return;
  if (c.timeline > timeline_) {
    timeline_ = c.timeline;
    meters_.timeline.set(timeline_);
    facts_.bucket_ms = c.bucket_ms;
    for (auto i = links_.size(); i-- > 0;)
      if (links_[i]->timeline() < timeline_) drop(*links_[i]);
  }
  const auto silent = std::find_if(links_.begin(), links_.end(), [this](const auto& l) {
    return is_older(*l, now_, lost_round);
  });
  auto on = count(access::write) == 0 ? access::write : access::read;
  if (silent != links_.end()) {
    on = (*silent)->on();
    drop(**silent);
  } else if (count(on) >= wanted(on)) {
    on = access::write;
    if (count(on) >= wanted(on)) return;
  }
  links_.push_back(std::make_unique<link>(std::move(c), on));
}

void loop::drop(link& gone) {
  meters_.lost_links.add();
  auto lost = std::exchange(gone.in_flight(), {});
  const auto timeline = gone.timeline();
  std::erase_if(links_, [&](const auto& l) { return l.get() == &gone; });
  for (auto& f : lost) {
    for (auto& part : f.parts)
      for (auto& o : part.some)
        if (o) send_again(std::move(o), timeline);
  }
}

void loop::drop_broken() {
  for (auto i = links_.size(); i-- > 0;)
    if (links_[i]->is_broken()) drop(*links_[i]);
}

void loop::send_reads() {
  auto& waiting = queues_[static_cast<std::size_t>(access::read)];
  for (const auto& l : links_) {
    if (l->on() != access::read || !l->is_ready()) continue;
    while (!waiting.empty() && l->in_flight().size() < most_reads_in_flight) {
      auto round = take_round(waiting, *l);
      if (!round.parts.empty()) l->send(std::move(round), facts_, scratch_);
    }
  }
}

void loop::send_writes() {
  auto& waiting = queues_[static_cast<std::size_t>(access::write)];
  while (!waiting.empty() && !should_gather(waiting)) {
    auto* l = free_writer();
    if (l == nullptr) return;
    auto round = take_round(waiting, *l);
    if (round.parts.empty()) continue;
    auto size = std::size_t{0};
    for (const auto& part : round.parts) size += part.some.size();
    meters_.round_size.add(size);
    l->send(std::move(round), facts_, scratch_);
  }
}

bool loop::should_gather(const queue& waiting) const {
  return options_.gather.count() != 0 && waiting.size() < most_in_a_round &&
         now_ - waiting.front()->asked_at < options_.gather;
}

/// An idle connection, if no other has a young round: what comes meanwhile shares the next commit.
link* loop::free_writer() {
  auto* idle = static_cast<link*>(nullptr);
  for (const auto& l : links_) {
    if (l->on() != access::write || !l->is_ready()) continue;
    if (l->in_flight().empty())
      idle = l.get();
    else if (!is_older(*l, now_, long_round))
      return nullptr;
  }
  return idle;
}

flight loop::take_round(queue& from, const link& to) {
  auto round = flight{.sent_at = now_};
  auto taken = std::size_t{0};
  while (!from.empty() && taken < most_in_a_round) {
    auto o = std::move(from.front());
    from.pop_front();
    if (o->least_timeline > to.timeline()) {
      give_up_on(std::move(o));  // the server that may still execute it is the primary
      continue;
    }
    if (!o->first_sent) o->first_sent = now_;
    auto part = std::find_if(round.parts.begin(), round.parts.end(),
                             [&](const execution& e) { return e.what == o->step; });
    if (part == round.parts.end()) part = round.parts.insert(part, {o->step, {}});
    part->some.push_back(std::move(o));
    ++taken;
  }
  // In the order of the statements and, within each, of the keys: all nodes lock rows in the same
  // order.
  std::sort(round.parts.begin(), round.parts.end(),
            [](const execution& a, const execution& b) { return a.what < b.what; });
  for (auto& part : round.parts)
    std::sort(part.some.begin(), part.some.end(),
              [](const auto& a, const auto& b) { return a->key.view() < b->key.view(); });
  return round;
}

void loop::note_state() {
  const auto can_write = std::any_of(links_.begin(), links_.end(), [](const auto& l) {
    return l->on() == access::write && l->is_ready();
  });
  const auto is_late = std::any_of(links_.begin(), links_.end(), [this](const auto& l) {
    return is_older(*l, now_, late_round);
  });
  if (can_write)
    seeking_since_.reset();
  else if (!seeking_since_)
    seeking_since_ = now_;
  is_up_.store(can_write && !is_late, std::memory_order_relaxed);
  meters_.up.set(can_write && !is_late ? 1 : 0);
  meters_.links.set(links_.size());
  meters_.waiting.set(claims_.waiting() + queues_[0].size() + queues_[1].size());
}

steady_time loop::next_event() const {
  if (!freed_.empty()) return now_;
  auto next = now_ + 1s;
  const auto at = [&](steady_time t) {
    if (t > now_) next = std::min(next, t);
  };
  const auto& writes = queues_[static_cast<std::size_t>(access::write)];
  if (!writes.empty()) at(writes.front()->asked_at + options_.gather);
  for (const auto& l : links_) {
    const auto sent = oldest(*l);
    if (!sent) continue;
    if (!writes.empty()) at(*sent + long_round + 1us);
    at(*sent + late_round + 1us);
    at(*sent + lost_round + 1us);
  }
  if (!writes.empty() || !queues_[static_cast<std::size_t>(access::read)].empty() ||
      std::any_of(links_.begin(), links_.end(),
                  [](const auto& l) { return oldest(*l).has_value(); }))
    next = std::min(next, std::max(next_expiry_, now_ + 1ms));
  return next;
}

}  // namespace mintage::storage::postgres
