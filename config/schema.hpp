/// @file
/// Every key of the config file, once: its name, how it is read, how it is written back.
#pragma once

#include "config/codec.hpp"
#include "config/config.hpp"
#include "config/document.hpp"

#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <string_view>

namespace mintage::config {

struct setting {
  /// Dotted, as messages name it.
  std::string_view key;
  std::function<objection(const value&, settings&)> read;
  std::function<std::string(const settings&)> write;
  /// Where the path is kept, if it is one: relative ones are anchored to the folder of the file,
  /// empty ones stay empty.
  /// Empty otherwise.
  std::function<std::filesystem::path&(settings&)> path;
  /// Whether that file is only ever read: two keys may then name the same one.
  bool is_input = false;

  /// `http` of `http.listen`; empty at the top.
  [[nodiscard]] std::string_view section() const noexcept;
  [[nodiscard]] std::string_view name() const noexcept;
};

/// In the order in which they are written: the keys of one section side by side, the top first.
[[nodiscard]] std::span<const setting> schema();
/// @returns null when there is no such key.
[[nodiscard]] const setting* find_setting(std::string_view key);
/// Whether `key` is a table that holds settings or tables of settings.
[[nodiscard]] bool is_section(std::string_view key);
/// Whether `key` has a meaning in a later version only.
[[nodiscard]] bool is_of_later_version(std::string_view key);
/// The key or section that `unknown` was probably meant to be; empty when none is near.
[[nodiscard]] std::string_view nearest(std::string_view unknown);

}  // namespace mintage::config
