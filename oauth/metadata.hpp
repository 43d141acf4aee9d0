/// @file
/// The discovery documents. (MET-01 to MET-03)
#pragma once

#include <string>

#include "oauth/endpoints.hpp"
#include "oauth/options.hpp"
#include "oauth/token/key_ring.hpp"

namespace mintage::oauth {

/// The content of both discovery documents. Announces only what exists (MET-02).
[[nodiscard]] std::string render_metadata(const options& o, const key_ring& ring);

/// A public document, with its strong ETag (quotes included).
struct document {
  std::string body;
  std::string etag;
};
[[nodiscard]] document make_document(std::string body);

/// The documents that public GET requests read. Immutable, replaced as a whole.
struct public_documents {
  document jwks;
  document metadata;
};

}  // namespace mintage::oauth
