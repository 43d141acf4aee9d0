// mintage schema, and the files of the tree that it concerns.
#include <filesystem>
#include <string>

#include "tests/http/cli/fixture.hpp"

namespace mintage::test {

namespace {

const auto tree = std::filesystem::path{MINTAGE_TREE};

TEST(schema_command, prints_the_files_of_the_tree) {
  for (const auto* name : {"config", "clients"}) {
    const auto done = run_program({"schema", name});
    EXPECT_EQ(done.code, 0) << done.err;
    EXPECT_EQ(done.out, read_file(tree / "deploy/schema" / (std::string{name} + ".schema.json")))
        << "print it anew: mintage schema " << name;
  }
}

struct clients_example : command_line {};

TEST_F(clients_example, is_without_mistakes) {
  const auto done = run({"apply", "-f", (tree / "config/clients.example.toml").string(), "--diff"});
  EXPECT_EQ(done.code, 2) << done.err;
  EXPECT_THAT(done.out, testing::HasSubstr("4 to add"));
}

}  // namespace

}  // namespace mintage::test
