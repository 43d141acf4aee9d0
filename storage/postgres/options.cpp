#include "storage/postgres/options.hpp"

#include "storage/postgres/address.hpp"

namespace mintage::storage {
namespace {

using namespace std::chrono_literals;

constexpr auto most_shards = std::size_t{64};

/// @returns what is wrong with one entry of `shards`; empty = nothing.
std::string fault_of(const std::string& conninfo) {
  if (postgres::has_password(conninfo))
    return "must not hold a password: effective settings are printed. Use passfile=, or client "
           "certificates.";
  const auto address = postgres::parse_address(conninfo);
  return address ? std::string{} : "must be connection strings of libpq: " + address.error() + ".";
}

}  // namespace

std::vector<oauth::config_error> check(const postgres_options& o) {
  auto errors = std::vector<oauth::config_error>{};
  const auto demand = [&](bool holds, std::string_view key, std::string sentence) {
    if (!holds) errors.push_back({"storage.postgres." + std::string{key}, std::move(sentence)});
  };
  const auto is_within = [](auto v, auto least, auto most) { return v >= least && v <= most; };
  demand(is_within(o.shards.size(), std::size_t{1}, most_shards), "shards",
         "must name 1 to 64 databases.");
  for (const auto& conninfo : o.shards) {
    if (auto fault = fault_of(conninfo); !fault.empty()) demand(false, "shards", std::move(fault));
  }
  demand(is_within(o.write_links, 1U, 8U), "write_links", "must be from 1 to 8.");
  demand(is_within(o.read_links, 1U, 8U), "read_links", "must be from 1 to 8.");
  demand(is_within(o.gather, 0ms, 20ms), "gather", "must be 0ms to 20ms.");
  demand(is_within(o.patience, 100ms, 30'000ms), "patience", "must be 100ms to 30s.");
  demand(is_within(o.resolve, o.patience, 60'000ms), "resolve",
         "must be at least storage.postgres.patience, and at most 60s.");
  demand(is_within(o.poll, 50ms, 1'000ms), "poll", "must be 50ms to 1s.");
  demand(is_within(o.lease, 4 * o.poll, 10'000ms), "lease",
         "must be at least four times storage.postgres.poll, and at most 10s.");
  demand(is_within(o.max_clock_skew, 0ms, 30'000ms), "max_clock_skew", "must be 0s to 30s.");
  return errors;
}

}  // namespace mintage::storage
