/// @file
/// Tables of plain text for terminals.
#pragma once

#include <boost/json/value.hpp>
#include <cstdint>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace mintage::app {

/// Columns as wide as their widest cell, with two spaces between them. Control characters are shown
/// as `?`, so that registered texts cannot send commands to a terminal.
class text_table {
 public:
  /// @param heads empty: the table has no header line.
  explicit text_table(std::vector<std::string> heads = {});
  void add(std::vector<std::string> cells);
  friend std::ostream& operator<<(std::ostream& out, const text_table& t);

 private:
  std::vector<std::vector<std::string>> rows_;
};

/// A value of the admin interface as a cell: plain texts, lists with commas, `-` for empty and
/// absent values.
[[nodiscard]] std::string cell_of(const boost::json::value* v);
/// Renders `2026-01-31 23:59:59Z`. @param numeric_date seconds since 1970.
[[nodiscard]] std::string time_text(std::int64_t numeric_date);

}  // namespace mintage::app
