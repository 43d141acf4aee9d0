// The documentation of the command line: --help, shell completions, the manual page.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include "tests/support/admin_client.hpp"
#include "tests/support/server_process.hpp"

namespace mintage::test {

namespace {

using words = std::vector<std::string>;

const auto tree = std::filesystem::path{MINTAGE_TREE};

std::string join(const words& w, const std::string& between) {
  auto out = std::string{};
  for (const auto& each : w) out += (out.empty() ? "" : between) + each;
  return out;
}

/// A command, and the options and words of its --help.
struct command {
  words path;
  std::string help;
  words subcommands;
  std::set<std::string> options;
};

command command_at(words path) {
  auto asked = path;
  asked.emplace_back("--help");
  const auto done = run_program(asked);
  EXPECT_EQ(done.code, 0) << join(path, " ");
  auto out = command{std::move(path), done.out, {}, {}};
  auto is_in_list = false;
  for (const auto& line : lines_of(done.out)) {
    if (line == "Subcommands:") {
      is_in_list = true;
    } else if (is_in_list && line.starts_with("  ") && line[2] != ' ') {
      out.subcommands.push_back(line.substr(2, line.find(' ', 2) - 2));
    } else if (line.empty()) {
      is_in_list = false;
    }
    auto found = std::smatch{};
    static const auto option = std::regex{"^  (-[a-z],)?(--[a-z][a-z-]*)"};
    if (std::regex_search(line, found, option)) out.options.insert(found[2]);
  }
  return out;
}

/// All commands; a group precedes its commands.
const std::vector<command>& commands() {
  static const auto all = [] {
    auto out = std::vector<command>{command_at({})};
    for (auto i = std::size_t{0}; i < out.size(); ++i) {
      for (const auto& name : words{out[i].subcommands}) {
        auto path = out[i].path;
        path.push_back(name);
        out.push_back(command_at(std::move(path)));
      }
    }
    return out;
  }();
  return all;
}

/// The output of a shell command on both streams.
std::string output_of(const std::string& line) {
  auto* pipe = ::popen((line + " 2>&1").c_str(), "r");
  if (pipe == nullptr) return "popen failed";
  auto out = std::string{};
  auto piece = std::array<char, 4096>{};
  while (const auto size = std::fread(piece.data(), 1, piece.size(), pipe)) {
    out.append(piece.data(), size);
  }
  ::pclose(pipe);
  return out;
}

bool has_program(const std::string& name) {
  return std::system(("command -v " + name + " >/dev/null").c_str()) == 0;
}

TEST(help, knows_all_commands) {
  auto names = std::set<std::string>{};
  for (const auto& c : commands()) names.insert(join(c.path, " "));
  for (const auto* name :
       {"serve",         "check",          "repair",        "client add",     "client list",
        "client show",   "client change",  "client secret", "client suspend", "client remove",
        "client check",  "code mint",      "keys list",     "keys rotate",    "keys remove",
        "clock confirm", "explain",        "top",           "bug-report",     "db init",
        "db check",      "db migrate",     "db import",     "db restored",    "cluster status",
        "backup",        "verify-backup",  "restore",       "apply",          "export",
        "schema config", "schema clients", "reload",        "seal rotate",    "seal status",
        "seal retire",   "seal make"}) {
    EXPECT_TRUE(names.contains(name)) << name;
  }
}

TEST(help, teaches_by_example) {
  for (const auto& c : commands()) {
    if (c.path.size() < 2) continue;
    EXPECT_THAT(c.help, testing::HasSubstr("Example")) << join(c.path, " ");
    EXPECT_THAT(c.help, testing::HasSubstr("  mintage " + join(c.path, " "))) << c.help;
  }
}

TEST(help, has_no_option_that_takes_a_secret) {
  for (const auto& c : commands()) {
    for (const auto* name : {"--secret", "--client-secret", "--token", "--password"}) {
      EXPECT_FALSE(c.options.contains(name)) << name;
    }
  }
}

TEST(completion_for_bash, offers_every_subcommand_and_option) {
  const auto script = (tree / "deploy/completions/mintage.bash").string();
  for (const auto& c : commands()) {
    const auto typed = join(c.path, " ");
    const auto line = "bash -c 'source \"" + script + "\"; COMP_WORDS=(mintage " + typed +
                      " \"\"); COMP_CWORD=" + std::to_string(c.path.size() + 1) +
                      "; _mintage; printf \"%s\\n\" \"${COMPREPLY[@]}\"'";
    const auto offered = lines_of(output_of(line));
    const auto offers = std::set<std::string>{offered.begin(), offered.end()};
    for (const auto& name : c.subcommands) EXPECT_TRUE(offers.contains(name)) << typed << name;
    for (const auto& name : c.options) EXPECT_TRUE(offers.contains(name)) << typed << name;
    for (const auto& name : offers) {
      EXPECT_TRUE(c.options.contains(name) ||
                  std::count(c.subcommands.begin(), c.subcommands.end(), name) == 1)
          << typed << " has no " << name;
    }
  }
}

/// The text of one function of the zsh completion, with the lists that it uses.
std::string zsh_function(const std::string& script, const std::string& name) {
  const auto part = [&](const std::string& begin, const std::string& end) {
    const auto at = script.find("\n" + begin);
    return at == std::string::npos ? std::string{} : script.substr(at, script.find(end, at) - at);
  };
  auto out = part(name + "() {", "\n}");
  for (const auto* list :
       {"_mintage_access", "_mintage_secret", "_mintage_keys", "_mintage_metadata"}) {
    if (out.find("$" + std::string{list}) != std::string::npos) {
      out += part("typeset -ga " + std::string{list} + "=(", "\n)");
    }
  }
  return out;
}

TEST(completion_for_zsh, offers_every_subcommand_and_option) {
  const auto file = tree / "deploy/completions/_mintage";
  const auto script = read_file(file);
  for (const auto& c : commands()) {
    const auto name = "_mintage" + std::string{c.path.empty() ? "" : "_"} + join(c.path, "_");
    const auto text = zsh_function(script, name);
    EXPECT_NE(text, "") << name;
    for (const auto& sub : c.subcommands) {
      EXPECT_THAT(text, testing::HasSubstr("'" + sub + ":")) << name;
    }
    if (!c.subcommands.empty()) continue;
    for (const auto& option : c.options) {
      EXPECT_THAT(text, testing::HasSubstr(option + "[")) << name;
    }
  }
  if (has_program("zsh")) {
    EXPECT_EQ(output_of("zsh -n '" + file.string() + "'"), "");
  }
}

TEST(manual_page, names_every_command_and_option) {
  auto text = read_file(tree / "docs/man/mintage.1");
  text = std::regex_replace(text, std::regex{R"(\\-)"}, "-");
  for (const auto& c : commands()) {
    if (c.subcommands.empty()) {
      EXPECT_THAT(text, testing::HasSubstr("mintage " + join(c.path, " "))) << join(c.path, " ");
    }
    for (const auto& option : c.options) EXPECT_THAT(text, testing::HasSubstr(option));
  }
}

TEST(manual_page, is_without_faults) {
  if (!has_program("groff")) GTEST_SKIP() << "no groff to check it with";
  const auto file = (tree / "docs/man/mintage.1").string();
  EXPECT_EQ(output_of("groff -man -Tutf8 -ww -z '" + file + "'"), "");
}

}  // namespace

}  // namespace mintage::test
