/// @file
/// A TOML text that lists tables (`[[client]]`), with the value of each member as JSON.
#pragma once

#include <tl/expected.hpp>

#include <string>
#include <string_view>
#include <vector>

#include "config/document.hpp"

namespace mintage::config {

struct table_member {
  std::string name;
  /// 1-based.
  unsigned line = 0;
  /// The value as JSON. Dates are texts.
  std::string json;
};

/// One `[[LIST]]` and what follows it.
struct listed_table {
  /// The name between the brackets.
  std::string list;
  /// Line of the brackets, 1-based.
  unsigned line = 0;
  /// In the order of their lines.
  std::vector<table_member> members;
};

/// @returns the tables in the order of their lines; an error for a text that is not TOML, or that
///          has anything else at its top level.
[[nodiscard]] tl::expected<std::vector<listed_table>, syntax_error> read_tables(
    std::string_view toml);

/// The value `VALUE` of TOML as JSON. @pre it is one value, as `setting::write` makes it.
[[nodiscard]] std::string json_of_toml(std::string_view value);

/// `text` as a string of JSON, quotes included. @pre UTF-8.
[[nodiscard]] std::string json_string(std::string_view text);

/// A name as a key of TOML: bare where it may be.
[[nodiscard]] std::string toml_key(std::string_view name);

}  // namespace mintage::config
