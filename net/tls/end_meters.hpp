/// @file
/// The metric that shows when the files of certificates end.
#pragma once

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "metrics/group.hpp"
#include "net/server.hpp"

namespace mintage::net {

/// Set by one thread.
struct alignas(64) end_meters : metrics::meter_group {
  static constexpr auto keys = std::array<std::string_view, 6>{
      "http.tls.certificate", "http.tls.second_certificate", "http.tls.client_ca",
      "http.tls.client_crl",  "admin.tls.certificate",       "admin.tls.second_certificate"};

  /// Shows what is in use. A file that was not named is not on the page.
  void show(const std::vector<file_end>& all) noexcept {
    for (const auto& one : all) {
      const auto at = std::find(keys.begin(), keys.end(), one.key);
      const auto seconds = one.ends.time_since_epoch().count();
      if (at == keys.end() || seconds < 0) continue;
      ends[static_cast<std::size_t>(at - keys.begin())].set(static_cast<std::uint64_t>(seconds));
    }
  }

  std::array<metrics::gauge, keys.size()> ends =
      metrics::make_cells<metrics::gauge, keys.size()>([this](std::size_t i) {
        return metrics::gauge{
            *this,
            {"mintage_certificate_end_seconds",
             "When the first certificate or list in a file ends, in seconds since 1970.",
             metrics::metric_type::gauge},
            {{"key", std::string{keys[i]}}},
            metrics::shown::once_used};
      });
};

}  // namespace mintage::net
