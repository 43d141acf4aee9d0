#include "bench/harness/process_use.hpp"

#include <sys/resource.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <charconv>
#include <filesystem>
#include <fstream>
#include <thread>

#include "loopback/child_process.hpp"

namespace mintage::bench {
namespace {

std::uint64_t leading_number(std::string_view text) noexcept {
  const auto begin = text.find_first_of("0123456789");
  auto value = std::uint64_t{0};
  if (begin != text.npos) {
    std::from_chars(text.data() + begin, text.data() + text.size(), value);
  }
  return value;
}

nanoseconds from(const timeval& t) {
  return std::chrono::seconds{t.tv_sec} + std::chrono::microseconds{t.tv_usec};
}

}  // namespace

process_use operator-(const process_use& end, const process_use& begin) noexcept {
  auto out = end;
  out.user -= begin.user;
  out.system -= begin.system;
  out.voluntary_switches -= begin.voluntary_switches;
  out.forced_switches -= begin.forced_switches;
  return out;
}

std::optional<process_use> parse_stat(std::string_view text, std::int64_t ticks_per_second) {
  // The second field is the command in parentheses, which may contain spaces and parentheses.
  const auto command_end = text.rfind(')');
  if (command_end == text.npos) return {};
  text.remove_prefix(command_end + 1);
  auto out = process_use{};
  for (auto field = 3; field <= 15; ++field) {
    const auto begin = text.find_first_not_of(' ');
    if (begin == text.npos) return {};
    text.remove_prefix(begin);
    const auto end = std::min(text.find_first_of(" \n"), text.size());
    const auto ticks = static_cast<std::int64_t>(leading_number(text.substr(0, end)));
    const auto time = nanoseconds{ticks * (1'000'000'000 / ticks_per_second)};
    if (field == 14) out.user = time;
    if (field == 15) out.system = time;
    text.remove_prefix(end);
  }
  return out;
}

std::uint64_t status_number(std::string_view text, std::string_view name) {
  for (auto at = text.find(name); at != text.npos; at = text.find(name, at + 1)) {
    const auto is_line_start = at == 0 || text[at - 1] == '\n';
    const auto after = text.substr(at + name.size());
    if (is_line_start && after.starts_with(':')) {
      return leading_number(after.substr(0, after.find('\n')));
    }
  }
  return 0;
}

std::optional<process_use> read_process(pid_t pid) {
  const auto folder = std::filesystem::path{"/proc"} / std::to_string(pid);
  auto out = parse_stat(loopback::read_file(folder / "stat"), ::sysconf(_SC_CLK_TCK));
  if (!out) return {};
  const auto status = loopback::read_file(folder / "status");
  out->resident_kib = status_number(status, "VmRSS");
  out->peak_resident_kib = status_number(status, "VmHWM");
  // The figures of a process are the sum over its threads; "status" has those of the first one.
  auto error = std::error_code{};
  for (const auto& task : std::filesystem::directory_iterator{folder / "task", error}) {
    const auto one = loopback::read_file(task.path() / "status");
    out->voluntary_switches += status_number(one, "voluntary_ctxt_switches");
    out->forced_switches += status_number(one, "nonvoluntary_ctxt_switches");
  }
  return out;
}

process_use read_this_thread() {
  auto usage = rusage{};
  ::getrusage(RUSAGE_THREAD, &usage);
  auto out = process_use{};
  out.user = from(usage.ru_utime);
  out.system = from(usage.ru_stime);
  out.voluntary_switches = static_cast<std::uint64_t>(usage.ru_nvcsw);
  out.forced_switches = static_cast<std::uint64_t>(usage.ru_nivcsw);
  return out;
}

machine read_machine() {
  auto out = machine{};
  const auto cpus = loopback::read_file("/proc/cpuinfo");
  if (const auto at = cpus.find("model name"); at != cpus.npos) {
    const auto colon = cpus.find(": ", at);
    if (colon != cpus.npos) out.cpu = cpus.substr(colon + 2, cpus.find('\n', colon) - colon - 2);
  }
  out.cores = std::thread::hardware_concurrency();
  auto name = utsname{};
  if (::uname(&name) == 0) out.kernel = std::string{name.sysname} + " " + name.release;
  out.memory_mib = status_number(loopback::read_file("/proc/meminfo"), "MemTotal") / 1024;
  auto in = std::ifstream{"/proc/loadavg"};
  in >> out.load;
  return out;
}

}  // namespace mintage::bench
