#include "oauth/request/basic.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "crypto/base64.hpp"
#include "crypto/secret.hpp"
#include "oauth/request/form.hpp"
#include "oauth/request/text.hpp"

namespace mintage::oauth {
namespace {

/// Replaces the Base64 in `authorization` by the decoded octets.
/// @returns a view of them; empty when they cannot be decoded or are empty, which is no Basic value
///          either.
std::string_view reveal_value(std::span<char> authorization) {
  const auto text = std::string_view{authorization.data(), authorization.size()};
  if (!equals_lower(text.substr(0, 6), "basic ")) return {};
  const auto begin = text.find_first_not_of(' ', 6);
  if (begin == std::string_view::npos) return {};
  auto octets = crypto::base64_decode(text.substr(begin));
  if (!octets) return {};
  const auto value = crypto::secret_string{*std::move(octets)};
  // Three octets for four characters: they fit, and views into them stay valid with the request.
  std::copy(value.reveal().begin(), value.reveal().end(), authorization.begin());
  return text.substr(0, value.reveal().size());
}

}  // namespace

bool read_basic(std::span<char> authorization, presented_credentials& who,
                std::unique_ptr<std::string>& decoded) {
  const auto value = reveal_value(authorization);
  const auto colon = value.find(':');
  if (colon == std::string_view::npos || colon == 0 || colon + 1 == value.size()) return false;
  who.id = who.raw_id = value.substr(0, colon);
  who.secret = who.raw_secret = value.substr(colon + 1);
  if (value.find_first_of("%+") == std::string_view::npos) return true;

  auto text = std::make_unique<std::string>(value);
  const auto octets = std::span{*text};
  const auto id_size = decode_component(octets.first(colon));
  const auto secret_size = decode_component(octets.subspan(colon + 1));
  // When one half is broken, the client does not form-encode at all.
  who.raw_only = !id_size || !secret_size;
  if (who.raw_only) return true;
  who.id = {octets.data(), *id_size};
  who.secret = {octets.data() + colon + 1, *secret_size};
  decoded = std::move(text);
  return true;
}

}  // namespace mintage::oauth
