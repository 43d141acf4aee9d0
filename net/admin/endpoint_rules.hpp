/// @file
/// What each path of the admin listener takes, as a table. Internal to net/.
#pragma once

#include <string_view>

#include "net/http/request_parser.hpp"
#include "net/router.hpp"

namespace mintage::net {

/// A row of the table.
struct admin_endpoint_rules {
  admin_endpoint id = admin_endpoint::unknown;
  /// The methods, as the field `Allow` lists them.
  std::string_view allow{};
  /// A body without members, and its type, may be left out. A cutoff has no body.
  bool body_may_be_empty = false;
  /// The mint token is enough.
  bool is_of_login_page = false;

  [[nodiscard]] bool takes(http_method m) const noexcept;
};

[[nodiscard]] const admin_endpoint_rules& rules_of(admin_endpoint e) noexcept;

}  // namespace mintage::net
