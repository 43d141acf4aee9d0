// A server whose signers cannot work.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>

#include "tests/support/admin_client.hpp"
#include "tests/support/server_process.hpp"

namespace mintage::test {

namespace {

using namespace std::chrono_literals;

TEST(a_server, whose_signers_always_fail_is_never_ready_and_ends_with_a_sentence) {
  auto const server = server_process{{{"pools.signer.size", "2"}}};
  auto const log = server.file("failing.log");
  auto child = child_process{mintage_command({"serve", "--config", server.config_file().string()}),
                             log,
                             {.environment = {"LD_PRELOAD=" MINTAGE_NO_RSA_SIGNING}}};
  EXPECT_EQ(child.wait(60s), 1);
  EXPECT_EQ(child.finish(), "") << "no ready line, and nothing of CAF's";
  auto const lines = lines_of(read_file(log));
  auto const count = [&](std::string_view text) {
    return std::count_if(lines.begin(), lines.end(),
                         [&](const auto& line) { return line.find(text) != std::string::npos; });
  };
  const auto restarts_of = [&](const std::string& pool) {
    return std::count_if(lines.begin(), lines.end(), [&](const auto& line) {
      return line.find("an actor ended") != line.npos &&
             line.find("pool=\"" + pool + '"') != line.npos;
    });
  };
  // What signs logout tokens cannot use the key either; whichever fails too often first ends the
  // server, the other perhaps in the same moment.
  const auto signers = restarts_of("signer");
  const auto notifier = restarts_of("logout_notifier");
  EXPECT_GE(std::max(signers, notifier), 10) << "of the member that was given up";
  EXPECT_LE(signers, 20) << "of both signers";
  EXPECT_LE(notifier, 10);
  EXPECT_GE(count("again and again"), 1);
  EXPECT_LE(count("again and again"), 2);
  EXPECT_EQ(count("did not become ready"), 1);
  EXPECT_EQ(count("EVP_"), 0) << "the text of an exception";
}

}  // namespace

}  // namespace mintage::test
