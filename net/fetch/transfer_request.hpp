/// @file
/// What is asked of a host. For net/fetch/*.cpp only.
#pragma once

#include <optional>
#include <string>

namespace mintage::net {

/// What is asked of a host.
struct transfer_request {
  /// Of the document that the caller has; empty = it has none.
  std::string etag;
  /// What is posted; nothing = the document is asked for.
  std::optional<std::string> form{};
};

}  // namespace mintage::net
