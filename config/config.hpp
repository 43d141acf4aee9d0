/// @file
/// The config file: reads TOML into the options structs of the folders, and renders them.
#pragma once

#include "actors/options.hpp"
#include "app/options.hpp"
#include "net/fetch/options.hpp"
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
  oauth::options rules;            ///< issuer, [tokens]
  net::options net;                ///< [http], [admin]
  net::fetch_options fetch;        ///< [fetch]
  actors::options actors;          ///< [pools], [keys], http.max_in_flight, log.refusals
  storage::options storage;        ///< [storage]
  app::log_options log;            ///< [log]
  app::file_options files;         ///< [files]
  app::clock_options clock;        ///< [clock]
  app::shutdown_options shutdown;  ///< [shutdown]
};

/// One mistake in a config file.
struct mistake {
  std::string file;
  /// 1-based; 0 when the mistake concerns the whole file or a key that is not in it.
  unsigned line = 0;
  /// Dotted, for example "pools.code_store.batch_max"; empty for a syntax error.
  std::string key;
  std::string sentence;
};
/// `FILE:LINE: KEY: SENTENCE`
[[nodiscard]] std::string to_string(const mistake& m);

/// The extent of a check.
enum class extent : std::uint8_t {
  text,  ///< the text of the config file
  files  ///< also the certificates and keys that it names, where the server only reads them
};

/// Reads and checks a file. Relative paths in it are relative to the file's folder.
/// @returns the settings, or every mistake at once. A syntax error is the only mistake in its list.
[[nodiscard]] tl::expected<settings, std::vector<mistake>> load(const std::filesystem::path& file,
                                                                extent e = extent::text);
/// The same for a text. `file` is used in messages and as the base of relative paths.
[[nodiscard]] tl::expected<settings, std::vector<mistake>> parse(std::string_view toml,
                                                                 const std::filesystem::path& file,
                                                                 extent e = extent::text);

/// Every key with its effective value, as TOML that `parse` accepts.
[[nodiscard]] std::string render(const settings& s);

}  // namespace mintage::config
