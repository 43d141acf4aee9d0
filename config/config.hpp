/// @file
/// The config file: TOML to the options structs that each folder owns, and back.
#pragma once

#include "actors/options.hpp"
#include "app/options.hpp"
#include "net/options.hpp"
#include "oauth/options.hpp"
#include "storage/engines/options.hpp"

#include <tl/expected.hpp>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace mintage::config {

struct settings {
  oauth::options rules;      ///< issuer, [tokens]
  net::options net;          ///< [http], [admin]
  actors::options actors;    ///< [pools], [keys], http.max_in_flight
  storage::options storage;  ///< [storage]
  app::log_options log;      ///< [log]
  app::file_options files;   ///< [files]
};

/// One thing wrong with a config file.
struct mistake {
  std::string file;
  /// 1-based; 0 when it is about the file as a whole, or about a key that is not in it.
  unsigned line = 0;
  /// Dotted, e.g. "pools.code_store.batch_max"; empty for a syntax error.
  std::string key;
  std::string sentence;
};
/// `FILE:LINE: KEY: SENTENCE`
[[nodiscard]] std::string to_string(const mistake& m);

/// How far a check goes.
enum class extent : std::uint8_t {
  text,  ///< what the file says
  files  ///< also certificates and keys that it names, as far as the server only reads them
};

/// Reads and checks a file. Relative paths in it are taken relative to the file's folder.
/// @returns the settings, or every mistake at once (a syntax error stands alone).
[[nodiscard]] tl::expected<settings, std::vector<mistake>> load(const std::filesystem::path& file,
                                                                extent e = extent::text);
/// The same for text that did not come from a file; `file` is used for messages and relative paths.
[[nodiscard]] tl::expected<settings, std::vector<mistake>> parse(std::string_view toml,
                                                                 const std::filesystem::path& file,
                                                                 extent e = extent::text);

/// Every key with its effective value, as TOML that `parse` reads back.
[[nodiscard]] std::string render(const settings& s);

}  // namespace mintage::config
