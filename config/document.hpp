/// @file
/// A TOML text as a flat list of keys, values and lines. Only document.cpp includes the parser.
#pragma once

#include <tl/expected.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace mintage::config {

/// A value as written. `moment` stands for all dates and times, which no setting uses.
struct value {
  struct table {};
  struct moment {};
  std::variant<table, moment, bool, std::int64_t, double, std::string, std::vector<value>> held;
};

struct entry {
  /// Dotted. A part that is not a bare key is quoted, so that `"http.listen"` differs from `listen`
  /// of [http]. Characters that cannot be printed are replaced by `?`.
  std::string key;
  /// Line of the key, 1-based.
  unsigned line = 0;
  value what;
};

struct syntax_error {
  unsigned line = 0;
  std::string sentence;
};

/// @returns every table and every value; a table comes before its content, and that is contiguous.
[[nodiscard]] tl::expected<std::vector<entry>, syntax_error> read_document(std::string_view toml);

/// `text` as a TOML basic string, quotes included.
[[nodiscard]] std::string toml_string(std::string_view text);

}  // namespace mintage::config
