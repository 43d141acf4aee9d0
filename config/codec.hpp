/// @file
/// How each type of setting is read from a value of the file and rendered again.
#pragma once

#include "actors/options.hpp"
#include "config/document.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mintage::config {

/// What is wrong with a value, as a sentence that says what is accepted. Nothing when the value was
/// accepted; otherwise the target is unchanged.
using objection = std::optional<std::string>;

/// What kind of value a setting takes, for the JSON Schema of the config file.
enum class value_kind : std::uint8_t {
  text,
  path,
  truth,
  count,       ///< a whole number, 0 or more
  duration,    ///< text with a unit, or a number of seconds
  size,        ///< text with a unit, or a number of octets
  word,        ///< one of `value_shape::words`
  texts,       ///< an array of texts
  algorithms,  ///< an array of algorithms that the server signs with
};
struct value_shape {
  value_kind kind = value_kind::text;
  std::vector<std::string_view> words{};
};

/// The codec of plain members, chosen by their type. `write` returns TOML. `shape` needs only the
/// type of its argument.
struct plain {
  [[nodiscard]] static value_shape shape(const std::string*) { return {}; }
  [[nodiscard]] static value_shape shape(const std::filesystem::path*) {
    return {value_kind::path};
  }
  [[nodiscard]] static value_shape shape(const bool*) { return {value_kind::truth}; }
  [[nodiscard]] static value_shape shape(const std::size_t*) { return {value_kind::count}; }
  [[nodiscard]] static value_shape shape(const unsigned*) { return {value_kind::count}; }
  [[nodiscard]] static value_shape shape(const std::chrono::seconds*) {
    return {value_kind::duration};
  }
  [[nodiscard]] static value_shape shape(const std::chrono::milliseconds*) {
    return {value_kind::duration};
  }
  [[nodiscard]] static value_shape shape(const std::vector<std::string>*) {
    return {value_kind::texts};
  }
  [[nodiscard]] static value_shape shape(const std::vector<crypto::jws_alg>*) {
    return {value_kind::algorithms};
  }

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

/// A path, or "" for no path.
struct optional_path {
  [[nodiscard]] static value_shape shape(const std::filesystem::path*) {
    return {value_kind::path};
  }
  [[nodiscard]] static objection read(const value& v, std::filesystem::path& to);
  [[nodiscard]] static std::string write(const std::filesystem::path& from);
};

/// A size: a number of octets, or a string with KiB or MiB.
struct octets {
  [[nodiscard]] static value_shape shape(const std::size_t*) { return {value_kind::size}; }
  [[nodiscard]] static objection read(const value& v, std::size_t& to);
  [[nodiscard]] static std::string write(std::size_t from);
};

/// One word of a fixed list.
template <class Enum, std::size_t N>
struct choice {
  struct word {
    Enum means;
    std::string_view text;
  };
  std::array<word, N> words;

  [[nodiscard]] value_shape shape(const Enum*) const {
    auto out = value_shape{value_kind::word, {}};
    for (const auto& w : words) out.words.push_back(w.text);
    return out;
  }

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
    return {};  // unreachable: every enumerator has a word
  }
};

}  // namespace mintage::config
