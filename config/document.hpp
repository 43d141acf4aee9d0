/// @file
/// A TOML text as a flat list of keys, values and lines; the parser itself stays behind this
/// header.
#pragma once

#include <tl/expected.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace mintage::config {

/// A value as written. Dates and times have no use here and are told apart from nothing else.
struct value {
  struct table {};
  struct moment {};
  std::variant<table, moment, bool, std::int64_t, double, std::string, std::vector<value>> held;
};

struct entry {
  /// Dotted. A part that is not a bare key stands in quotes, so that `"http.listen"` is not
  /// mistaken for `listen` of [http]; what cannot be printed in it is replaced by `?`.
  std::string key;
  /// Where the key stands, 1-based.
  unsigned line = 0;
  value what;
};

struct syntax_error {
  unsigned line = 0;
  std::string sentence;
};

/// @returns every table and every value, a table before what is in it and both side by side.
[[nodiscard]] tl::expected<std::vector<entry>, syntax_error> read_document(std::string_view toml);

/// `text` as a TOML basic string, quotes included.
[[nodiscard]] std::string toml_string(std::string_view text);

}  // namespace mintage::config
