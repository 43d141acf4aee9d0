// mintage bug-report: all that helps to understand a fault, in one file, without a secret.

#include <fcntl.h>
#include <openssl/crypto.h>
#include <rocksdb/version.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <memory>
#include <sstream>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include "app/build_facts.hpp"
#include "app/cli/admin_access.hpp"
#include "app/cli/admin_commands.hpp"
#include "app/cli/command_error.hpp"
#include "app/cli/commands.hpp"
#include "app/cli/log_lines.hpp"
#include "app/cli/text_table.hpp"
#include "config/config.hpp"
#include "crypto/signatures/choice.hpp"
#include "oauth/request/redaction.hpp"

namespace mintage::app {
namespace {

constexpr auto most_refusals = "100";
constexpr auto most_log_lines = std::size_t{300};

struct report_options {
  access_options access;
  std::filesystem::path log;
  std::string to;
};

std::string program_part(const report_options&) {
  auto out = std::ostringstream{};
  out << "mintage " << program_version() << ", " << program_build() << '\n';
  const auto signatures = crypto::signature_backends::choose(crypto::backend_wish{});
  if (signatures)
    out << "signatures by " << to_string(signatures->kind()) << ": " << signatures->reason()
        << '\n';
  out << OpenSSL_version(OPENSSL_VERSION) << "\nRocksDB " << ROCKSDB_MAJOR << '.' << ROCKSDB_MINOR
      << '.' << ROCKSDB_PATCH << '\n';
  for (const auto& name : loaded_libraries()) out << name << '\n';
  return out.str();
}

std::string value_in(const char* file, std::string_view key) {
  auto lines = std::ifstream{file};
  for (auto line = std::string{}; std::getline(lines, line);)
    if (line.starts_with(key)) return line;
  return {};
}

std::string machine_part(const report_options&) {
  auto out = std::ostringstream{};
  auto kernel = utsname{};
  if (::uname(&kernel) == 0)
    out << kernel.sysname << ' ' << kernel.release << ' ' << kernel.machine << '\n';
  out << value_in("/etc/os-release", "PRETTY_NAME=") << '\n'
      << value_in("/proc/cpuinfo", "model name") << '\n'
      << "cores that this process may use: " << std::thread::hardware_concurrency() << '\n';
  for (const auto* key : {"MemTotal", "MemAvailable"})
    out << value_in("/proc/meminfo", key) << '\n';
  out << value_in("/proc/self/limits", "Max open files") << '\n';
  return out.str();
}

/// The effective settings. They name the files of secrets and hold none: the config has no such
/// key, and a connection string with a password is refused.
std::string settings_part(const report_options& o) {
  if (o.access.config.empty()) return "no --config was given\n";
  const auto settings = config::load(o.access.config, config::extent::files);
  if (settings) return config::render(*settings);
  auto out = std::string{};
  for (const auto& m : settings.error()) out += config::to_string(m) + '\n';
  return out;
}

/// What the server says, also when that is a refusal.
std::string answer_of(admin_client& server, const char* target) {
  const auto got = server.call("GET", target);
  return std::string{target} + ": " + std::to_string(got.status) + ' ' + got.body + '\n';
}

std::string state_part(const report_options& o) {
  const auto where = completed(static_cast<const server_address&>(o.access));
  auto server = admin_client{where.url, crypto::secret_string{}, where.ca};
  return where.url + '\n' + answer_of(server, "/livez") + answer_of(server, "/readyz");
}

std::string metrics_part(const report_options& o) {
  const auto where = completed(static_cast<const server_address&>(o.access));
  return admin_client{where.url, crypto::secret_string{}, where.ca}.call("GET", "/metrics").body;
}

/// What the server remembers of refusals has no secret, token or code in it.
std::string asked_part(const report_options& o, const char* target) {
  const auto got = admin_access{o.access, caller_role::admin}.send("GET", target);
  return "status " + std::to_string(got.status) + "\n" + got.body + "\n";
}

std::string refusals_part(const report_options& o) {
  return asked_part(o, (std::string{"/admin/refusals?last="} + most_refusals).c_str());
}

std::string keys_part(const report_options& o) {
  return asked_part(o, "/admin/keys");
}

/// What a command writes on standard output.
std::string output_of(const char* command) {
  auto out = std::string{};
  const auto pipe =
      std::unique_ptr<std::FILE, int (*)(std::FILE*)>{::popen(command, "r"), ::pclose};
  if (!pipe) return out;
  auto piece = std::array<char, 4096>{};
  while (const auto n = std::fread(piece.data(), 1, piece.size(), pipe.get()))
    out.append(piece.data(), n);
  return out;
}

std::string errors_part(const report_options& o) {
  auto text = std::ifstream{};
  auto journal = std::istringstream{};
  if (o.log.empty()) {
    journal.str(
        output_of("journalctl --unit=mintage --lines=20000 --output=cat --quiet "
                  "--no-pager 2>/dev/null"));
  } else {
    text.open(o.log);
    if (!text) throw command_error{o.log.string() + ": cannot be read"};
  }
  auto out = std::string{};
  for (const auto& line :
       last_troubles(o.log.empty() ? static_cast<std::istream&>(journal) : text, most_log_lines))
    out += line + '\n';
  return out.empty()
             ? "none found in " + (o.log.empty() ? "the journal of mintage" : o.log.string()) + "\n"
             : out;
}

struct part {
  const char* title;
  std::string (*write)(const report_options&);
};
constexpr auto parts = std::to_array<part>({{"Program and libraries", program_part},
                                            {"Machine", machine_part},
                                            {"Settings", settings_part},
                                            {"State", state_part},
                                            {"Signing keys", keys_part},
                                            {"Last refusals", refusals_part},
                                            {"Warnings and errors of the log", errors_part},
                                            {"Metrics", metrics_part}});

/// @returns the report. A part that cannot be had says why: a server that is down is reported too.
std::string write_report(const report_options& o, std::int64_t now) {
  auto out = "Mintage bug report of " + time_text(now) +
             "\n\nIt holds settings, numbers, file names, and the ids of clients and requests; no "
             "secret, token,\ncode or key. Read it before you send it.\n";
  for (const auto& p : parts) {
    (out += "\n=== ").append(p.title).append(" ===\n\n");
    try {
      out += oauth::without_secrets(p.write(o));
    } catch (const std::exception& e) {
      (out += e.what()) += '\n';
    }
  }
  return out;
}

/// Writes a new file that only its owner may read. @throws command_error
void write_new_file(const std::string& name, const std::string& text) {
  const auto fail = [&] {
    throw command_error{name + ": " + std::generic_category().message(errno)};
  };
  const auto file = ::open(name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0) fail();
  auto rest = std::string_view{text};
  while (!rest.empty()) {
    const auto n = ::write(file, rest.data(), rest.size());
    if (n < 0) {
      if (errno == EINTR) continue;
      fail();
    }
    rest.remove_prefix(static_cast<std::size_t>(n));
  }
  ::close(file);
}

/// mintage-report-20261129-235959.txt
std::string usual_name(std::int64_t now) {
  auto out = std::string{"mintage-report-"};
  for (const auto c : time_text(now))
    if (c >= '0' && c <= '9')
      out += c;
    else if (c == ' ')
      out += '-';
  return out + ".txt";
}

int report(const report_options& o) {
  const auto now = std::chrono::duration_cast<std::chrono::seconds>(
                       std::chrono::system_clock::now().time_since_epoch())
                       .count();
  const auto text = write_report(o, now);
  if (o.to == "-") {
    std::cout << text << std::flush;
    return exit_ok;
  }
  const auto name = o.to.empty() ? usual_name(now) : o.to;
  write_new_file(name, text);
  std::cout << "The report is in " << name << ". Read it before you send it.\n";
  return exit_ok;
}

}  // namespace

void add_bug_report_command(CLI::App& program, action& chosen) {
  const auto o = std::make_shared<report_options>();
  auto* command = program.add_subcommand(
      "bug-report", "Write what helps to understand a fault into one file, without secrets");
  add_caller_options(*command, o->access);
  command->add_option("FILE", o->to,
                      "The new file, mintage-report-TIME.txt by default; - is standard output");
  command
      ->add_option(
          "--log", o->log,
          "Take warnings and errors from this log, by default from the journal of the unit "
          "mintage")
      ->type_name("FILE");
  command->callback([o, &chosen] { chosen = [o] { return report(*o); }; });
  command->footer(
      "It has the settings, the versions of all libraries, the metrics, the last refusals, and "
      "the\n"
      "warnings and errors of the log. It is written also when the server does not answer.\n"
      "Examples:\n"
      "  mintage bug-report --config mintage.toml\n"
      "  mintage bug-report --config mintage.toml --log mintage.log -");
}

}  // namespace mintage::app
