/// @file
/// Which requests of a client would pass, and why the others would not: `mintage client check`.
#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "oauth/client/registry.hpp"

namespace mintage::app {

/// One request that a client could make.
struct checked_request {
  std::string request;
  bool passes = true;
  /// Why it would be refused, or what is to be known besides; may be empty.
  std::string remark;
  /// The rule of PROTOCOL.md that refuses; empty when it passes.
  std::string_view rule{};
};

/// What is checked besides all that the client is registered for.
struct check_questions {
  std::vector<std::string> redirect_uris{};
  /// Scope tokens of one request, separated by spaces; empty = all that are registered.
  std::string scope{};
  std::vector<std::string> resources{};
};

/// The client of GET /admin/clients/{id}, as far as the rules need it.
/// @throws command_error for a method or a grant that this program does not know.
[[nodiscard]] oauth::client client_from(const boost::json::object& client);
/// The resources of GET /admin/resources.
[[nodiscard]] std::vector<oauth::resource> resources_from(const boost::json::object& answer);

/// Applies the rules of the server to the requests that a client can make. What depends on a grant,
/// on a secret's text or on a proof cannot be known here.
[[nodiscard]] std::vector<checked_request> check_requests(const oauth::client& c,
                                                          const oauth::client_registry& known,
                                                          const check_questions& asked,
                                                          oauth::instant now);

}  // namespace mintage::app
