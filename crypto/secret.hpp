/// @file
/// A string that must not be printed, logged or compared with `==`.
#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace mintage::crypto {

/// Owns the text of a client secret, a token or a key. It has no stream operator, no formatter and
/// no comparison on purpose, and wipes its memory when destroyed or overwritten. `reveal()` is the
/// only access to the octets, so that a search for it finds every use.
class secret_string {
 public:
  secret_string() = default;
  explicit secret_string(std::string text) noexcept : text_{std::move(text)} { wipe(text); }
  secret_string(const secret_string&) = default;
  secret_string(secret_string&& other) noexcept : text_{std::move(other.text_)} {
    wipe(other.text_);
  }
  secret_string& operator=(const secret_string& other);
  secret_string& operator=(secret_string&& other) noexcept;
  ~secret_string() { wipe(text_); }

  [[nodiscard]] std::string_view reveal() const noexcept { return text_; }
  [[nodiscard]] bool empty() const noexcept { return text_.empty(); }
  friend bool operator==(const secret_string&, const secret_string&) = delete;

 private:
  /// Overwrites the whole capacity, the small-string buffer included, and leaves `text` empty.
  static void wipe(std::string& text) noexcept;

  std::string text_;
};

}  // namespace mintage::crypto
