#include "bench/load/driver.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <stdexcept>
#include <utility>

#include "bench/load/wire.hpp"

namespace mintage::bench {
namespace {

constexpr auto tick_interval = std::chrono::milliseconds{200};

nanoseconds slice_width(nanoseconds duration) {
  return std::max<nanoseconds>(std::chrono::milliseconds{50}, duration / 50);
}

}  // namespace

driver::driver(const load_options& o, code_requests& source, live_counts& live, double phase)
    : options_{o},
      source_{source},
      live_{live},
      check_{o.with_id_token},
      counts_{slice_width(o.duration)} {
  if (o.arrivals) arrivals_.emplace(arrivals{*o.arrivals, o.seed, phase}, o.duration);
}
driver::~driver() = default;

void driver::connect() {
  for (auto i = std::size_t{0}; i < options_.connections; ++i) {
    wires_.push_back(std::make_unique<wire>(context_, options_.where, *this));
    if (!wires_.back()->connect()) throw std::runtime_error{"cannot connect to the server"};
    idle_.push_back(wires_.back().get());
  }
}

void driver::run(steady::time_point start) {
  start_ = start;
  const auto before = read_this_thread();
  tick();
  if (arrivals_) {
    pump(now());
  } else {
    for (auto* w : std::exchange(idle_, {})) free(*w, now());
  }
  while (!over_ && context_.run_one() != 0) context_.poll();
  used_ = read_this_thread() - before;
  for (const auto& w : wires_) w->close();
}

void driver::answered(wire& w, unsigned status, std::string_view body) {
  const auto t = now();
  const auto kind = check_(status, body);
  if (kind.empty()) {
    counts_.succeeded(t, t - w.intended());
    recent_.record(t - w.intended());
    live_.answers.fetch_add(1, std::memory_order_relaxed);
    if (options_.keep_every != 0 &&
        counts_.answers() % options_.keep_every == 1 % options_.keep_every) {
      kept_.push_back(check_.keep());
    }
  } else {
    counts_.failed(t, kind);
    live_.failures.fetch_add(1, std::memory_order_relaxed);
  }
  last_answer_ = t;
  free(w, t);
}

void driver::broken(wire& w, std::string_view kind) {
  const auto t = now();
  counts_.failed(t, kind);
  live_.failures.fetch_add(1, std::memory_order_relaxed);
  last_answer_ = t;
  w.set_idle();  // what is given up for lack of an answer is not this one
  // Posted: a server that refuses every connection would otherwise recurse through send and fail.
  boost::asio::post(context_, [this, &w] { free(w, now()); });
}

void driver::free(wire& w, nanoseconds t) {
  w.set_idle();
  if (arrivals_) {
    idle_.push_back(&w);
    pump(t);
  } else if (t >= options_.duration || !send(w, t)) {
    idle_.push_back(&w);
  }
  over_ = is_over(t);
}

bool driver::send(wire& w, nanoseconds intended) {
  if (!source_.next(request_)) {
    ran_out_ = true;
    return false;
  }
  w.send(request_, intended);
  return true;
}

void driver::pump(nanoseconds t) {
  // Requests that became due while a connection was free are sent late by nobody but the harness.
  const auto could_send = arrivals_->waiting() == 0 && !idle_.empty();
  auto spare = could_send ? idle_.size() : 0;
  arrivals_->advance(t);
  while (!idle_.empty()) {
    const auto intended = arrivals_->take();
    if (!intended) break;
    if (spare != 0) {
      counts_.late(t - *intended);
      --spare;
    }
    auto* w = idle_.back();
    idle_.pop_back();
    if (!send(*w, *intended)) {
      counts_.failed(t, "no code left");
      idle_.push_back(w);
    }
  }
  arm();
}

void driver::arm() {
  const auto next = arrivals_->next();
  if (!next || armed_for_ == next) return;
  armed_for_ = next;
  pace_timer_.expires_at(start_ + *next);
  pace_timer_.async_wait([this](boost::system::error_code error) {
    if (error) return;
    armed_for_.reset();
    const auto t = now();
    pump(t);
    over_ = is_over(t);
  });
}

void driver::tick() {
  const auto t = now();
  give_up(t);
  if (options_.tell && t >= told_.elapsed + tick_interval) {
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
  over_ = over_ || is_over(t);
  tick_timer_.expires_after(std::chrono::milliseconds{20});
  tick_timer_.async_wait([this](boost::system::error_code error) {
    if (!error) tick();
  });
}

void driver::give_up(nanoseconds t) {
  for (const auto& w : wires_) {
    if (!w->is_busy() || t - w->intended() < options_.patience) continue;
    // In an open loop a request may have waited here for long: it has the same patience from the
    // moment it was due, because the one who sent it would have.
    counts_.abandoned(t, t - w->intended(), "no answer in time");
    live_.failures.fetch_add(1, std::memory_order_relaxed);
    last_answer_ = t;
    w->close();
    free(*w, t);
  }
  if (!arrivals_ || t < options_.duration + options_.patience) return;
  while (const auto intended = arrivals_->take()) {
    counts_.abandoned(t, t - *intended, "not sent in time");
    last_answer_ = t;
  }
}

bool driver::is_over(nanoseconds t) const {
  if (idle_.size() != wires_.size()) return false;
  if (arrivals_) return !arrivals_->next() && arrivals_->waiting() == 0;
  return t >= options_.duration || ran_out_;
}

}  // namespace mintage::bench
