// A database whose data files have no space left. (TOK-19)
#include <gtest/gtest.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <memory>
#include <string>

#include "loopback/postgres.hpp"
#include "tests/storage/store_driver.hpp"
#include "tests/support/postgres_cluster.hpp"
#include "tests/support/small_disk.hpp"

namespace mintage::storage {
namespace {

using namespace std::chrono_literals;

void give_to_postgres(const std::filesystem::path& folder) {
  const auto* owner = ::getpwnam("postgres");
  ASSERT_NE(owner, nullptr);
  ASSERT_EQ(::chown(folder.c_str(), owner->pw_uid, owner->pw_gid), 0);
}

TEST(full_disk, means_unknown_for_writes_alone_and_ends_with_space) {
  auto folder = temporary_folder{};
  auto disk = test::small_disk{folder.path() / "disk", 4};
  if (!disk.obstacle().empty()) GTEST_SKIP() << disk.obstacle();
  ASSERT_EQ(::chmod(folder.path().c_str(), 0755), 0);
  give_to_postgres(folder.path() / "disk");
  auto server = loopback::postgres{"a"};
  test::create_schema(server.conninfo());
  server.run_sql("create tablespace small location '" + (folder.path() / "disk").string() + "'");
  server.run_sql("alter table mintage.code set tablespace small");
  auto clock = manual_clock{};
  const auto node = test::open_node(server.conninfo(), false, clock);
  auto shard = store_driver{*node, 0, 1};
  auto last = std::uint64_t{0};
  const auto mint = [&] {
    auto op = insertion(++last, clock.now() + 60s);
    op.value = std::string(4000, 'x');
    return shard.insert(std::move(op), clock.now());
  };
  ASSERT_EQ(mint(), verdict::ok);
  const auto first = last;
  disk.fill();
  while (mint() == verdict::ok) ASSERT_LT(last, 2000U);
  EXPECT_EQ(mint(), verdict::unknown);
  EXPECT_EQ(shard.read(table::codes, code_key(first), clock.now()).what, verdict::ok);
  disk.make_room();
  EXPECT_EQ(mint(), verdict::ok);
  EXPECT_EQ(shard.consume(consumption(first, 1, clock.now()), clock.now()).what, verdict::ok);
}

}  // namespace
}  // namespace mintage::storage
