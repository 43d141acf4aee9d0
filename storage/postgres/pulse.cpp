#include "storage/postgres/pulse.hpp"

#include <algorithm>

#include "storage/postgres/schema.hpp"

namespace mintage::storage::postgres {
namespace {

using namespace std::chrono_literals;
using std::chrono::microseconds;

/// A wait of this length asks for another connection.
constexpr auto patience = 1s;
constexpr auto look_limit = 1s;
constexpr auto cleaning_limit = 5s;
constexpr auto pause_after_failure = 200ms;
/// A node counts as live for that long after its lease.
constexpr auto lease_margin = 1s;
/// Of the first connection: the first statement takes longer, since it is prepared.
constexpr auto first_samples = 3;

constexpr auto beat_statement = sql{"beat", R"(
INSERT INTO mintage.node (id, name, seen, beat, schema, settings, offset_us)
VALUES ($1::uuid, $2::text, $3::int8, (extract(epoch FROM clock_timestamp()) * 1000)::int8,
        $4::int4, $5::bytea, $6::int8)
ON CONFLICT (id) DO UPDATE SET seen = excluded.seen, beat = excluded.beat,
  offset_us = excluded.offset_us)"};
constexpr auto look_statement = sql{"look", R"(
SELECT v.v, n.least, n.alive, n.different, s.void_before,
       (extract(epoch FROM clock_timestamp()) * 1000000)::int8
FROM mintage.version v, mintage.self s,
     (SELECT coalesce(min(seen), 0) AS least, count(*) AS alive,
             count(*) FILTER (WHERE settings <> $2::bytea) AS different
      FROM mintage.node
      WHERE beat > (extract(epoch FROM clock_timestamp()) * 1000)::int8 - $1::int8) n)"};
constexpr auto leave_statement = sql{"leave", "DELETE FROM mintage.node WHERE id = $1::uuid"};

}  // namespace

pulse::pulse(connector& from, setup s)
    : from_{from},
      setup_{std::move(s)},
      box_{from},
      cleaning_{setup_.meters},
      random_{setup_.node.id[0] * 256U + setup_.node.id[1] + 1U},
      thread_{[this](const std::stop_token& stop) { run(stop); }} {}

pulse::~pulse() {
  is_stopped_ = true;
  thread_.request_stop();
  box_.alarm();
  thread_.join();
}

void pulse::hasten() noexcept {
  is_hastened_ = true;
  box_.alarm();
}

void pulse::run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    if (!session_ || timeline_ < from_.highest_timeline()) {
      obtain(stop);
      continue;
    }
    is_hastened_ = false;
    const auto began = std::chrono::steady_clock::now();
    if (!beat(stop)) {
      session_.reset();
      rest(std::chrono::steady_clock::now() + pause_after_failure, stop);
      continue;
    }
    // A fifth more or less, so that nodes do not beat together.
    const auto poll = setup_.options.poll;
    rest(began + poll * 4 / 5 + poll * (random_() % 100) / 250, stop);
  }
  leave();
}

void pulse::obtain(const std::stop_token& stop) {
  session_.reset();
  box_.ask();
  while (!stop.stop_requested() && !box_.has_got()) box_.wait(1s);
  auto got = box_.take();
  if (!got) return;
  timeline_ = got->timeline;
  host_ = std::move(got->host);
  samples_count_ = 0;
  cleaning_.begin(got->bucket_ms);
  session_.emplace(
      std::move(got->link),
      interruption{
          .fd = box_.fd(), .wanted = [this] { return may_stop_waiting(); }, .every = 200ms});
  setup_.meters.failovers.set(from_.failovers());
}

bool pulse::may_stop_waiting() {
  box_.calm();
  if (is_stopped_) return true;
  if (std::chrono::steady_clock::now() - call_began_ > patience) box_.ask();
  return box_.has_got() || timeline_ < from_.highest_timeline();
}

bool pulse::beat(const std::stop_token& stop) {
  auto view = pulse_view{.began = std::chrono::steady_clock::now(), .host = host_};
  call_began_ = view.began;
  const auto& node = setup_.node;
  const auto written = session_->run(beat_statement,
                                     parameters{}
                                         .uuid(node.id)
                                         .octets(node.name)
                                         .int8(setup_.seen())
                                         .int4(schema_version)
                                         .octets(node.settings)
                                         .int8(best_offset().count()),
                                     steady_time::max());
  if (!written) {
    note_failure(written.error());
    return false;
  }
  if (session_->take_warning()) {
    note_failure({{}, "a commit did not wait for its standby"});
    return false;
  }
  for (auto needed = samples_count_ == 0 ? first_samples : 1; needed > 0; --needed) {
    call_began_ = std::chrono::steady_clock::now();
    if (!look(view, call_began_ + look_limit)) return false;
  }
  view.behind = best_offset();
  last_failure_.clear();
  setup_.report(view);
  if (stop.stop_requested()) return true;
  call_began_ = std::chrono::steady_clock::now();
  return !setup_.node.cleans ||
         cleaning_.work(*session_, setup_.node.clock.now(), call_began_ + cleaning_limit);
}

bool pulse::look(pulse_view& view, steady_time deadline) {
  const auto live = std::chrono::milliseconds{setup_.options.lease + lease_margin};
  const auto before = setup_.node.wall_time();
  const auto seen = session_->run(
      look_statement, parameters{}.int8(live.count()).octets(setup_.node.settings), deadline);
  const auto after = setup_.node.wall_time();
  if (!seen || seen->count() != 1) {
    note_failure(seen ? failure{{}, "its table self has not one row"} : seen.error());
    return false;
  }
  view.revision = seen->int8(0, 0);
  view.least_seen = seen->int8(0, 1);
  view.nodes = seen->int8(0, 2);
  view.different_nodes = seen->int8(0, 3);
  view.void_before = seen->int8(0, 4);
  note_clock(after - before, microseconds{seen->int8(0, 5)} - (before + (after - before) / 2));
  return true;
}

void pulse::note_clock(microseconds round_trip, microseconds behind) {
  samples_[samples_count_++ % samples_.size()] = {round_trip, behind};
}

// The shortest of the last round trips tells the time best.
microseconds pulse::best_offset() const {
  const auto count = std::min(samples_count_, samples_.size());
  if (count == 0) return microseconds{0};
  const auto best =
      std::min_element(samples_.begin(), samples_.begin() + static_cast<std::ptrdiff_t>(count),
                       [](const auto& a, const auto& b) { return a.round_trip < b.round_trip; });
  return best->behind;
}

void pulse::rest(steady_time until, const std::stop_token& stop) {
  for (;;) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
    if (left.count() <= 0 || is_hastened_ || stop.stop_requested()) return;
    box_.wait(left);
  }
}

void pulse::leave() {
  if (!session_ || !session_->is_usable()) return;
  // The wait must not be ended by the stop.
  auto last = session{session_->release()};
  static_cast<void>(last.run(leave_statement, parameters{}.uuid(setup_.node.id),
                             std::chrono::steady_clock::now() + look_limit));
}

void pulse::note_failure(const failure& f) {
  if (setup_.node.tell == nullptr || is_stopped_ || f.message == last_failure_) return;
  last_failure_ = f.message;
  setup_.node.tell("the heartbeat at " + host_ + " failed: " + to_string(f));
}

}  // namespace mintage::storage::postgres
