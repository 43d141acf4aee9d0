/// @file
/// Fuzzes handles, of logouts too, and continuations: as texts, and, after a first line "seal", as
/// the octets that are sealed in them. What is read has one spelling.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "crypto/base64.hpp"
#include "oauth/authorization/browser.hpp"
#include "oauth/authorization/continuation.hpp"
#include "oauth/authorization/encoding.hpp"
#include "oauth/authorization/handle.hpp"
#include "oauth/logout/end_session.hpp"

namespace {

using namespace mintage;

constexpr auto now = oauth::instant{oauth::seconds{1'800'000'000}};

void require(bool holds) {
  if (!holds) __builtin_trap();
}

void check_octets(std::string_view octets, oauth::url_seal& seal) {
  if (const auto read = oauth::read_encoded_request(octets)) {
    auto again = std::string{};
    oauth::append_encoded(again, *read);
    require(again == octets);
  }
  const auto sealed = seal.seal(oauth::sealed_kind::login_handle, octets, now);
  const auto opened = oauth::open_sealed(sealed, oauth::handle_use::login, seal, now);
  require(!opened || opened->get().expires > now);
  const auto text = crypto::base64url(seal.seal(oauth::sealed_kind::continuation, octets, now));
  const auto back = oauth::open_continuation(text, seal, now);
  require(!back || back->get().expires > now);
  const auto logout =
      "l." + crypto::base64url(seal.seal(oauth::sealed_kind::logout_handle, octets, now));
  if (const auto asked = oauth::open_logout_handle(logout, seal, now)) {
    require(asked->expires > now);
    require(oauth::open_logout_handle(oauth::make_logout_handle(*asked, seal, now), seal, now)
                .has_value());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr auto mark = std::string_view{"seal\n"};
  static auto seal = oauth::url_seal{crypto::digest{1}};
  static auto hash = crypto::sha256_hasher{};
  const auto text = std::string_view{reinterpret_cast<const char*>(data), size};
  if (text.starts_with(mark)) {
    check_octets(text.substr(mark.size()), seal);
    return 0;
  }
  require(!oauth::open_handle(text, oauth::handle_use::login, seal, now));
  require(!oauth::open_continuation(text, seal, now));
  require(!oauth::open_logout_handle(text, seal, now));
  if (const auto found = oauth::find_handle_record(text, hash)) {
    require(found->where.value < oauth::slots_count);
  }
  static_cast<void>(oauth::find_continuation(text));
  if (const auto browser = oauth::browser_cookie{"https://as.example"}.find(text)) {
    require(text.find(browser->text()) != text.npos);
  }
  return 0;
}
