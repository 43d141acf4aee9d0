/// @file
/// The public keys of a server, for the verification of its tokens.
#pragma once

#include <boost/json/object.hpp>
#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace mintage::bench {

class jwks {
 public:
  /// @param json a JWK set (RFC 7517 §5).
  /// @throws std::runtime_error when it is not a JWK set.
  explicit jwks(std::string_view json);

  /// Whether `compact` is a JWS by the key that its header names, and that key fits its `alg`.
  [[nodiscard]] bool verifies(std::string_view compact) const;

 private:
  std::map<std::string, boost::json::object, std::less<>> by_kid_;
};

}  // namespace mintage::bench
