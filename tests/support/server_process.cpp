#include "tests/support/server_process.hpp"

#include <gtest/gtest.h>
#include <signal.h>

#include <cstdio>
#include <stdexcept>

#include "crypto/base64.hpp"
#include "tests/support/secret_book.hpp"
#include "tests/support/secure_ports.hpp"
#include "tests/support/test_postgres.hpp"

namespace mintage::test {

using namespace std::chrono_literals;

std::vector<std::string> mintage_command(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), MINTAGE_PROGRAM);
  return arguments;
}

ended run_program(const std::vector<std::string>& arguments) {
  auto folder = temporary_folder{};
  auto child = child_process{mintage_command(arguments), folder.path() / "stderr"};
  auto out = ended{};
  while (auto line = child.read_line(60s)) out.out += *line + "\n";
  auto code = child.wait(60s);
  if (!code) throw std::runtime_error{"the program did not end"};
  out.code = *code;
  out.err = read_file(folder.path() / "stderr");
  remember_secrets_in(out.out);  // the server's log must not contain what the command line prints
  return out;
}

std::string toml_string(std::string_view text) {
  return "\"" + std::string{text} + "\"";
}

server_process::server_process(const settings& overrides)
    : settings_{{"issuer", toml_string(issuer)},
                {"http.listen", toml_string("127.0.0.1:0")},
                {"admin.listen", toml_string("127.0.0.1:0")},
                {"admin.token_file", toml_string("admin.token")},
                {"admin.mint_token_file", toml_string("mint.token")},
                {"keys.seal_key_file", toml_string("mintage.seal")},
                {"storage.rocksdb.path", toml_string("db")}} {
  if (is_run_over_tls()) make_certificates();
  if (is_run_over_postgres()) use_postgres();
  configure(overrides);
  if (!is_run_over_postgres()) return;
  const auto made = run_program({"db", "init", "--config", config_file().string()});
  if (made.code != 0) throw std::runtime_error{"mintage db init: " + made.out + made.err};
}

void server_process::use_postgres() {
  settings_["storage.engine"] = toml_string("postgres");
  settings_["storage.postgres.shards"] =
      "[" + toml_string(make_test_database(folder_.path())) + "]";
  settings_["storage.postgres.require_sync"] = "false";
}

void server_process::make_certificates() {
  const auto pair = test_authority().issue(folder_.path(), "server", key_kind::p256);
  for (const auto* section : {"http.tls.", "admin.tls."}) {
    settings_[std::string{section} + "certificate"] = toml_string(pair.certificate.string());
    settings_[std::string{section} + "key"] = toml_string(pair.key.string());
  }
}

server_process::~server_process() {
  kill();
  check_for_leaks();
}

void server_process::configure(const settings& changes) {
  for (auto& [key, value] : changes) settings_[key] = value;
  write_file(config_file(), render(settings_));
}

void server_process::start() {
  is_asked_to_stop_ = false;
  child_.emplace(mintage_command({"serve", "--config", config_file().string()}), file("log"),
                 loopback::child_options{.environment = environment_});
  const auto ports = loopback::await_ready(*child_, file("log"));
  port_ = ports.http;
  admin_port_ = ports.admin;
  set_secure(port_, settings_.contains("http.tls.certificate"));
  set_secure(admin_port_, settings_.contains("admin.tls.certificate"));
  remember_files();
}

int server_process::stop() {
  ask_to_stop();
  auto code = child_->wait(12s);
  if (!code) throw std::runtime_error{"the server did not stop within 12 s\n" + log()};
  auto line = child_->read_line(1s);
  kill();
  if (line && setting("log.audit") != "stdout") {
    throw std::runtime_error{"more than one line on standard output: " + *line};
  }
  return *code;
}

void server_process::read_output() {
  while (child_->read_line(300ms)) {
  }
}

void server_process::ask_to_stop() noexcept {
  if (!is_asked_to_stop_) child_->signal(SIGTERM);
  is_asked_to_stop_ = true;
}

void server_process::kill() {
  if (child_) output_ += child_->finish();
  child_.reset();
}

namespace {
std::string first_line(const std::string& text) {
  return text.substr(0, text.find_first_of("\r\n"));
}
}  // namespace

std::string server_process::setting(const std::string& key) const {
  const auto found = settings_.find(key);
  if (found == settings_.end() || found->second.size() < 2) return {};
  return found->second.substr(1, found->second.size() - 2);  // without its quotes
}

/// Records the secrets that the server generated.
void server_process::remember_files() const {
  remember_secret(admin_token());
  remember_secret(mint_token());
  const auto seal = first_line(read_file(file(setting("keys.seal_key_file"))));
  remember_secret(seal);
  if (const auto key = crypto::base64url_decode(seal)) remember_secret(*key);
}

void server_process::check_for_leaks() const {
  const auto audit = setting("log.audit_file");
  for (const auto& [name, text] : {std::pair{"log", log()},
                                   {"standard output", output_},
                                   {"database's log", test_postgres_log()},
                                   {"audit file", audit.empty() ? "" : read_file(file(audit))}}) {
    for (const auto& excerpt : secrets_found_in(text)) {
      ADD_FAILURE() << "a secret is in the server's " << name << ": ..." << excerpt << "...";
    }
  }
}

std::string server_process::admin_token() const {
  return first_line(read_file(file(setting("admin.token_file"))));
}

std::string server_process::mint_token() const {
  return first_line(read_file(file(setting("admin.mint_token_file"))));
}

}  // namespace mintage::test
