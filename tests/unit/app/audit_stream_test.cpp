// The room of the audit stream: refusals use none that is reserved.
#include "app/audit_stream.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace mintage::app {
namespace {

class audit_file : public testing::Test {
 protected:
  ~audit_file() override { std::filesystem::remove(path); }
  [[nodiscard]] std::string content() const {
    auto in = std::ifstream{path};
    return {std::istreambuf_iterator<char>{in}, {}};
  }

  std::filesystem::path path = std::filesystem::temp_directory_path() /
                               ("mintage-audit-" + std::to_string(::getpid()) + ".jsonl");
  log_options options = [this] {
    auto o = log_options{};
    o.audit = audit_target::file;
    o.audit_file = path;
    return o;
  }();
};

TEST_F(audit_file, has_lines_of_refusals_while_there_is_room) {
  {
    auto audit = audit_stream{options};
    audit.write_or_drop("refused", {{"error", "invalid_client"}});
  }
  EXPECT_NE(content().find("\"refused\""), std::string::npos) << content();
}

TEST_F(audit_file, has_no_line_of_a_refusal_where_all_room_is_reserved) {
  {
    auto audit = audit_stream{options};
    for (auto i = std::size_t{0}; i < audit_stream::room; ++i) ASSERT_TRUE(audit.reserve()) << i;
    EXPECT_FALSE(audit.reserve());
    audit.write_or_drop("refused", {{"error", "invalid_client"}});
    audit.release();
    EXPECT_TRUE(audit.reserve()) << "the refusal gave back what it did not use";
  }
  EXPECT_EQ(content(), "");
}

}  // namespace
}  // namespace mintage::app
