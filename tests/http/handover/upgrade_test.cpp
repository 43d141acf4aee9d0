// Another version in the place of this one, and back, under load: each reads the records of the
// other. MINTAGE_FORMER names its program; without it this version replaces itself.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "tests/http/handover/succession.hpp"
#include "tests/support/steady_load.hpp"
#include "tests/support/test_postgres.hpp"

namespace mintage::test {
namespace {

using testing::IsEmpty;

std::string former_program() {
  const auto* named = std::getenv("MINTAGE_FORMER");
  return named == nullptr ? program_of_this_build() : named;
}

/// What both versions take.
class upgrade : public testing::Test {
 protected:
  [[nodiscard]] settings common(settings more = {}) const {
    if (has_sockets) more.emplace("shutdown.delay", toml_string("1s"));
    return more;
  }
  /// What a login leaves behind, made by one version and used by the other.
  struct left_behind {
    std::string code;
    tokens session;
  };
  static left_behind leave(const succession& s, const party& who) {
    auto admin = admin_client{s.admin_port(), s.admin_token()};
    auto body = mint_body(who);
    body["scope"] = "openid profile offline_access";
    body["ttl"] = 600;
    const auto got = redemption(who, admin.mint(body)).send_to(s.port());
    EXPECT_EQ(got.status, 200U) << got.octets;
    return {admin.mint(body), tokens_in(got)};
  }
  static void expect_usable(const succession& s, const party& who, const left_behind& left) {
    const auto about = question("/introspect", who, left.session.access).send_to(s.port());
    EXPECT_NE(about.body.find("\"active\":true"), std::string::npos) << about.octets;
    EXPECT_EQ(refresh(who, left.session.refresh).send_to(s.port()).status, 200U);
    EXPECT_EQ(redemption(who, left.code).send_to(s.port()).status, 200U);
    EXPECT_EQ(redemption(who, left.code).send_to(s.port()).status, 400U);
  }

  const std::string former = former_program();
  const bool has_sockets = takes_sockets(former);
};

TEST_F(upgrade, and_downgrade_of_one_server_fail_no_request) {
  auto s = succession{common(), has_sockets};
  s.start(former);
  auto admin = admin_client{s.admin_port(), s.admin_token()};
  const auto clients = make_load_clients(admin);
  auto left = leave(s, clients.front());
  auto load = steady_load{{.servers = {{s.port(), s.admin_port()}},
                           .admin_token = s.admin_token(),
                           .clients = clients,
                           .waits_for_servers = !has_sockets}};
  load.await_rounds(2);
  for (const auto& program : {program_of_this_build(), former, program_of_this_build()}) {
    s.replace_by(program);
    expect_usable(s, clients.front(), left);
    left = leave(s, clients.front());
    load.await_rounds(2);
  }
  EXPECT_THAT(load.finish(), IsEmpty());
}

TEST_F(upgrade, and_downgrade_of_two_nodes_one_after_the_other_fail_no_request) {
  auto first = succession{common({{"storage.engine", toml_string("postgres")}}), has_sockets};
  auto shared =
      settings{{"storage.postgres.shards",
                "[" + toml_string(make_test_database(first.files().file(""))) + "]"},
               {"storage.postgres.require_sync", "false"},
               // The database is not what is tried here: it may be slow.
               {"storage.postgres.patience", toml_string("20s")},
               {"storage.postgres.resolve", toml_string("40s")},
               {"storage.postgres.lease", toml_string("10s")},
               {"storage.engine", toml_string("postgres")},
               {"keys.seal_key_file", toml_string(first.files().file("mintage.seal").string())},
               {"admin.token_file", toml_string(first.files().file("admin.token").string())},
               {"admin.mint_token_file", toml_string(first.files().file("mint.token").string())}};
  first.configure(shared);
  auto second = succession{common(shared), has_sockets};
  const auto made = run_program({"db", "init", "--config", first.files().config_file().string()});
  ASSERT_EQ(made.code, 0) << made.out << made.err;
  first.start(former);
  second.start(former);
  auto admin = admin_client{first.admin_port(), first.admin_token()};
  const auto clients = make_load_clients(admin);
  auto load = steady_load{
      {.servers = {{first.port(), first.admin_port()}, {second.port(), second.admin_port()}},
       .admin_token = first.admin_token(),
       .clients = clients,
       .threads = 4,
       .waits_for_servers = !has_sockets}};
  load.await_rounds(2);
  for (const auto& program : {program_of_this_build(), former}) {
    for (auto* node : {&first, &second}) {
      auto* const other = node == &first ? &second : &first;
      const auto left = leave(*node, clients.front());
      node->replace_by(program);
      expect_usable(*other, clients.front(), left);
      load.await_rounds(2);
    }
  }
  EXPECT_THAT(load.finish(), IsEmpty());
}

}  // namespace
}  // namespace mintage::test
