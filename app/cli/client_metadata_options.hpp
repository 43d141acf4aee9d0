/// @file
/// The metadata of a client as options of `mintage client add` and `mintage client change`.
#pragma once

#include <array>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "oauth/client/certificate_subject.hpp"

namespace CLI {
class App;
}

namespace mintage::app {

/// Options that are not given are not sent: the server has the defaults and the rules.
struct client_metadata_options {
  std::string name;
  std::vector<std::string> redirect_uris;
  std::string scope;
  std::vector<std::string> grant_types;
  std::string auth_method;
  bool is_public = false;
  std::string id_token_alg;
  /// Empty = plain JSON.
  std::optional<std::string> userinfo_alg;
  std::string rt_mode;
  std::string subject_type;
  std::string sector_uri;
  std::vector<std::string> resources;
  std::vector<std::string> origins;
  /// What is on or off, by its member in the body.
  std::map<std::string_view, bool> switches;
  // Seconds; 0 = those of the config.
  std::optional<std::int64_t> access_token_ttl;
  std::optional<std::int64_t> id_token_ttl;
  std::optional<std::int64_t> refresh_idle;
  std::optional<std::int64_t> refresh_absolute;
  /// A JSON object.
  std::string access_token_claims;
  /// One for each row of `oauth::subject_fields`.
  std::array<std::string, oauth::subject_fields.size()> certificate_subjects;
  /// A file with a JWK set, or with one JWK.
  std::string jwks_file;
  std::string jwks_uri;
  std::string assertion_alg;
  std::string assertion_aud;
  std::string profile;
  std::string request_alg;
  std::string response_alg;
  /// Seconds; -1 = none.
  std::optional<std::int64_t> default_max_age;
  std::string client_uri;
  std::string logo_uri;
  std::vector<std::string> post_logout_redirect_uris;
  std::string backchannel_logout_uri;

  /// The request body, with the member names of RFC 7591 and of the server.
  /// @throws command_error (usage) for claims that are not JSON, and for a file that is not a sound
  ///         set of public keys: a private key is not even sent.
  [[nodiscard]] boost::json::object body() const;
};

/// The JWK set of a file. A single JWK becomes a set of one.
/// @param option what names the file, for errors.
/// @throws command_error (usage) for a file that is not a sound set of public keys.
[[nodiscard]] boost::json::value read_jwks(const char* option, const std::string& file);

/// Adds all of them, for a new client.
void add_metadata_options(CLI::App& command, client_metadata_options& o);
/// Adds those that `mintage client change` has too: all but the way to authenticate.
void add_changeable_options(CLI::App& command, client_metadata_options& o);

}  // namespace mintage::app
