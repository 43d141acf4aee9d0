/// @file
/// An append-only writer of flat JSON objects for the path of a request: no tree and no allocation
/// of its own. @see RFC 8259
#pragma once

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>

namespace mintage::oauth {

/// Appends one JSON object to a string, member by member: `{` on construction, `}` on `end()`.
/// Names are literals and are written unchanged. Values are escaped only where JSON requires it
/// (quote, backslash, below U+0020), so that claims keep their octets.
/// @pre values are valid UTF-8.
class json_writer {
 public:
  /// @param out the text is appended to it; outlives the writer.
  explicit json_writer(std::string& out) : out_{out} { out_.push_back('{'); }

  /// The value is `head` followed by `tail`, so that joined URLs need no copy.
  void string(std::string_view name, std::string_view head, std::string_view tail = {});
  void integer(std::string_view name, std::int64_t value);
  void boolean(std::string_view name, bool value);
  void strings(std::string_view name, std::span<const std::string> values);
  void strings(std::string_view name, std::span<const std::string_view> values);
  void strings(std::string_view name, std::initializer_list<std::string_view> values);
  /// @param text any JSON value, written unchanged.
  void raw(std::string_view name, std::string_view text);
  /// Writes all members of another object unchanged.
  /// @param object the text of a JSON object, none of whose members is written otherwise.
  void members(std::string_view object);
  void end() { out_.push_back('}'); }

 private:
  void begin_member(std::string_view name);
  template <class Values>
  void append_array(std::string_view name, const Values& values);

  std::string& out_;
  bool first_ = true;
};

}  // namespace mintage::oauth
