#include "oauth/grant/confirmation.hpp"

#include <algorithm>

#include "crypto/base64.hpp"
#include "oauth/request/json_reader.hpp"
#include "oauth/request/json_writer.hpp"

namespace mintage::oauth {
namespace {

constexpr auto claim = std::string_view{"cnf"};
constexpr auto jkt_member = std::string_view{"jkt"};
constexpr auto x5t_member = std::string_view{"x5t#S256"};

/// @returns false when the member is there and is no thumbprint.
bool read_member(const json_object& claims, std::string_view name,
                 std::optional<crypto::digest>& to) {
  if (!claims.has(claim, name)) return true;
  to = read_thumbprint(claims.string(claim, name).value_or(""));
  return to.has_value();
}

}  // namespace

std::string render(const confirmation& c) {
  auto out = std::string{};
  auto json = json_writer{out};
  if (c.jkt) json.string(jkt_member, crypto::base64url(*c.jkt));
  if (c.x5t) json.string(x5t_member, crypto::base64url(*c.x5t));
  json.end();
  return out;
}

std::optional<confirmation> read_confirmation(const json_object& claims) {
  auto out = confirmation{};
  if (!claims.has(claim)) return out;
  if (!read_member(claims, jkt_member, out.jkt) || !read_member(claims, x5t_member, out.x5t)) {
    return std::nullopt;
  }
  return out.empty() ? std::nullopt : std::optional{out};
}

std::optional<crypto::digest> read_thumbprint(std::string_view text) {
  auto out = crypto::digest{};
  if (text.size() != crypto::base64url_size(out.size())) return std::nullopt;
  const auto octets = crypto::base64url_decode(text);
  if (!octets) return std::nullopt;
  std::copy(octets->begin(), octets->end(), out.begin());
  return out;
}

}  // namespace mintage::oauth
