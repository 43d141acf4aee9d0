/// @file
/// Metrics of the loop of one shard.
#pragma once

#include <string>

#include "metrics/group.hpp"
#include "storage/postgres/statements.hpp"

namespace mintage::storage::postgres {

/// Written by the loop's thread.
struct alignas(64) loop_meters : metrics::meter_group {
  /// @param shard its number, from 0.
  explicit loop_meters(const std::string& shard)
      : up{*this,
           {"mintage_store_up", "Whether the shard of the database takes writes.",
            metrics::metric_type::gauge},
           {{"shard", shard}}},
        links{*this,
              {"mintage_store_links", "Connections to the shard that are in use.",
               metrics::metric_type::gauge},
              {{"shard", shard}}},
        waiting{*this,
                {"mintage_store_waiting", "Operations that wait for a connection or for another.",
                 metrics::metric_type::gauge},
                {{"shard", shard}}},
        timeline{*this,
                 {"mintage_store_timeline",
                  "PostgreSQL's timeline of the primary; grows with each promotion.",
                  metrics::metric_type::gauge},
                 {{"shard", shard}}},
        lost_links{*this,
                   {"mintage_store_links_lost_total", "Connections to the shard that were lost."},
                   {{"shard", shard}}},
        round_size{*this,
                   {"mintage_store_round_size", "Operations in one commit of the shard.",
                    metrics::metric_type::histogram},
                   {{"shard", shard}}},
        round_ns{*this,
                 {"mintage_store_round_seconds", "Time from sending a round until it is durable.",
                  metrics::metric_type::histogram, metrics::nanosecond},
                 {{"shard", shard}}},
        read_ns{*this,
                {"mintage_store_read_seconds", "Time from sending reads until they are answered.",
                 metrics::metric_type::histogram, metrics::nanosecond},
                {{"shard", shard}}},
        unknown{*this,
                {"mintage_store_unknown_total",
                 "Operations whose outcome could not be found out, by the statement they were at."},
                "statement"},
        resent{*this,
               {"mintage_store_resent_total",
                "Operations that were sent again after a lost answer, by statement."},
               "statement"} {}

  metrics::gauge up;
  metrics::gauge links;
  metrics::gauge waiting;
  metrics::gauge timeline;
  metrics::counter lost_links;
  metrics::size_histogram round_size;
  metrics::duration_histogram round_ns;
  metrics::duration_histogram read_ns;
  metrics::text_counter unknown;
  metrics::text_counter resent;
};

}  // namespace mintage::storage::postgres
