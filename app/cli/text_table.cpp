#include "app/cli/text_table.hpp"

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <ctime>

namespace mintage::app {
namespace {

/// Number of characters: continuation octets of UTF-8 do not count.
std::size_t width_of(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  }));
}

std::string printable(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](char c) { return (c >= 0 && c < ' ') || c == 0x7f; }, '?');
  return text;
}

}  // namespace

text_table::text_table(std::vector<std::string> heads) {
  if (!heads.empty()) rows_.push_back(std::move(heads));
}

void text_table::add(std::vector<std::string> cells) {
  for (auto& c : cells) c = printable(std::move(c));
  rows_.push_back(std::move(cells));
}

std::ostream& operator<<(std::ostream& out, const text_table& t) {
  auto widths = std::vector<std::size_t>{};
  for (const auto& row : t.rows_) {
    widths.resize(std::max(widths.size(), row.size()));
    for (auto i = std::size_t{0}; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], width_of(row[i]));
    }
  }
  for (const auto& row : t.rows_) {
    for (auto i = std::size_t{0}; i < row.size(); ++i) {
      out << row[i];
      const auto is_last = i + 1 == row.size();
      if (!is_last) out << std::string(widths[i] - width_of(row[i]) + 2, ' ');
    }
    out << '\n';
  }
  return out;
}

std::string cell_of(const boost::json::value* v) {
  if (v == nullptr || v->is_null()) return "-";
  if (v->is_bool()) return v->get_bool() ? "yes" : "no";
  auto out = std::string{};
  if (v->is_string()) {
    out = std::string_view{v->get_string()};
  } else if (v->is_array()) {
    for (const auto& each : v->get_array()) {
      if (!out.empty()) out += ", ";
      out += cell_of(&each);
    }
  } else {
    out = boost::json::serialize(*v);
  }
  return out.empty() ? "-" : out;
}

std::string time_text(std::int64_t numeric_date) {
  const auto seconds = static_cast<std::time_t>(numeric_date);
  auto fields = std::tm{};
  auto text = std::array<char, 32>{};
  if (::gmtime_r(&seconds, &fields) == nullptr) return std::to_string(numeric_date);
  const auto size = std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M:%SZ", &fields);
  return {text.data(), size};
}

}  // namespace mintage::app
