#include "tests/support/server_process.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>
#include <thread>

#include "crypto/base64.hpp"
#include "tests/support/secret_book.hpp"
#include "tests/support/secure_ports.hpp"

namespace mintage::test {

using namespace std::chrono_literals;
using steady = std::chrono::steady_clock;

temporary_folder::temporary_folder() {
  auto pattern = (std::filesystem::temp_directory_path() / "mintage-http-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error{"mkdtemp failed"};
  path_ = pattern;
}

temporary_folder::~temporary_folder() {
  auto ignored = std::error_code{};
  std::filesystem::remove_all(path_, ignored);
}

std::string read_file(const std::filesystem::path& file) {
  if (!std::filesystem::is_regular_file(file)) return {};
  auto in = std::ifstream{file, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

void write_file(const std::filesystem::path& file, std::string_view text) {
  auto out = std::ofstream{file, std::ios::binary | std::ios::trunc};
  out << text;
  if (!out.flush()) throw std::runtime_error{"cannot write " + file.string()};
}

namespace {

/// The child's side of fork: only calls that are safe there.
[[noreturn]] void become(const std::vector<char*>& argv, int output, const char* stderr_file) {
  // A test that crashes or runs out of time leaves no server behind.
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  ::dup2(::open("/dev/null", O_RDONLY), 0);
  ::dup2(output, 1);
  ::dup2(::open(stderr_file, O_WRONLY | O_CREAT | O_APPEND, 0600), 2);
  ::execvp(argv[0], argv.data());
  ::_exit(127);
}

}  // namespace

child_process::child_process(const std::vector<std::string>& arguments,
                             const std::filesystem::path& stderr_file)
    : child_process{MINTAGE_PROGRAM, arguments, stderr_file} {}

child_process::child_process(const std::string& program, const std::vector<std::string>& arguments,
                             const std::filesystem::path& stderr_file) {
  auto pipe = std::array<int, 2>{};
  if (::pipe2(pipe.data(), O_CLOEXEC) != 0) throw std::runtime_error{"pipe failed"};
  auto texts = arguments;
  texts.insert(texts.begin(), program);
  auto argv = std::vector<char*>{};
  for (auto& text : texts) argv.push_back(text.data());
  argv.push_back(nullptr);
  pid_ = ::fork();
  if (pid_ == 0) become(argv, pipe[1], stderr_file.c_str());
  ::close(pipe[1]);
  output_ = pipe[0];
  if (pid_ < 0) throw std::runtime_error{"fork failed"};
}

child_process::~child_process() {
  if (pid_ > 0 && !code_) {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  if (output_ >= 0) ::close(output_);
}

// proc(5): the name in parentheses may hold anything; utime and stime are fields 14 and 15.
std::chrono::milliseconds child_process::cpu_time() const {
  const auto text = read_file("/proc/" + std::to_string(pid_) + "/stat");
  auto fields = std::istringstream{text.substr(text.rfind(')') + 1)};
  auto field = std::string{};
  for (auto i = 3; i < 14; ++i) fields >> field;
  auto user = 0L;
  auto system = 0L;
  fields >> user >> system;
  return std::chrono::milliseconds{(user + system) * 1000 / ::sysconf(_SC_CLK_TCK)};
}

void child_process::signal(int number) noexcept {
  if (pid_ > 0 && !code_) ::kill(pid_, number);
}

std::optional<int> child_process::wait(std::chrono::milliseconds limit) {
  for (auto end = steady::now() + limit; !code_; std::this_thread::sleep_for(5ms)) {
    auto status = 0;
    if (::waitpid(pid_, &status, WNOHANG) == pid_) {
      code_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    } else if (steady::now() > end) {
      break;
    }
  }
  return code_;
}

std::optional<std::string> child_process::read_line(std::chrono::milliseconds limit) {
  auto end = steady::now() + limit;
  auto found = buffer_.find('\n');
  while (found == std::string::npos) {
    auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - steady::now());
    auto waiting = pollfd{output_, POLLIN, 0};
    if (left.count() <= 0 || ::poll(&waiting, 1, static_cast<int>(left.count())) != 1) return {};
    if (!read_some()) return {};
    found = buffer_.find('\n');
  }
  auto line = buffer_.substr(0, found);
  buffer_.erase(0, found + 1);
  return line;
}

bool child_process::read_some() {
  auto piece = std::array<char, 4096>{};
  const auto got = ::read(output_, piece.data(), piece.size());
  if (got <= 0) return false;
  const auto text = std::string_view{piece.data(), static_cast<std::size_t>(got)};
  buffer_ += text;
  all_ += text;
  return true;
}

std::string child_process::finish() {
  if (pid_ > 0 && !code_) {
    ::kill(pid_, SIGKILL);
    auto status = 0;
    ::waitpid(pid_, &status, 0);
    code_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }
  while (read_some()) {
  }
  return all_;
}

ended run_program(const std::vector<std::string>& arguments) {
  auto folder = temporary_folder{};
  auto child = child_process{arguments, folder.path() / "stderr"};
  auto out = ended{};
  while (auto line = child.read_line(60s)) out.out += *line + "\n";
  auto code = child.wait(60s);
  if (!code) throw std::runtime_error{"the program did not end"};
  out.code = *code;
  out.err = read_file(folder.path() / "stderr");
  remember_secrets_in(out.out);  // what the command line shows, the server's log must not
  return out;
}

std::string toml_string(std::string_view text) {
  return "\"" + std::string{text} + "\"";
}

std::string render(const settings& s) {
  auto tables = std::map<std::string, std::string>{};
  for (auto& [key, value] : s) {
    auto dot = key.rfind('.');
    auto table = dot == std::string::npos ? std::string{} : key.substr(0, dot);
    tables[table] += key.substr(dot == std::string::npos ? 0 : dot + 1) + " = " + value + "\n";
  }
  auto out = std::string{};
  for (auto& [name, lines] : tables) {
    if (!name.empty()) out += "[" + name + "]\n";
    out += lines;
  }
  return out;
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
  configure(overrides);
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
  child_.emplace(std::vector<std::string>{"serve", "--config", config_file().string()},
                 file("log"));
  auto line = child_->read_line(60s);
  auto public_port = 0;
  auto admin_port = 0;
  if (!line || std::sscanf(line->c_str(), "ready http=127.0.0.1:%d admin=127.0.0.1:%d",
                           &public_port, &admin_port) != 2) {
    throw std::runtime_error{"the server did not become ready: " + line.value_or("") + "\n" +
                             log()};
  }
  port_ = static_cast<std::uint16_t>(public_port);
  admin_port_ = static_cast<std::uint16_t>(admin_port);
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
  return text.substr(0, text.find('\n'));
}
}  // namespace

std::string server_process::setting(const std::string& key) const {
  const auto found = settings_.find(key);
  if (found == settings_.end() || found->second.size() < 2) return {};
  return found->second.substr(1, found->second.size() - 2);  // without its quotes
}

/// The secrets that the server made for itself.
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
                                   {"audit file", audit.empty() ? "" : read_file(file(audit))}}) {
    for (const auto& excerpt : secrets_found_in(text)) {
      ADD_FAILURE() << "a secret is in the server's " << name << ": ..." << excerpt << "...";
    }
  }
}

std::string server_process::admin_token() const {
  return first_line(read_file(file("admin.token")));
}

std::string server_process::mint_token() const {
  return first_line(read_file(file("mint.token")));
}

}  // namespace mintage::test
