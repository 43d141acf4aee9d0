/// @file
/// Fuzzes the query of an authorization request: what is accepted survives its encoding, and every
/// answer goes to a registered redirect URI.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "oauth/authorization/authorization_check.hpp"
#include "oauth/authorization/authorization_response.hpp"
#include "oauth/authorization/description.hpp"
#include "oauth/authorization/encoding.hpp"
#include "oauth/authorization/page.hpp"
#include "oauth/request/json_reader.hpp"
#include "tests/unit/oauth/counting_random.hpp"

namespace {

using namespace mintage;

constexpr auto now = oauth::instant{oauth::seconds{1'800'000'000}};

void require(bool holds) {
  if (!holds) __builtin_trap();
}

const oauth::client_registry& clients() {
  static const auto made = [] {
    auto app = oauth::client{};
    app.id = "app";
    app.redirect_uris = {"https://app.example/cb", "http://127.0.0.1/cb?x=1"};
    app.scopes = {"openid", "api"};
    app.allowed_resources = {"https://api.example"};
    auto one = app;
    one.id = "one";
    one.require_pkce = false;
    one.redirect_uris.pop_back();
    return oauth::client_registry{
        {app, one},
        {{.as = {.identifier = "https://api.example"}, .scopes = {"api"}, .resource_servers = {}}}};
  }();
  return made;
}

/// Everything in the answer is plain, and it begins with the redirect URI.
void check_target(const oauth::response_target& to, const oauth::client& c) {
  static const auto o = oauth::options{};
  require(c.has_redirect_uri(to.redirect_uri));
  auto location = std::string{};
  const auto r = oauth::authorization_response::failure("invalid_request", "x", to, o);
  oauth::append_location(location, to.redirect_uri, r);
  require(location.starts_with(to.redirect_uri));
  for (const auto ch : location) require(ch > ' ' && ch < '\x7f');
  const auto page = oauth::render_form_post(to.redirect_uri, r);
  require(page.find("<script") == page.npos);
  require(oauth::json_object::read(oauth::response_claims(r, to, o, now)).has_value());
}

void check_accepted(const oauth::authorization_request& r, const oauth::client& c) {
  auto octets = std::string{};
  oauth::append_encoded(octets, r);
  const auto again = oauth::read_encoded_request(octets);
  require(again.has_value());
  auto second = std::string{};
  oauth::append_encoded(second, *again);
  require(second == octets);
  require(oauth::json_object::read(oauth::describe(*again, c)).has_value());
  require(oauth::recheck(r, clients()).has_value());
  check_target(oauth::target_of(r, c), c);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto octets = std::string{reinterpret_cast<const char*>(data), size};
  const auto sent = oauth::read_authorization_query(octets);
  if (!sent) return 0;
  const auto c = oauth::find_client(*sent, clients());
  if (!c) return 0;
  static_cast<void>(oauth::form_of(*sent, **c));
  auto random = oauth::test::counting_random{};
  const auto checked = oauth::check_authorization(*sent, **c, clients(), {}, {}, {}, now, random);
  if (checked) {
    check_accepted(*checked, **c);
  } else if (checked.error().to) {
    check_target(*checked.error().to, **c);
  }
  return 0;
}
