#include "oauth/authorization/continuation.hpp"

#include <algorithm>
#include <utility>

#include "crypto/base64.hpp"
#include "oauth/authorization/octets.hpp"
#include "oauth/denial_reasons.hpp"

namespace mintage::oauth {
namespace {

constexpr auto version = std::uint8_t{1};

/// The texts of the answer, in their order.
constexpr auto texts = std::array{
    &authorization_response::code,
    &authorization_response::error,
    &authorization_response::error_description,
    &authorization_response::state,
    &authorization_response::iss,
    &authorization_response::response,
};

void append_encoded(std::string& out, const continuation& c) {
  out += static_cast<char>(version);
  out += static_cast<char>(c.is_form);
  append_octets(out, c.browser);
  append_big_endian(out, static_cast<std::uint64_t>(c.expires.time_since_epoch().count()));
  append_text(out, c.redirect_uri);
  for (const auto text : texts) append_text(out, c.answer.*text);
}

std::optional<continuation> read_encoded(std::string_view octets) noexcept {
  auto in = octet_reader{octets};
  if (in.octet() != version) return std::nullopt;
  auto out = continuation{};
  const auto form = in.octet();
  out.is_form = form == 1;
  out.browser = in.octets<sizeof(browser_binding)>();
  out.expires = instant{milliseconds{static_cast<std::int64_t>(in.big_endian())}};
  out.redirect_uri = in.text();
  for (const auto text : texts) out.answer.*text = in.text();
  if (form > 1 || !in.is_whole()) return std::nullopt;
  return out;
}

}  // namespace

std::string make_continuation(const continuation& c, url_seal& seal, instant now) {
  auto octets = std::string{};
  append_encoded(octets, c);
  return crypto::base64url(seal.seal(sealed_kind::continuation, octets, now));
}

std::optional<std::string_view> find_continuation(std::string_view query) noexcept {
  auto found = std::optional<std::string_view>{};
  while (!query.empty()) {
    const auto pair = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(query.size(), pair.size() + 1));
    const auto equals = pair.find('=');
    if (equals == pair.npos || pair.substr(0, equals) != continuation_parameter) continue;
    if (found) return std::nullopt;
    found = pair.substr(equals + 1);
  }
  return found;
}

std::optional<opened_continuation> open_continuation(std::string_view text, url_seal& seal,
                                                     instant now) {
  const auto sealed = crypto::base64url_decode(text);
  if (!sealed) return std::nullopt;
  auto octets = seal.open(sealed_kind::continuation, *sealed, now);
  if (!octets) return std::nullopt;
  auto out = opened_continuation{};
  out.octets_ = std::move(*octets);
  const auto read = read_encoded(out.octets_.reveal());
  if (!read || read->expires <= now) return std::nullopt;
  out.value_ = *read;
  return out;
}

denial unknown_continuation() noexcept {
  return {errc::invalid_request, "this address has expired, or is not complete",
          "continuation is unknown, expired or altered"};
}

denial continuation_of_another_browser() noexcept {
  return {errc::invalid_request, "this was begun in another browser, or cookies are off",
          "continuation in another browser than the request"};
}

}  // namespace mintage::oauth
