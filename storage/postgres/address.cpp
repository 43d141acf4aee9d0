#include "storage/postgres/address.hpp"

#include <libpq-fe.h>

#include <algorithm>
#include <map>
#include <memory>

namespace mintage::storage::postgres {
namespace {

struct free_options {
  void operator()(PQconninfoOption* o) const noexcept { PQconninfoFree(o); }
};
using options = std::unique_ptr<PQconninfoOption, free_options>;

struct parsed {
  options all;
  std::string error;
};

parsed parse(std::string_view conninfo) {
  char* message = nullptr;
  auto all = options{PQconninfoParse(std::string{conninfo}.c_str(), &message)};
  auto error = std::string{message == nullptr ? "" : message};
  PQfreemem(message);
  while (!error.empty() && error.back() == '\n') error.pop_back();
  return {std::move(all), std::move(error)};
}

std::vector<std::string> split(const std::string& list) {
  auto parts = std::vector<std::string>{};
  for (auto begin = std::size_t{0}; begin <= list.size();) {
    const auto end = std::min(list.find(',', begin), list.size());
    parts.push_back(list.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

/// Statements are written for these plans: tables that were just truncated have no statistics, and
/// the planner would scan or hash them. The rest must not end a statement that waits for a standby.
constexpr auto session_settings = std::string_view{
    "-c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off "
    "-c enable_bitmapscan=off -c plan_cache_mode=force_generic_plan -c jit=off "
    "-c synchronous_commit=on -c statement_timeout=0 -c lock_timeout=0 -c idle_session_timeout=0 "
    "-c default_transaction_isolation=read\\ committed -c default_transaction_read_only=off"};

using keywords = std::map<std::string, std::string>;

/// A dead peer is noticed within three seconds.
void add_defaults(keywords& k) {
  k.emplace("application_name", "mintage");
  k.emplace("keepalives_idle", "1");
  k.emplace("keepalives_interval", "1");
  k.emplace("keepalives_count", "3");
  k.emplace("tcp_user_timeout", "3000");
  k.emplace("client_encoding", "UTF8");
  auto& settings = k["options"];
  settings += std::string{settings.empty() ? "" : " "} + std::string{session_settings};
}

std::string take(keywords& k, const std::string& name) {
  const auto found = k.find(name);
  if (found == k.end()) return {};
  auto value = found->second;
  k.erase(found);
  return value;
}

/// The part of a list for host `i`. A list of one is for all.
const std::string& part(const std::vector<std::string>& list, std::size_t i) {
  return list.size() == 1 ? list.front() : list[i];
}

host_address make_host(keywords k, const std::string& host, const std::string& address,
                       const std::string& port) {
  if (!host.empty()) k["host"] = host;
  if (!address.empty()) k["hostaddr"] = address;
  if (!port.empty()) k["port"] = port;
  add_defaults(k);
  auto made = host_address{};
  made.name = (host.empty() ? address.empty() ? "local" : address : host) + ':' +
              (port.empty() ? "5432" : port);
  made.keywords.assign(k.begin(), k.end());
  return made;
}

}  // namespace

tl::expected<shard_address, std::string> parse_address(std::string_view conninfo) {
  const auto parts = parse(conninfo);
  if (parts.all == nullptr) return tl::unexpected{parts.error};
  auto given = keywords{};
  for (const auto* o = parts.all.get(); o->keyword != nullptr; ++o) {
    if (o->val != nullptr && *o->val != '\0') given.emplace(o->keyword, o->val);
  }
  const auto hosts = split(take(given, "host"));
  const auto addresses = split(take(given, "hostaddr"));
  const auto ports = split(take(given, "port"));
  const auto count = std::max(hosts.size(), addresses.size());
  const auto fits = [&](const auto& list) { return list.size() == 1 || list.size() == count; };
  if (!fits(hosts) || !fits(addresses) || !fits(ports))
    return tl::unexpected{std::string{"must have as many ports and addresses as hosts"}};
  auto made = shard_address{};
  for (auto i = std::size_t{0}; i < count; ++i) {
    made.hosts.push_back(make_host(given, part(hosts, i), part(addresses, i), part(ports, i)));
  }
  return made;
}

bool has_password(std::string_view conninfo) {
  const auto parts = parse(conninfo);
  if (parts.all == nullptr) return conninfo.find("password") != std::string_view::npos;
  for (const auto* o = parts.all.get(); o->keyword != nullptr; ++o) {
    const auto name = std::string_view{o->keyword};
    const auto is_secret = name == "password" || name == "sslpassword";
    if (is_secret && o->val != nullptr && *o->val != '\0') return true;
  }
  return false;
}

}  // namespace mintage::storage::postgres
