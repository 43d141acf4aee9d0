/// @file
/// How each type of setting is read from a value of the file and written back.
#pragma once

#include "actors/options.hpp"
#include "config/document.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mintage::config {

/// What is wrong with a value, as a sentence that says what is accepted; nothing when it was taken.
/// The target is unchanged then.
using objection = std::optional<std::string>;

/// Reads and writes by the type of the member. `write` returns TOML.
struct plain {
  [[nodiscard]] static objection read(const value& v, std::string& to);
  [[nodiscard]] static objection read(const value& v, std::filesystem::path& to);
  [[nodiscard]] static objection read(const value& v, bool& to);
  [[nodiscard]] static objection read(const value& v, std::size_t& to);
  [[nodiscard]] static objection read(const value& v, unsigned& to);
  [[nodiscard]] static objection read(const value& v, std::chrono::seconds& to);
  [[nodiscard]] static objection read(const value& v, std::chrono::milliseconds& to);
  [[nodiscard]] static objection read(const value& v, std::vector<std::string>& to);
  [[nodiscard]] static objection read(const value& v, std::vector<crypto::jws_alg>& to);

  [[nodiscard]] static std::string write(const std::string& from);
  [[nodiscard]] static std::string write(const std::filesystem::path& from);
  [[nodiscard]] static std::string write(bool from);
  [[nodiscard]] static std::string write(std::size_t from);
  [[nodiscard]] static std::string write(unsigned from);
  [[nodiscard]] static std::string write(std::chrono::milliseconds from);
  [[nodiscard]] static std::string write(const std::vector<std::string>& from);
  [[nodiscard]] static std::string write(const std::vector<crypto::jws_alg>& from);
};

/// A path, or "" for none.
struct optional_path {
  [[nodiscard]] static objection read(const value& v, std::filesystem::path& to);
  [[nodiscard]] static std::string write(const std::filesystem::path& from);
};

/// A number of octets, or a string with KiB or MiB.
struct octets {
  [[nodiscard]] static objection read(const value& v, std::size_t& to);
  [[nodiscard]] static std::string write(std::size_t from);
};

/// One of a few words.
template <class Enum, std::size_t N>
struct choice {
  struct word {
    Enum means;
    std::string_view text;
  };
  std::array<word, N> words;

  [[nodiscard]] objection read(const value& v, Enum& to) const {
    const auto* text = std::get_if<std::string>(&v.held);
    auto sentence = std::string{"must be "};
    for (auto i = std::size_t{0}; i < N; ++i) {
      if (text != nullptr && *text == words[i].text) {
        to = words[i].means;
        return std::nullopt;
      }
      if (i > 0) sentence += i + 1 < N ? ", " : " or ";
      sentence += toml_string(words[i].text);
    }
    return sentence;
  }
  [[nodiscard]] std::string write(Enum from) const {
    for (const auto& w : words) {
      if (w.means == from) return toml_string(w.text);
    }
    return {};  // unreachable: every enumerator has its word
  }
};

}  // namespace mintage::config
