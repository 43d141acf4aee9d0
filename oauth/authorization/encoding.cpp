#include "oauth/authorization/encoding.hpp"

#include "oauth/authorization/octets.hpp"

namespace mintage::oauth {
namespace {

constexpr auto version = std::uint8_t{1};

// Bits of the second octet.
constexpr auto pushed_bit = std::uint8_t{1};
constexpr auto signed_bit = std::uint8_t{2};
constexpr auto key_bit = std::uint8_t{4};
constexpr auto age_bit = std::uint8_t{8};
constexpr auto browser_bit = std::uint8_t{16};
constexpr auto presented_bit = std::uint8_t{32};
constexpr auto all_bits = std::uint8_t{63};

/// Far beyond every date and every life; keeps the sums in range.
constexpr auto most_milliseconds = std::uint64_t{1} << 52;

/// The texts, in their order.
constexpr auto texts = std::array{
    &authorization_request::client_id,  &authorization_request::redirect_uri,
    &authorization_request::state,      &authorization_request::scope,
    &authorization_request::nonce,      &authorization_request::code_challenge,
    &authorization_request::acr_values, &authorization_request::login_hint,
    &authorization_request::ui_locales, &authorization_request::claims,
    &authorization_request::hint_sub,
};

std::uint8_t bits_of(const authorization_request& r) noexcept {
  const auto bit = [](bool is_set, std::uint8_t which) { return is_set ? which : 0; };
  return static_cast<std::uint8_t>(
      bit(r.how.is_pushed, pushed_bit) | bit(r.how.is_signed, signed_bit) |
      bit(r.dpop_jkt.has_value(), key_bit) | bit(r.max_age.has_value(), age_bit) |
      bit(r.browser.has_value(), browser_bit) | bit(r.presented.has_value(), presented_bit));
}

std::uint64_t milliseconds_of(instant t) noexcept {
  return static_cast<std::uint64_t>(t.time_since_epoch().count());
}

/// Reads the ends of the lives. @returns false when they are out of range or order.
bool read_times(octet_reader& in, authorization_request& out) noexcept {
  const auto requested = in.big_endian();
  const auto life = in.varint();
  const auto more = in.varint();
  if (requested > most_milliseconds || life > most_milliseconds || more > most_milliseconds) {
    return false;
  }
  const auto after = [](instant t, std::uint64_t by) {
    return t + milliseconds{static_cast<std::int64_t>(by)};
  };
  out.requested = after(instant{}, requested);
  out.expires = after(out.requested, life);
  out.last_use = after(out.expires, more);
  return true;
}

/// @returns false when one is of no enumerator.
bool read_enums(octet_reader& in, authorization_request& out) noexcept {
  const auto mode = in.octet();
  const auto asked = prompt_set::of(in.octet());
  if (mode >= response_modes.size() || !asked) return false;
  out.mode = static_cast<response_mode>(mode);
  out.prompts = *asked;
  return true;
}

}  // namespace

void append_encoded(std::string& out, const authorization_request& r) {
  auto size = std::size_t{128};
  for (const auto text : texts) size += (r.*text).size() + 2;
  for (const auto text : r.resources()) size += text.size() + 2;
  out.reserve(out.size() + size);
  out += static_cast<char>(version);
  out += static_cast<char>(bits_of(r));
  out += static_cast<char>(r.mode);
  out += static_cast<char>(r.prompts.bits());
  append_octets(out, r.id);
  append_big_endian(out, r.incarnation);
  append_big_endian(out, milliseconds_of(r.requested));
  append_varint(out, milliseconds_of(r.expires) - milliseconds_of(r.requested));
  append_varint(out, milliseconds_of(r.last_use) - milliseconds_of(r.expires));
  if (r.dpop_jkt) append_octets(out, *r.dpop_jkt);
  if (r.max_age) append_varint(out, static_cast<std::uint64_t>(*r.max_age));
  if (r.browser) append_octets(out, *r.browser);
  if (r.presented) append_big_endian(out, milliseconds_of(*r.presented));
  for (const auto text : texts) append_text(out, r.*text);
  out += static_cast<char>(r.resources_count);
  for (const auto text : r.resources()) append_text(out, text);
}

std::optional<authorization_request> read_encoded_request(std::string_view octets) noexcept {
  auto in = octet_reader{octets};
  if (in.octet() != version) return std::nullopt;
  const auto bits = in.octet();
  if ((bits & ~all_bits) != 0) return std::nullopt;
  auto out = authorization_request{};
  out.how = {.is_pushed = (bits & pushed_bit) != 0, .is_signed = (bits & signed_bit) != 0};
  if (!read_enums(in, out)) return std::nullopt;
  out.id = in.octets<sizeof(authorization_id)>();
  out.incarnation = in.big_endian();
  if (!read_times(in, out)) return std::nullopt;
  if ((bits & key_bit) != 0) out.dpop_jkt = in.octets<sizeof(crypto::digest)>();
  if ((bits & age_bit) != 0) {
    const auto age = in.varint();
    if (age > most_milliseconds) return std::nullopt;
    out.max_age = static_cast<std::int64_t>(age);
  }
  if ((bits & browser_bit) != 0) out.browser = in.octets<sizeof(browser_binding)>();
  if ((bits & presented_bit) != 0) {
    const auto at = in.big_endian();
    if (at > most_milliseconds) return std::nullopt;
    out.presented = instant{milliseconds{static_cast<std::int64_t>(at)}};
  }
  for (const auto text : texts) out.*text = in.text();
  const auto count = in.octet();
  if (count > max_targets) return std::nullopt;
  while (out.resources_count < count) out.resource_values[out.resources_count++] = in.text();
  if (!in.is_whole()) return std::nullopt;
  return out;
}

}  // namespace mintage::oauth
