#include "oauth/token/presented_jwt.hpp"

#include <utility>

#include "crypto/base64.hpp"
#include "oauth/denial_reasons.hpp"
#include "oauth/request/text.hpp"

namespace mintage::oauth {
namespace {

struct jws_parts {
  std::string_view header;
  std::string_view payload;
  std::string_view signature;
  std::string_view signed_text;
};

std::optional<jws_parts> split(std::string_view compact) {
  const auto first = compact.find('.');
  if (first == compact.npos) return std::nullopt;
  const auto second = compact.find('.', first + 1);
  if (second == compact.npos || compact.find('.', second + 1) != compact.npos) return std::nullopt;
  return jws_parts{compact.substr(0, first), compact.substr(first + 1, second - first - 1),
                   compact.substr(second + 1), compact.substr(0, second)};
}

std::optional<json_object> read_part(std::string_view encoded) {
  const auto text = crypto::base64url_decode(encoded);
  return text ? json_object::read(*text) : std::nullopt;
}

}  // namespace

std::optional<std::string_view> presented_jwt::kid() const {
  if (!header.has("kid")) return std::nullopt;
  return header.string("kid").value_or("");
}

bool presented_jwt::has_typ(std::string_view wanted) const {
  constexpr auto prefix = std::string_view{"application/"};
  auto found = header.string("typ").value_or("");
  if (found.size() > prefix.size() && equals_lower(found.substr(0, prefix.size()), prefix)) {
    found.remove_prefix(prefix.size());
  }
  return equals_lower(found, wanted);
}

tl::expected<presented_jwt, denial_reason> read_presented_jwt(std::string_view compact) {
  const auto refuse = [](denial_reason why) { return tl::unexpected{why}; };
  if (compact.size() > max_jwt_size) return refuse("token is longer than 16 KiB");
  const auto parts = split(compact);
  if (!parts) return refuse("token is not a compact JWS of three parts");
  auto header = read_part(parts->header);
  if (!header) return refuse("JOSE header is not strict base64url of a strict JSON object");
  if (header->has("crit") || header->has("b64")) return refuse("JOSE header has crit or b64");
  auto signature = crypto::base64url_decode(parts->signature);
  if (!signature) return refuse("signature is not strict base64url");
  return presented_jwt{std::move(*header), parts->signed_text, parts->payload,
                       std::move(*signature)};
}

tl::expected<json_object, denial_reason> read_jwt_claims(std::string_view payload) {
  auto claims = read_part(payload);
  if (!claims) {
    return tl::unexpected{denial_reason{"claims are not strict base64url of a strict JSON object"}};
  }
  return std::move(*claims);
}

}  // namespace mintage::oauth
