/// @file
/// The counters of fetches. docs/OPERATIONS.md lists them.
#pragma once

#include <array>
#include <string>

#include "metrics/group.hpp"
#include "service/document_fetcher.hpp"

namespace mintage::net {

constexpr auto fetches_total =
    metrics::metric{"mintage_fetches_total", "Documents asked of other hosts, by result."};

/// Written by the fetcher's thread, except for `refused`.
struct alignas(64) fetch_meters : metrics::meter_group {
  metrics::counter fetched{*this, fetches_total, {{"result", "ok"}}};
  metrics::counter unchanged{*this, fetches_total, {{"result", "unchanged"}}};
  std::array<metrics::shared_counter, service::fetch_failures.size()> refused =
      metrics::make_cells<metrics::shared_counter, service::fetch_failures.size()>(
          [this](std::size_t i) {
            return metrics::shared_counter{
                *this,
                fetches_total,
                {{"result", std::string{to_string(service::fetch_failures[i])}}},
                metrics::shown::once_used};
          });
  metrics::duration_histogram fetch_ns{
      *this,
      {"mintage_fetch_seconds", "From the start of a fetch to its end.",
       metrics::metric_type::histogram, metrics::nanosecond}};
  metrics::gauge in_flight{
      *this, {"mintage_fetches_in_flight", "Fetches in progress.", metrics::metric_type::gauge}};
  metrics::gauge waiting{
      *this,
      {"mintage_fetches_waiting", "Fetches that wait to begin.", metrics::metric_type::gauge}};

  void note(const service::fetch_outcome& o) noexcept {
    if (!o)
      refused[static_cast<std::size_t>(o.error())].add();
    else
      (o->is_unchanged ? unchanged : fetched).add();
  }
};

}  // namespace mintage::net
