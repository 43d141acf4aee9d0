#include "oauth/authorization/browser.hpp"

#include <algorithm>

#include "crypto/base64.hpp"
#include "oauth/request/text.hpp"

namespace mintage::oauth {
namespace {

/// With the prefix, which demands Secure.
constexpr auto secure_prefix = std::string_view{"__Host-"};
constexpr auto usual_name = std::string_view{"__Host-mintage_browser"};
constexpr auto posted_name = std::string_view{"__Host-mintage_browser_posted"};
using browser_octets = crypto::bytes<16>;
static_assert(browser_id::size == crypto::base64url_size(sizeof(browser_octets)));

std::string_view trim(std::string_view text) noexcept {
  constexpr auto blanks = std::string_view{" \t"};
  const auto first = text.find_first_not_of(blanks);
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

}  // namespace

browser_id browser_id::draw(crypto::random_source& random) {
  auto out = browser_id{};
  crypto::base64url_write(out.text_.data(), random.take<sizeof(browser_octets)>());
  return out;
}

std::optional<browser_id> browser_id::parse(std::string_view text) noexcept {
  // The last character has two bits of the octets; the others are zero.
  constexpr auto last_characters = std::string_view{"AQgw"};
  if (text.size() != size || !std::all_of(text.begin(), text.end(), is_base64url) ||
      last_characters.find(text.back()) == text.npos) {
    return std::nullopt;
  }
  auto out = browser_id{};
  std::copy(text.begin(), text.end(), out.text_.begin());
  return out;
}

browser_binding browser_id::binding(crypto::sha256_hasher& hash) const {
  const auto whole = hash(text());
  auto out = browser_binding{};
  std::copy_n(whole.begin(), out.size(), out.begin());
  return out;
}

bool is_same_browser(const browser_binding& a, const browser_binding& b) noexcept {
  return crypto::constant_time_equal(crypto::bytes_view{a}, crypto::bytes_view{b});
}

browser_cookie::browser_cookie(std::string_view issuer) noexcept
    : is_secure_{equals_lower(issuer.substr(0, issuer.find(':')), "https")} {}

std::string_view browser_cookie::name_of(browser_cookie_use use) const noexcept {
  const auto name = use == browser_cookie_use::usual ? usual_name : posted_name;
  return is_secure_ ? name : name.substr(secure_prefix.size());
}

std::optional<browser_id> browser_cookie::find(std::string_view cookie_field,
                                               browser_cookie_use use) const noexcept {
  const auto name = name_of(use);
  while (!cookie_field.empty()) {
    const auto pair = cookie_field.substr(0, cookie_field.find(';'));
    cookie_field.remove_prefix(std::min(cookie_field.size(), pair.size() + 1));
    const auto equals = pair.find('=');
    if (equals == pair.npos || trim(pair.substr(0, equals)) != name) continue;
    if (const auto id = browser_id::parse(trim(pair.substr(equals + 1)))) return id;
  }
  return std::nullopt;
}

void browser_cookie::append(std::string& out, const browser_id& browser,
                            browser_cookie_use use) const {
  out.append(name_of(use)).append("=").append(browser.text());
  out.append(is_secure_ ? "; Path=/; Secure; HttpOnly; SameSite=Lax"
                        : "; Path=/; HttpOnly; SameSite=Lax");
}

}  // namespace mintage::oauth
