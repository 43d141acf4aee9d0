#include "tests/cluster/failover/book.hpp"

#include <algorithm>
#include <set>
#include <span>

namespace mintage::storage {

using steady = std::chrono::steady_clock;

namespace {

template <class Octets>
std::string hex(const Octets& octets) {
  constexpr auto digits = std::string_view{"0123456789abcdef"};
  auto out = std::string{};
  for (const auto each : octets) {
    const auto number = static_cast<unsigned char>(each);
    out += digits[number >> 4U];
    out += digits[number & 15U];
  }
  return out;
}

/// The rows of a query with two columns of text.
std::map<std::string, std::string> read(const loopback::postgres& from, const std::string& text) {
  auto out = std::map<std::string, std::string>{};
  for (const auto& row : from.run_sql(text)) out[row.at(0).value()] = row.at(1).value();
  return out;
}

}  // namespace

void book::acknowledged() {
  times_.push_back(steady::now());
}

void book::minted(const record_key& code) {
  const auto lock = std::scoped_lock{guard_};
  minted_.push_back(hex(code.view()));
  acknowledged();
}

void book::consumed(const record_key& code, const attempt_id& by) {
  const auto lock = std::scoped_lock{guard_};
  winners_[hex(code.view())].push_back(hex(by));
  acknowledged();
}

void book::rotated(const record_key& family, std::uint32_t generation) {
  const auto lock = std::scoped_lock{guard_};
  auto& known = generations_[hex(family.view())];
  known = std::max(known, generation);
  acknowledged();
}

void book::unknown() {
  const auto lock = std::scoped_lock{guard_};
  ++unknown_;
}

findings book::compare(const loopback::postgres& primary) const {
  const auto live = read(primary, "select encode(key, 'hex'), '' from mintage.code");
  const auto tombstones =
      read(primary, "select encode(key, 'hex'), replace(attempt::text, '-', '') from mintage.tomb");
  const auto generations =
      read(primary, "select encode(key, 'hex'), generation::text from mintage.family");
  auto out = findings{};
  for (const auto& code : minted_) {
    out.lost += live.contains(code) || tombstones.contains(code) ? 0 : 1;
    out.unusable += winners_.contains(code) ? 0 : 1;
  }
  for (const auto& [code, attempts] : winners_) {
    out.doubled += attempts.size() > 1 ? 1 : 0;
    out.revived += live.contains(code) ? 1 : 0;
    const auto found = tombstones.find(code);
    out.lost += found != tombstones.end() && found->second == attempts.front() ? 0 : 1;
  }
  for (const auto& [family, generation] : generations_) {
    const auto found = generations.find(family);
    out.behind += found != generations.end() && std::stoul(found->second) >= generation ? 0 : 1;
  }
  return out;
}

std::chrono::milliseconds book::longest_gap(steady::time_point from, steady::time_point to) const {
  auto sorted = times_;
  std::ranges::sort(sorted);
  auto longest = steady::duration{};
  for (auto i = std::size_t{1}; i < sorted.size(); ++i) {
    if (sorted[i] < from || sorted[i] > to) continue;
    longest = std::max(longest, sorted[i] - sorted[i - 1]);
  }
  return std::chrono::duration_cast<std::chrono::milliseconds>(longest);
}

}  // namespace mintage::storage
