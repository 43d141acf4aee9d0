/// @file
/// Refused requests that the server remembers, so that developers can be told why (TOK-17, TOK-21).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "oauth/types.hpp"

namespace mintage::oauth {

/// One refused request. Texts of the caller are escaped and cut; no secret, token or code is in it.
struct refused_request {
  /// X-Request-Id of the answer.
  std::string id;
  instant at{};
  /// A literal: the label of the endpoint, or "http" and "admin".
  std::string_view endpoint;
  /// The name of the grant, a literal; empty where there is none.
  std::string_view grant;
  /// The client as the request names it: may be empty or untrue.
  std::string client;
  denial why;
  /// What came, where that helps: see oauth/request/came.hpp.
  std::string came;
};

/// GET /admin/refusals/{request_id}. The gateway answers it.
struct show_refusal {
  std::string request_id;
};
/// GET /admin/refusals?last=N. The gateway answers it.
struct list_refusals {
  static constexpr std::size_t most = 1000;
  std::size_t last = 20;
};
/// Newest first.
struct refusal_list {
  std::vector<refused_request> refusals;
};

}  // namespace mintage::oauth
