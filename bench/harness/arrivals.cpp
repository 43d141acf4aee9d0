#include "bench/harness/arrivals.hpp"

namespace mintage::bench {

arrivals::arrivals(const pace& p, std::uint64_t seed, double phase)
    : pace_{p}, interval_{1e9 / p.rate}, at_{interval_ * phase}, random_{seed}, gap_{1.0} {
  if (pace_.kind == arrival_kind::poisson) at_ = gap();
  settle();
}

void arrivals::advance() {
  at_ += gap();
  settle();
}

// Drops what was drawn at the former rate: a Poisson process has no memory.
void arrivals::settle() {
  for (; changed_ < pace_.changes.size(); ++changed_) {
    const auto& change = pace_.changes[changed_];
    const auto at = static_cast<double>(change.at.count());
    if (at_ < at) return;
    interval_ = 1e9 / change.rate;
    at_ = at + (pace_.kind == arrival_kind::poisson ? gap() : 0);
  }
}

double arrivals::gap() {
  return pace_.kind == arrival_kind::poisson ? interval_ * gap_(random_) : interval_;
}

void open_loop::advance(nanoseconds now) {
  for (auto due = next(); due && *due <= now; due = next()) {
    waiting_.push_back(*due);
    when_.advance();
  }
}

std::optional<nanoseconds> open_loop::take() {
  if (waiting_.empty()) return {};
  const auto intended = waiting_.front();
  waiting_.pop_front();
  return intended;
}

std::optional<nanoseconds> open_loop::next() const noexcept {
  if (when_.next() >= end_) return {};
  return when_.next();
}

}  // namespace mintage::bench
