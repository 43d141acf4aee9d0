#include "bench/harness/cluster_nodes.hpp"

#include <future>
#include <iterator>
#include <stdexcept>

#include "loopback/server_start.hpp"

namespace mintage::bench {
namespace {

void make_tables(const std::filesystem::path& program, const node_settings& settings) {
  const auto folder = loopback::temporary_folder{};
  const auto config = folder.path() / "mintage.toml";
  const auto log = folder.path() / "log";
  loopback::write_file(config, loopback::render(settings));
  auto init =
      loopback::child_process{{program.string(), "db", "init", "--config", config.string()}, log};
  const auto code = init.wait(std::chrono::minutes{1});
  const auto output = init.finish();
  if (code != 0)
    throw std::runtime_error{"mintage db init failed\n" + output + loopback::read_file(log)};
}

}  // namespace

loopback::postgres_options database_options(const std::filesystem::path& place) {
  return {.is_synced = true,
          .place = place,
          .settings = {"shared_buffers=1GB", "max_wal_size=8GB", "min_wal_size=1GB"}};
}

server_pair::server_pair(const std::filesystem::path& place)
    : primary{std::make_unique<loopback::postgres>("a", database_options(place))} {
  standby = primary->make_standby("b");
  primary->set_synchronous("b");
  primary->await_standbys(1);
}

nodes start_nodes(const std::filesystem::path& program, const std::string& conninfo,
                  std::size_t count, node_settings settings) {
  settings["storage.engine"] = "\"postgres\"";
  settings["storage.postgres.shards"] = "[\"" + conninfo + "\"]";
  make_tables(program, settings);
  auto out = nodes{};
  while (out.size() < count) {
    const auto* first = out.empty() ? nullptr : out.front().get();
    out.push_back(target_server::start(program, settings, {}, {}, first));
  }
  return out;
}

std::vector<std::string> mint_at_all(const nodes& all, const client& who, std::string_view scope,
                                     std::size_t count) {
  auto parts = std::vector<std::future<std::vector<std::string>>>{};
  for (auto i = std::size_t{0}; i < all.size(); ++i) {
    const auto share = count / all.size() + (i < count % all.size() ? 1 : 0);
    parts.push_back(
        std::async(std::launch::async, [&, i, share] { return all[i]->mint(who, scope, share); }));
  }
  auto out = std::vector<std::string>{};
  for (auto& each : parts) {
    auto codes = each.get();
    std::move(codes.begin(), codes.end(), std::back_inserter(out));
  }
  return out;
}

}  // namespace mintage::bench
