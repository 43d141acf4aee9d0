/// @file
/// The URLs that may be fetched. (CAU-11)
#pragma once

#include <string>
#include <tl/expected.hpp>

#include "net/fetch/curl.hpp"
#include "net/fetch/options.hpp"
#include "service/document_fetcher.hpp"

namespace mintage::net {

/// A URL that may be fetched, as libcurl reads it: what is checked here is what is asked later.
struct fetch_url {
  /// Octets of a URL at most.
  static constexpr std::size_t longest = 2048;

  curl_url_ptr parsed;
  /// In lower case, without brackets and trailing dot.
  std::string host;

  /// Reads a URL and applies the rules that need no look-up of a name: https without user and
  /// fragment, TCP port 443 or one from 1024 on, a host that `o` allows, and no address that is not
  /// public.
  /// @returns bad_url or not_public otherwise.
  [[nodiscard]] static tl::expected<fetch_url, service::fetch_failure> read(const std::string& url,
                                                                            const fetch_options& o);
};

}  // namespace mintage::net
