#include "crypto/password.hpp"

#include <charconv>
#include <cstdint>
#include <new>
#include <optional>
#include <stdexcept>

#include <argon2.h>

namespace mintage::crypto {

namespace {

constexpr auto memory_kib = std::uint32_t{19456};
constexpr auto passes = std::uint32_t{2};
constexpr auto lanes = std::uint32_t{1};
constexpr auto tag_size = std::uint32_t{32};
constexpr auto salt_size = std::uint32_t{16};

// Limits of the parameters of an imported PHC string.
constexpr auto max_memory_kib = std::uint32_t{1024 * 1024};
constexpr auto max_passes = std::uint32_t{16};
constexpr auto max_lanes = std::uint32_t{16};
constexpr auto max_encoded_size = std::size_t{512};

/// Reads `name` and the decimal number after it from the front of `text`, and removes both.
std::optional<std::uint32_t> take_number(std::string_view& text, std::string_view name) {
  if (!text.starts_with(name)) return std::nullopt;
  text.remove_prefix(name.size());
  auto value = std::uint32_t{0};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{}) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return value;
}

/// Whether the parameters are present and within the limits. The library checks salt and tag; it
/// reads up to the first NUL.
bool is_acceptable(std::string_view encoded) {
  if (encoded.size() > max_encoded_size || encoded.find('\0') != encoded.npos) return false;
  const auto memory = take_number(encoded, "$argon2id$v=19$m=");
  if (!memory || *memory > max_memory_kib) return false;
  const auto time = take_number(encoded, ",t=");
  if (!time || *time > max_passes) return false;
  const auto parallel = take_number(encoded, ",p=");
  return parallel && *parallel <= max_lanes && encoded.starts_with('$');
}

}  // namespace

std::string argon2id_hash(std::string_view password, random_source& random) {
  const auto salt = random.take<salt_size>();
  // The length includes the terminating NUL, for which std::string has room anyway.
  const auto length = argon2_encodedlen(passes, memory_kib, lanes, salt_size, tag_size, Argon2_id);
  auto encoded = std::string(length - 1, '\0');
  const auto outcome =
      argon2id_hash_encoded(passes, memory_kib, lanes, password.data(), password.size(),
                            salt.data(), salt.size(), tag_size, encoded.data(), length);
  if (outcome != ARGON2_OK) throw std::runtime_error{argon2_error_message(outcome)};
  return encoded;
}

bool argon2id_verify(std::string_view encoded, std::string_view password) {
  if (!is_acceptable(encoded)) return false;
  const auto outcome =
      ::argon2id_verify(std::string{encoded}.c_str(), password.data(), password.size());
  // A lack of memory says nothing about the password.
  if (outcome == ARGON2_MEMORY_ALLOCATION_ERROR) throw std::bad_alloc{};
  return outcome == ARGON2_OK;
}

}  // namespace mintage::crypto
