#include "crypto/bcrypt.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <string>

#include <crypt.h>
#include <openssl/crypto.h>

#include "crypto/digest.hpp"

namespace mintage::crypto {
namespace {

constexpr auto encoded_size = std::size_t{60};
/// Of "$2b$12$" and the salt.
constexpr auto setting_size = std::size_t{7 + 22};
constexpr auto least_cost = 4;
constexpr auto most_cost = 14;
/// Octets of a password that count.
constexpr auto password_size = std::size_t{72};

constexpr auto alphabet =
    std::string_view{"./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"};

constexpr bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}

/// Whether the unused low bits of the last character are zero.
constexpr bool is_last(char c, std::size_t unused_bits) noexcept {
  return alphabet.find(c) % (std::size_t{1} << unused_bits) == 0;
}

struct wiped {
  void operator()(crypt_data* d) const noexcept {
    OPENSSL_cleanse(d, sizeof *d);
    delete d;
  }
};

}  // namespace

hash_fault bcrypt_fault(std::string_view encoded) noexcept {
  constexpr auto form = hash_fault{
      "must be bcrypt of 60 characters: $2b$, $2a$ or $2y$, two digits of cost, $, salt and hash"};
  const auto is_variant =
      encoded.starts_with("$2a$") || encoded.starts_with("$2b$") || encoded.starts_with("$2y$");
  if (encoded.size() != encoded_size || !is_variant || !is_digit(encoded[4]) ||
      !is_digit(encoded[5]) || encoded[6] != '$' ||
      encoded.find_first_not_of(alphabet, 7) != encoded.npos) {
    return form;
  }
  // Other spellings of the last bits come from faulty tools and would never match.
  if (!is_last(encoded[setting_size - 1], 4) || !is_last(encoded.back(), 2))
    return "must be bcrypt whose salt and hash have no bits to spare";
  const auto cost = (encoded[4] - '0') * 10 + (encoded[5] - '0');
  if (cost < least_cost || cost > most_cost) return "must have a bcrypt cost of 4 to 14";
  return {};
}

bool bcrypt_verify(std::string_view encoded, std::string_view password) {
  if (!bcrypt_fault(encoded).empty() || password.find('\0') != password.npos) return false;
  auto text = std::array<char, password_size + 1>{};
  const auto size = std::min(password.size(), password_size);
  std::copy_n(password.begin(), size, text.begin());
  const auto work = std::unique_ptr<crypt_data, wiped>{new crypt_data{}};
  const auto setting = std::string{encoded.substr(0, setting_size)};
  const auto* made = ::crypt_r(text.data(), setting.c_str(), work.get());
  OPENSSL_cleanse(text.data(), text.size());
  return made != nullptr && constant_time_equal(encoded, std::string_view{made});
}

}  // namespace mintage::crypto
