#include "loopback/postgres_group.hpp"

#include <utility>

namespace mintage::loopback {

using steady = std::chrono::steady_clock;

namespace {

std::chrono::milliseconds since(steady::time_point begin) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(steady::now() - begin);
}

}  // namespace

postgres_group::postgres_group(replication kind, postgres_options options) : kind_{kind} {
  servers_[0] = std::make_unique<postgres>("a", std::move(options));
  // Nothing commits before the standbys stream: with a quorum it would wait for them.
  if (kind_ == replication::quorum) primary().set_synchronous("ANY 1 (a,b,c)");
  servers_[1] = primary().make_standby("b");
  servers_[2] = primary().make_standby("c");
  primary().await_standbys(2);
}

std::string postgres_group::conninfo(const std::string& database) const {
  auto hosts = std::string{};
  auto ports = std::string{};
  for (const auto& each : servers_) {
    const auto* comma = hosts.empty() ? "" : ",";
    hosts += comma + std::string{"127.0.0.1"};
    ports += comma + std::to_string(each->port());
  }
  return "host=" + hosts + " port=" + ports + " user=postgres dbname=" + database;
}

std::chrono::milliseconds postgres_group::promote_standby() {
  const auto begin = steady::now();
  const auto one = (primary_ + 1) % size;
  const auto other = (primary_ + 2) % size;
  const auto is_one = server(one).received_lsn() >= server(other).received_lsn();
  primary_ = is_one ? one : other;
  primary().promote();
  server(is_one ? other : one).follow(primary());
  return since(begin);
}

std::chrono::milliseconds postgres_group::fail_over() {
  const auto begin = steady::now();
  primary().kill();
  promote_standby();
  return since(begin);
}

void postgres_group::renew(std::size_t i) {
  const auto name = server(i).name();
  const auto port = server(i).port();
  servers_.at(i).reset();
  servers_.at(i) = primary().make_standby(name, port);
}

void postgres_group::restore(std::size_t i) {
  for (auto other = std::size_t{0}; other < size; ++other) {
    if (other != i && server(other).is_running()) server(other).kill();
  }
  server(i).start();
  server(i).promote();
  primary_ = i;
  for (auto other = std::size_t{0}; other < size; ++other) {
    if (other != i) renew(other);
  }
  primary().await_standbys(2);
}

}  // namespace mintage::loopback
