#include "oauth/lasting_lives.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <optional>

namespace mintage::oauth {
namespace {

/// Beyond it two former values of one life become one, which counts as much as both.
constexpr auto most_values = std::ptrdiff_t{8};

struct row {
  /// In the database: DO NOT CHANGE.
  std::string_view name;
  seconds lasting_lives::*member;
  /// Otherwise the shortest one counts.
  bool longest_counts;
};
constexpr auto rows = std::array{
    row{"tokens.refresh_absolute", &lasting_lives::refresh_absolute, true},
    row{"keys.overlap", &lasting_lives::key_overlap, true},
    row{"dpop.max_age", &lasting_lives::dpop_max_age, false},
};

seconds stronger(const row& r, seconds a, seconds b) {
  return r.longest_counts ? std::max(a, b) : std::min(a, b);
}

/// How long a value counts after its last use. A longer life: until what it was given to ends. A
/// shorter age of proofs: until no proof of that time is accepted, whatever the settings.
seconds rest(const row& r, seconds value) {
  return r.longest_counts ? value : longest_proof_age + clock_skew;
}

/// @returns nothing when `text` does not begin with a number, which is cut off otherwise.
std::optional<std::int64_t> take_number(std::string_view& text) {
  auto number = std::int64_t{0};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{}) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  if (text.starts_with(' ')) text.remove_prefix(1);
  return number;
}

}  // namespace

lasting_lives lives_of(const options& o) noexcept {
  return {.refresh_absolute = o.refresh_absolute,
          .key_overlap = o.key_overlap,
          .dpop_max_age = o.dpop_max_age};
}

options with_lives(options o, const lasting_lives& lives) {
  o.refresh_absolute = lives.refresh_absolute;
  o.key_overlap = lives.key_overlap;
  o.dpop_max_age = lives.dpop_max_age;
  return o;
}

lasting_lives joined(const lasting_lives& a, const lasting_lives& b) noexcept {
  auto out = a;
  for (const auto& r : rows) out.*r.member = stronger(r, a.*r.member, b.*r.member);
  return out;
}

life_book::life_book(std::string_view text) {
  while (!text.empty()) {
    const auto line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    const auto known = std::find_if(rows.begin(), rows.end(), [&](const row& r) {
      return line.starts_with(r.name) && line.substr(r.name.size()).starts_with(' ');
    });
    auto numbers = known == rows.end() ? line : line.substr(known->name.size() + 1);
    const auto value = take_number(numbers);
    const auto until = value ? take_number(numbers) : std::nullopt;
    if (known == rows.end() || !until || !numbers.empty())
      newer_.append(line).append(1, '\n');
    else
      entries_.push_back({static_cast<std::size_t>(known - rows.begin()), seconds{*value},
                          instant{seconds{*until}}});
  }
}

std::string life_book::text() const {
  auto out = std::string{};
  for (const auto& e : entries_) {
    out.append(rows[e.row].name).append(1, ' ').append(std::to_string(e.value.count()));
    out.append(1, ' ').append(std::to_string(numeric_date(e.until))).append(1, '\n');
  }
  return out + newer_;
}

void life_book::note(const lasting_lives& used, instant now, instant until) {
  const auto end = std::chrono::ceil<seconds>(until);  // as it is read again
  for (auto& e : entries_)
    if (!rows[e.row].longest_counts) e.until = std::min(e.until, instant{end});
  for (auto i = std::size_t{0}; i < rows.size(); ++i) note(i, used.*rows[i].member, end);
  std::erase_if(entries_,
                [&](const entry& e) { return e.until + rest(rows[e.row], e.value) <= now; });
}

void life_book::note(std::size_t row, seconds value, instant until) {
  const auto is_same = [&](const entry& e) { return e.row == row && e.value == value; };
  const auto known = std::find_if(entries_.begin(), entries_.end(), is_same);
  if (known != entries_.end()) {
    known->until = rows[row].longest_counts ? std::max(known->until, until) : until;
    return;
  }
  const auto is_of_row = [&](const entry& e) { return e.row == row; };
  if (std::count_if(entries_.begin(), entries_.end(), is_of_row) >= most_values) {
    const auto first = std::find_if(entries_.begin(), entries_.end(), is_of_row);
    const auto second = std::find_if(first + 1, entries_.end(), is_of_row);
    second->value = stronger(rows[row], first->value, second->value);
    second->until = std::max(first->until, second->until);
    entries_.erase(first);
  }
  entries_.push_back({row, value, until});
}

bool life_book::has(const lasting_lives& used, instant until) const {
  return std::all_of(rows.begin(), rows.end(), [&](const row& r) {
    return std::any_of(entries_.begin(), entries_.end(), [&](const entry& e) {
      return &rows[e.row] == &r && e.value == used.*r.member && e.until >= until;
    });
  });
}

lasting_lives life_book::counting(lasting_lives own, instant now) const {
  for (const auto& e : entries_) {
    const auto& r = rows[e.row];
    if (now < e.until + rest(r, e.value)) own.*r.member = stronger(r, own.*r.member, e.value);
  }
  return own;
}

}  // namespace mintage::oauth
