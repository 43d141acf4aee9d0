#include "tests/cluster/cluster.hpp"

#include <gtest/gtest.h>

#include <stdexcept>
#include <thread>
#include <utility>

#include "tests/support/secret_book.hpp"

namespace mintage::test {

using namespace std::chrono_literals;
using loopback::postgres_group;
using loopback::stall_proxy;
using steady = std::chrono::steady_clock;

namespace {

constexpr auto database_name = std::string_view{"mintage"};
/// Longer than every deadline of a node.
constexpr auto patience = 15s;

std::string conninfo(const std::vector<std::uint16_t>& ports) {
  auto hosts = std::string{};
  auto numbers = std::string{};
  for (const auto port : ports) {
    const auto* comma = hosts.empty() ? "" : ",";
    hosts += comma + std::string{"127.0.0.1"};
    numbers += comma + std::to_string(port);
  }
  return "host=" + hosts + " port=" + numbers +
         " user=postgres dbname=" + std::string{database_name};
}

template <class Condition>
std::chrono::milliseconds await(Condition holds, const char* what) {
  const auto begin = steady::now();
  while (!holds()) {
    if (steady::now() - begin > 30s) {
      ADD_FAILURE() << what << " did not come within 30 s";
      break;
    }
    std::this_thread::sleep_for(20ms);
  }
  return std::chrono::duration_cast<std::chrono::milliseconds>(steady::now() - begin);
}

}  // namespace

node::node(settings all) {
  all["storage.engine"] = toml_string("postgres");
  server_ = std::make_unique<server_process>(all);
}

node::node(postgres_group& database, const std::filesystem::path& shared,
           const settings& overrides) {
  auto ports = std::vector<std::uint16_t>{};
  for (auto i = std::size_t{0}; i < postgres_group::size; ++i) {
    proxies_.at(i) = std::make_unique<stall_proxy>(database.server(i).port());
    ports.push_back(proxies_.at(i)->port());
  }
  auto all = settings{{"storage.engine", toml_string("postgres")},
                      {"storage.postgres.shards", "[" + toml_string(conninfo(ports)) + "]"},
                      {"keys.seal_key_file", toml_string((shared / "mintage.seal").string())},
                      {"admin.token_file", toml_string((shared / "admin.token").string())},
                      {"admin.mint_token_file", toml_string((shared / "mint.token").string())}};
  for (const auto& [key, value] : overrides) all[key] = value;
  server_ = std::make_unique<server_process>(all);
}

void node::start() {
  server_->start();
}

admin_client node::admin() const {
  return {server_->admin_port(), server_->admin_token()};
}

unsigned node::status_of(const token_call& call) const {
  try {
    auto wire = connection{server_->port(), patience};
    wire.send(call.render());
    return wire.receive().status;
  } catch (const connection_lost&) {
    return 0;
  }
}

unsigned node::readiness() const {
  try {
    return admin().call("GET", "/readyz").status;
  } catch (const connection_lost&) {
    return 0;
  }
}

std::optional<std::string> node::try_mint(const party& who) const {
  try {
    auto body = mint_body(who);
    const auto got = admin().call("POST", "/admin/codes", boost::json::serialize(body));
    if (got.status == 201) return text_of(parse_object(got.body), "code");
    EXPECT_EQ(got.status, 503U) << got.octets;
  } catch (const connection_lost&) {
  }
  return std::nullopt;
}

void node::set_network(proxy_mode mode, std::chrono::milliseconds delay) {
  for (auto& each : proxies_) each->set(mode, delay);
}

cluster::cluster(std::size_t nodes_count, const settings& overrides) {
  database_.primary().run_sql("create database " + std::string{database_name});
  for (auto i = std::size_t{0}; i < nodes_count; ++i) nodes_.push_back(make_node(overrides));
  if (nodes_.empty()) return;
  run_db(at(0), "init");
  // The first one makes the seal key and the tokens of the admin interface.
  for (auto& each : nodes_) each->start();
  auto admin = at(0).admin();
  client_ = make_party(admin);
}

cluster::~cluster() {
  nodes_.clear();
  for (auto i = std::size_t{0}; i < postgres_group::size; ++i) {
    for (const auto& excerpt : secrets_found_in(database_.server(i).log())) {
      ADD_FAILURE() << "a secret is in PostgreSQL's log: ..." << excerpt << "...";
    }
  }
}

std::unique_ptr<node> cluster::make_node(const settings& overrides) {
  return std::make_unique<node>(database_, shared_.path(), overrides);
}

std::string cluster::mint(std::size_t at_node, const party& who) {
  return at(at_node).admin().mint(mint_body(who));
}

tokens cluster::log_in(std::size_t at_node, const party& who) {
  auto body = mint_body(who);
  body["scope"] = "openid profile offline_access";
  const auto code = at(at_node).admin().mint(body);
  const auto got = redemption(who, code).send_to(at(at_node).server().port());
  if (got.status != 200) throw std::runtime_error{got.octets};
  return tokens_in(got);
}

std::chrono::milliseconds cluster::await_readiness(std::size_t at_node, unsigned status) {
  return await([&] { return at(at_node).readiness() == status; }, "the readiness");
}

void cluster::await_service(std::size_t at_node) {
  await(
      [&] {
        const auto code = at(at_node).try_mint(client_);
        return code && redeem(at_node, *code) == 200;
      },
      "a login");
}

int cluster::sessions() {
  return std::stoi(
      database_.primary().ask("select count(*) from pg_stat_activity where datname = '" +
                              std::string{database_name} + "' and pid <> pg_backend_pid()"));
}

void run_db(node& with, const std::string& command) {
  const auto got = run_program({"db", command, "--config", with.server().config_file().string()});
  if (got.code != 0) throw std::runtime_error{got.out + got.err};
}

}  // namespace mintage::test
