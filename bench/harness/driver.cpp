#include "bench/harness/driver.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "bench/harness/wire.hpp"

namespace mintage::bench {
namespace {

constexpr auto tick_interval = std::chrono::milliseconds{20};
constexpr auto tell_interval = std::chrono::milliseconds{200};

nanoseconds slice_width(nanoseconds duration) {
  return std::max<nanoseconds>(std::chrono::milliseconds{50}, duration / 50);
}

}  // namespace

driver::driver(const load_options& o, workload& source, live_counts& live, double phase)
    : options_{o},
      source_{source},
      live_{live},
      counts_{slice_width(o.duration)},
      parts_(o.parts.size()) {
  if (o.arrivals) arrivals_.emplace(arrivals{*o.arrivals, o.seed, phase}, o.duration);
}
driver::~driver() = default;

void driver::connect() {
  for (auto i = std::size_t{0}; i < options_.connections; ++i) {
    const auto server = i % (options_.others.size() + 1);
    const auto& where = server == 0 ? options_.where : options_.others[server - 1];
    wires_.push_back(
        std::make_unique<wire>(loop_, where, options_.tls, options_.reconnect_every, *this));
    if (!wires_.back()->connect()) throw std::runtime_error{"cannot connect to the server"};
    idle_.push_back(wires_.back().get());
  }
}

void driver::run(steady::time_point start) {
  start_ = start;
  const auto before = read_this_thread();
  auto t = now();
  if (!arrivals_) {
    for (auto* w : std::exchange(idle_, {})) free(*w, t);
  }
  while (!is_over(t)) {
    if (arrivals_) pump(t);
    if (t >= next_tick_) tick(t);
    auto until = next_tick_;
    if (const auto due = arrivals_ ? arrivals_->next() : std::nullopt)
      until = std::min(until, *due);
    const auto woke = loop_.run_once(broken_.empty() ? start_ + until : start_) - start_;
    t = now();
    if (auto* part = part_at(t)) part->turns.record(t - woke);
    for (auto* w : std::exchange(broken_, {})) free(*w, t);
  }
  used_ = read_this_thread() - before;
  for (const auto& w : wires_) w->close();
}

part_counts* driver::part_at(nanoseconds t) {
  const auto& begins = options_.parts;
  const auto after = std::upper_bound(begins.begin(), begins.end(), t);
  if (after == begins.begin()) return nullptr;
  return &parts_[static_cast<std::size_t>(after - begins.begin() - 1)];
}

void driver::count_part(const wire& w, nanoseconds t, bool granted, unsigned status) {
  auto* came_in = part_at(t);
  auto* due_in = part_at(w.intended());
  if (came_in == nullptr || due_in == nullptr) return;
  const auto refused = status == 503;
  ++(granted ? came_in->granted : refused ? came_in->refused : came_in->failed);
  if (!granted && !refused) return;
  auto& waited = granted ? due_in->granted_after : due_in->refused_after;
  waited.from_due.record(t - w.intended());
  waited.from_sent.record(t - w.sent_at());
}

void driver::answered(wire& w, unsigned status, std::string_view body) {
  const auto t = now();
  const auto kind = check_(source_.expected(w.what()), status, body);
  count_part(w, t, kind.empty(), status);
  if (kind.empty()) {
    source_.succeeded(w.what(), check_.refresh_token());
    counts_.succeeded(t, t - w.intended(), source_.kind_of(w.what()));
    recent_.record(t - w.intended());
    live_.answers.fetch_add(1, std::memory_order_relaxed);
    if (options_.keep_every != 0 &&
        counts_.answers() % options_.keep_every == 1 % options_.keep_every) {
      kept_.push_back(check_.keep());
    }
  } else {
    source_.failed(w.what(), status / 100 == 4);
    counts_.failed(t, kind);
    live_.failures.fetch_add(1, std::memory_order_relaxed);
  }
  last_answer_ = t;
  free(w, t);
}

void driver::broken(wire& w, std::string_view kind) {
  const auto t = now();
  source_.failed(w.what(), false);
  counts_.failed(t, kind);
  count_part(w, t, false, 0);
  live_.failures.fetch_add(1, std::memory_order_relaxed);
  last_answer_ = t;
  w.set_idle();  // it is not the next wire to be given up
  // Handled later: with a server that refuses every connection, send and fail would recurse.
  broken_.push_back(&w);
}

void driver::free(wire& w, nanoseconds t) {
  w.set_idle();
  if (arrivals_) {
    idle_.push_back(&w);
    pump(t);
  } else if (t >= options_.duration || ran_out_ || !send(w, t)) {
    idle_.push_back(&w);
  }
}

bool driver::send(wire& w, nanoseconds intended) {
  auto what = workload::drawn_request{};
  if (!source_.next(request_, what)) {
    ran_out_ = true;
    return false;
  }
  w.send(request_, intended, now(), what);
  return true;
}

void driver::pump(nanoseconds t) {
  // When a connection was free, lateness is the harness's own.
  const auto could_send = arrivals_->waiting() == 0 && !idle_.empty();
  auto spare = could_send ? idle_.size() : 0;
  arrivals_->advance(t);
  while (!idle_.empty()) {
    const auto intended = arrivals_->take();
    if (!intended) break;
    if (spare != 0) {
      counts_.late(t - *intended);
      if (auto* part = part_at(*intended)) part->late.record(t - *intended);
      --spare;
    }
    auto* w = idle_.back();
    idle_.pop_back();
    if (!send(*w, *intended)) {
      counts_.failed(t, "nothing left to send");
      idle_.push_back(w);
    }
  }
}

void driver::tick(nanoseconds t) {
  next_tick_ = t + tick_interval;
  give_up(t);
  if (options_.tell && t >= told_.elapsed + tell_interval) tell(t);
}

void driver::tell(nanoseconds t) {
  auto p = progress{};
  p.elapsed = t;
  p.answers = live_.answers.load(std::memory_order_relaxed);
  p.failures = live_.failures.load(std::memory_order_relaxed);
  const auto seconds = std::chrono::duration<double>{t - told_.elapsed}.count();
  p.rate = static_cast<double>(p.answers - told_.answers) / seconds;
  p.p99 = recent_.percentile(99);
  recent_ = {};
  told_ = p;
  options_.tell(p);
}

void driver::give_up(nanoseconds t) {
  for (const auto& w : wires_) {
    if (!w->is_busy() || t - w->intended() < options_.patience) continue;
    // In an open loop a request may have waited here. Its patience counts from the time it was due,
    // as that of a real client would.
    source_.failed(w->what(), false);
    counts_.abandoned(t, t - w->intended(), "no answer in time");
    count_part(*w, t, false, 0);
    live_.failures.fetch_add(1, std::memory_order_relaxed);
    last_answer_ = t;
    w->close();
    free(*w, t);
  }
  if (!arrivals_ || t < options_.duration + options_.patience) return;
  while (const auto intended = arrivals_->take()) {
    counts_.abandoned(t, t - *intended, "not sent in time");
    if (auto* part = part_at(*intended)) ++part->failed;
    last_answer_ = t;
  }
}

bool driver::is_over(nanoseconds t) const {
  if (idle_.size() != wires_.size()) return false;
  if (arrivals_) return !arrivals_->next() && arrivals_->waiting() == 0;
  return t >= options_.duration || ran_out_;
}

}  // namespace mintage::bench
