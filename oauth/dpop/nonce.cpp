#include "oauth/dpop/nonce.hpp"

#include <algorithm>
#include <optional>

#include "crypto/base64.hpp"
#include "oauth/options.hpp"

namespace mintage::oauth {
namespace {

constexpr auto number_size = sizeof(std::uint64_t);
constexpr auto mac_size = std::size_t{16};
constexpr auto text_size = crypto::base64url_size(number_size + mac_size);
static_assert(text_size == 32);

std::uint64_t number_at(instant t) noexcept {
  const auto seconds_since_1970 = std::max(numeric_date(t), std::int64_t{0});
  return static_cast<std::uint64_t>(seconds_since_1970 / dpop_nonces::slot_length.count());
}

instant begin_of(std::uint64_t number) noexcept {
  return instant{dpop_nonces::slot_length * static_cast<std::int64_t>(number)};
}

/// The number that a nonce names.
std::optional<std::uint64_t> number_in(std::string_view nonce) {
  // Larger numbers are no times.
  constexpr auto most = std::uint64_t{1} << 40;
  if (nonce.size() != text_size) return std::nullopt;
  const auto octets = crypto::base64url_decode(nonce);
  if (!octets) return std::nullopt;
  auto number = std::uint64_t{0};
  for (const auto c : octets->substr(0, number_size)) {
    number = number << 8 | static_cast<std::uint8_t>(c);
  }
  return number < most ? std::optional{number} : std::nullopt;
}

}  // namespace

void dpop_nonces::update() {
  if (macs_.update()) made_.clear();
}

std::string dpop_nonces::make(std::uint64_t slot_number, crypto::hmac_sha256& to_mac) {
  auto octets = crypto::bytes<number_size + mac_size>{};
  for (auto i = std::size_t{0}; i < number_size; ++i) {
    octets[i] = static_cast<std::uint8_t>(slot_number >> (8 * (number_size - 1 - i)) & 0xff);
  }
  const auto mac = to_mac(crypto::bytes_view{octets}.first(number_size));
  std::copy_n(mac.begin(), mac_size, octets.begin() + number_size);
  return crypto::base64url(octets);
}

const std::string& dpop_nonces::current(instant now) {
  update();
  const auto number = number_at(now);
  if (made_.empty() || number != made_for_) {
    made_ = make(number, macs_.newest());
    made_for_ = number;
  }
  return made_;
}

dpop_nonces::age dpop_nonces::age_of(std::string_view nonce, instant now) {
  update();
  const auto number = number_in(nonce);
  if (!number) return age::stale;
  const auto current_number = number_at(now);
  const auto is_of_now = *number == current_number;
  const auto is_of_a_clock_ahead =
      *number == current_number + 1 && begin_of(*number) <= now + clock_skew;
  const auto is_older = *number + 1 == current_number;
  if (!is_of_now && !is_of_a_clock_ahead && !is_older) return age::stale;
  const auto is_ours = (is_of_now && crypto::constant_time_equal(nonce, current(now))) ||
                       macs_.any([&](crypto::hmac_sha256& mac) {
                         return crypto::constant_time_equal(nonce, make(*number, mac));
                       });
  if (!is_ours) return age::stale;
  return is_older ? age::older : age::fresh;
}

dpop_nonces::life dpop_nonces::life_of(std::string_view nonce) {
  const auto begin = begin_of(number_in(nonce).value_or(0));
  return {begin, begin + 2 * slot_length};
}

}  // namespace mintage::oauth
