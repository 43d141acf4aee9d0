/// @file
/// The discovery documents and the paths they live at. (MET-01 to MET-03)
#pragma once

#include <string>

#include "oauth/options.hpp"
#include "oauth/token/key_ring.hpp"

namespace mintage::oauth {

/// Paths of the public endpoints. With an issuer that has a path of its own ("https://h/t") the
/// endpoints lie below it, and the RFC 8414 document at
/// "/.well-known/oauth-authorization-server/t".
struct endpoint_paths {
  std::string token;                 ///< "/token"
  std::string introspection;         ///< "/introspect"
  std::string revocation;            ///< "/revoke"
  std::string userinfo;              ///< "/userinfo"
  std::string jwks;                  ///< "/jwks"
  std::string openid_configuration;  ///< Discovery §4
  std::string oauth_metadata;        ///< RFC 8414 §3
};
[[nodiscard]] endpoint_paths paths_of(const options& o);

/// Both discovery documents have this content; only what exists is announced (MET-02).
[[nodiscard]] std::string render_metadata(const options& o, const key_ring& ring);

/// A public document as it is served, with its strong ETag (quotes included).
struct document {
  std::string body;
  std::string etag;
};
[[nodiscard]] document make_document(std::string body);

/// What public GET requests read; immutable, replaced as a whole.
struct public_documents {
  document jwks;
  document metadata;
};

}  // namespace mintage::oauth
