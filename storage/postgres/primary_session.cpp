#include "storage/postgres/primary_session.hpp"

#include "storage/engine.hpp"
#include "storage/postgres/host_probe.hpp"

namespace mintage::storage::postgres {

session dial_primary(const std::string& conninfo, std::size_t shard) {
  const auto where = "shard " + std::to_string(shard);
  const auto address = parse_address(conninfo);
  if (!address) throw storage_error{where + ": " + address.error()};
  auto hosts = probe_hosts(*address);
  auto* primary = find_primary(hosts);
  if (primary != nullptr) return std::move(*primary->with);
  auto errors = std::string{};
  for (const auto& h : hosts) {
    errors += (errors.empty() ? "" : "; ") + h.name + ": " +
              (h.error.empty() ? "it is a standby" : h.error);
  }
  throw storage_error{where + " has no primary: " + errors};
}

}  // namespace mintage::storage::postgres
