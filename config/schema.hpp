/// @file
/// Every key of the config file, once: its name, how it is read and how it is rendered.
#pragma once

#include "config/codec.hpp"
#include "config/config.hpp"
#include "config/document.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <string_view>

namespace mintage::config {

/// When a changed value takes effect.
enum class effect : std::uint8_t {
  restart,         ///< when the server starts again
  live,            ///< at the next reload
  live_while_set,  ///< at the next reload, unless the value was empty or becomes so
};

struct setting {
  /// Dotted, as in messages.
  std::string_view key;
  std::function<objection(const value&, settings&)> read;
  std::function<std::string(const settings&)> write;
  /// The member that holds the path, if the setting is one: a relative path is resolved against the
  /// folder of the config file, an empty one stays empty. Empty for other settings.
  std::function<std::filesystem::path&(settings&)> path;
  /// The server only reads the file at this path, so two keys may name the same file.
  bool is_input = false;
  value_shape shape{};
  effect takes = effect::restart;

  /// `http` of `http.listen`; empty at the top level.
  [[nodiscard]] std::string_view section() const noexcept;
  [[nodiscard]] std::string_view name() const noexcept;
};

/// In the order of rendering: top-level keys first, the keys of a section together.
[[nodiscard]] std::span<const setting> schema();
/// @returns null when there is no such key.
[[nodiscard]] const setting* find_setting(std::string_view key);
/// Whether `key` is a table of settings, or of tables of settings.
[[nodiscard]] bool is_section(std::string_view key);
/// The key or section that `unknown` was probably meant to be; empty when none is close.
[[nodiscard]] std::string_view nearest(std::string_view unknown);

}  // namespace mintage::config
