/// @file
/// Fuzzes a client assertion: a compact JWS as it is presented. After a first line "parts", the
/// second line is a JOSE header and the rest are claims.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/base64.hpp"
#include "oauth/client/assertion.hpp"

namespace {

using namespace mintage;

constexpr auto now = oauth::instant{oauth::seconds{1'800'000'000}};

std::string compact_of(std::string_view text) {
  constexpr auto mark = std::string_view{"parts\n"};
  if (!text.starts_with(mark)) return std::string{text};
  text.remove_prefix(mark.size());
  const auto end = std::min(text.find('\n'), text.size());
  return crypto::base64url(text.substr(0, end)) + '.' +
         crypto::base64url(text.substr(std::min(end + 1, text.size()))) + ".c2ln";
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto compact = compact_of({reinterpret_cast<const char*>(data), size});
  const auto subject = oauth::peek_subject(compact);
  const auto read = oauth::read_assertion(compact);
  if (!read) return 0;
  if (subject != read->client_id || read->client_id.empty()) __builtin_trap();
  static const auto issuer = std::string{"https://as.example"};
  static const auto urls = std::vector<std::string>{"https://as.example/token"};
  auto c = oauth::client{};
  c.id = read->client_id;
  c.assertion_aud = oauth::aud_mode::compat;
  const auto use = oauth::check_claims(*read, c, {issuer, urls}, now);
  if (!use) return 0;
  // What is accepted is recorded for a bounded time, and not for an age that is past.
  if (use->jti.empty() || use->expires <= now || use->usable_from > now ||
      use->expires > now + oauth::assertion_max_age + 2 * oauth::clock_skew)
    __builtin_trap();
  c.profile = oauth::client_profile::fapi2;
  const auto strict = oauth::check_claims(*read, c, {issuer, urls}, now);
  if (strict && read->claims.string("aud") != issuer) __builtin_trap();
  return 0;
}
