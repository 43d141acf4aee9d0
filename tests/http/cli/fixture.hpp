/// @file
/// The command line against a running server.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/test_clients.hpp"

namespace mintage::test {

using arguments = std::vector<std::string>;

/// Sets an environment variable, which children inherit, for the lifetime of this object.
class environment {
 public:
  environment(const char* name, const std::string& value) : name_{name} {
    if (const auto* old = std::getenv(name)) before_ = old;
    ::setenv(name, value.c_str(), 1);
  }
  ~environment() {
    if (before_) {
      ::setenv(name_, before_->c_str(), 1);
    } else {
      ::unsetenv(name_);
    }
  }
  environment(const environment&) = delete;
  environment& operator=(const environment&) = delete;

 private:
  const char* name_;
  std::optional<std::string> before_;
};

/// One server for all tests of a suite.
class command_line : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    ::unsetenv("MINTAGE_CONFIG");
    stage_ = std::make_unique<stage>();
  }
  static void TearDownTestSuite() {
    EXPECT_EQ(stage_->server.stop(), 0);
    stage_.reset();
  }

  static std::string url() {
    return "http://127.0.0.1:" + std::to_string(stage_->server.admin_port());
  }
  /// Adds the options for the running server to `words`.
  static arguments with_access(arguments words) {
    for (const auto& each : {std::string{"--admin"}, url(), std::string{"--token-file"},
                             stage_->server.file("admin.token").string()}) {
      words.push_back(each);
    }
    return words;
  }
  static ended run(arguments words) { return run_program(with_access(std::move(words))); }
  /// Runs a command with --json; it must succeed. @returns its output.
  static boost::json::object run_json(arguments words) {
    words.emplace_back("--json");
    const auto done = run(std::move(words));
    EXPECT_EQ(done.code, 0) << done.err;
    return done.code == 0 ? parse_object(done.out) : boost::json::object{};
  }
  /// Adds a confidential client with a generated secret by the command under test.
  static party add_client(arguments more = {}) {
    auto words = arguments{
        "client",         "add",      "--redirect-uri", "https://client.example/cb", "--scope",
        "openid profile", "--no-pkce"};
    words.insert(words.end(), more.begin(), more.end());
    const auto made = run_json(std::move(words));
    auto out = party{};
    out.id = text_of(made, "client_id");
    out.secret = text_of(made, "client_secret");
    return out;
  }
  /// Whether the client can exchange a new code with this secret.
  static bool works(party who, const std::string& secret) {
    const auto code = stage_->mint(who);
    who.secret = secret;
    return stage_->redeem(who, code).status == 200U;
  }
  /// Checks the failure: one sentence on standard error, nothing on standard output.
  static void expect_failure(const ended& done, int code, std::string_view named) {
    EXPECT_EQ(done.code, code) << done.err;
    EXPECT_EQ(done.out, "");
    EXPECT_THAT(done.err, testing::StartsWith("mintage: "));
    EXPECT_THAT(done.err, testing::HasSubstr(std::string{named}));
    EXPECT_EQ(lines_of(done.err).size(), 1U) << done.err;
  }

  static inline std::unique_ptr<stage> stage_;
};

}  // namespace mintage::test
