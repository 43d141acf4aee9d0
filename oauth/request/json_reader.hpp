/// @file
/// Strict reading of small JSON objects: JOSE headers and claims. (JWS-02)
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace simdjson::dom {
class element;
}

namespace mintage::oauth {

/// One JSON object and its text. Views are valid as long as the object.
class json_object {
 public:
  /// @returns nothing unless `text` is exactly one object: UTF-8, at most 16 levels deep, no
  ///          repeated member at any depth, numbers in range.
  [[nodiscard]] static std::optional<json_object> read(std::string_view text);

  ~json_object();
  json_object(json_object&&) noexcept;
  json_object& operator=(json_object&&) noexcept;

  [[nodiscard]] bool has(std::string_view name) const;
  // Nothing when the member is absent or has another type.
  [[nodiscard]] std::optional<std::string_view> string(std::string_view name) const;
  [[nodiscard]] std::optional<std::int64_t> integer(std::string_view name) const;
  /// Any number, also an integer; finite.
  [[nodiscard]] std::optional<double> number(std::string_view name) const;
  [[nodiscard]] std::optional<bool> boolean(std::string_view name) const;
  [[nodiscard]] std::optional<std::vector<std::string_view>> strings(std::string_view name) const;
  /// The text of an object without white space, for a reader of its own.
  [[nodiscard]] std::optional<std::string> object(std::string_view name) const;
  // `has` and `string` of a member of the member `outer`, an object.
  [[nodiscard]] bool has(std::string_view outer, std::string_view name) const;
  [[nodiscard]] std::optional<std::string_view> string(std::string_view outer,
                                                       std::string_view name) const;

 private:
  struct impl;
  explicit json_object(std::unique_ptr<impl> read) noexcept;
  std::unique_ptr<impl> impl_;
};

/// Whether an object in `where`, at any depth, has two members of one name, of which a later reader
/// might see either. The parser's limit bounds the recursion.
[[nodiscard]] bool repeats_a_member(simdjson::dom::element where);

}  // namespace mintage::oauth
