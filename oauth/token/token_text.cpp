#include "oauth/token/token_text.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "crypto/base64.hpp"
#include "oauth/request/text.hpp"

namespace mintage::oauth {
namespace {

constexpr auto slot_size = std::size_t{2};
constexpr auto random_text_size = crypto::base64url_size(32);

/// Whether 43 characters are the canonical encoding of 256 bits: the last character has four of
/// them, and its two unused bits are zero.
bool is_256_bits(std::string_view text) noexcept {
  constexpr auto last = std::string_view{"AEIMQUYcgkosw048"};
  return text.size() == random_text_size && last.find(text.back()) != last.npos &&
         std::all_of(text.begin(), text.end(), is_base64url);
}

}  // namespace

crypto::secret_string draw_token_text(std::string_view prefix, slot s,
                                      crypto::random_source& random) {
  auto text = std::string{};
  text.reserve(prefix.size() + slot_size + random_text_size);
  text.append(prefix);
  s.append_to(text);
  crypto::base64url_append(text, random.take<32>());
  return crypto::secret_string{std::move(text)};
}

std::optional<slot> slot_of_token_text(std::string_view prefix, std::string_view text) noexcept {
  if (!text.starts_with(prefix)) return std::nullopt;
  text.remove_prefix(prefix.size());
  if (text.size() != slot_size + random_text_size || !is_256_bits(text.substr(slot_size))) {
    return std::nullopt;
  }
  return slot::parse(text.substr(0, slot_size));
}

}  // namespace mintage::oauth
