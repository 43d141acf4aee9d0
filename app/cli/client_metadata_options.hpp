/// @file
/// The metadata of a new client as options of `mintage client add`.
#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace mintage::app {

/// Options that are empty or off are not sent: the server has the defaults and the rules.
struct client_metadata_options {
  std::string name;
  std::vector<std::string> redirect_uris;
  std::string scope;
  std::vector<std::string> grant_types;
  std::string auth_method;
  bool is_public = false;
  std::string id_token_alg;
  std::string rt_mode;
  bool without_pkce = false;
  bool strict_auth_method = false;
  bool without_basic_raw_compat = false;
  bool rt_without_offline = false;

  /// The request body, with the member names of RFC 7591 and of the server.
  [[nodiscard]] boost::json::object body() const;
};

void add_metadata_options(CLI::App& command, client_metadata_options& o);

}  // namespace mintage::app
