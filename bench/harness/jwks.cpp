#include "bench/harness/jwks.hpp"

#include <boost/json.hpp>
#include <stdexcept>

#include "loopback/jws_check.hpp"

namespace mintage::bench {

namespace json = boost::json;
using loopback::text_of;

jwks::jwks(std::string_view text) {
  auto error = boost::system::error_code{};
  const auto root = json::parse(json::string_view{text.data(), text.size()}, error);
  const auto* object = error ? nullptr : root.if_object();
  const auto* keys = object == nullptr ? nullptr : object->if_contains("keys");
  if (keys == nullptr || !keys->is_array()) throw std::runtime_error{"not a JWK set"};
  for (const auto& each : keys->get_array()) {
    if (each.is_object()) by_kid_.emplace(text_of(each.get_object(), "kid"), each.get_object());
  }
}

bool jwks::verifies(std::string_view compact) const {
  try {
    const auto token = loopback::read_jws(compact);
    const auto found = by_kid_.find(text_of(token.header, "kid"));
    return found != by_kid_.end() && loopback::is_signed_by(token, found->second);
  } catch (const std::runtime_error&) {
    return false;  // no JWS, or no key
  }
}

}  // namespace mintage::bench
