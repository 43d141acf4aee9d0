#include "app/process_watch.hpp"

#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <numeric>
#include <string>
#include <utility>

#include "app/build_facts.hpp"

namespace mintage::app {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

constexpr auto interval = 1s;
/// The page shows the cell of the ratio in ten-thousandths.
constexpr auto ratio_unit = 1e-4;

constexpr auto thread_seconds = metrics::metric{
    "mintage_thread_seconds_total",
    "Time in which threads of a kind ran, or waited for a core, as the kernel counts it.",
    metrics::metric_type::counter, metrics::nanosecond};

std::string first_line(const fs::path& file) {
  auto line = std::string{};
  std::getline(std::ifstream{file}, line);
  return line;
}

/// The numbers of a line that begins with them.
template <std::size_t Count>
std::array<std::uint64_t, Count> numbers_in(std::string_view line) {
  auto out = std::array<std::uint64_t, Count>{};
  for (auto& n : out) {
    const auto begin = std::min(line.find_first_not_of(' '), line.size());
    line.remove_prefix(begin);
    const auto read = std::from_chars(line.data(), line.data() + line.size(), n);
    line.remove_prefix(static_cast<std::size_t>(read.ptr - line.data()));
  }
  return out;
}

/// Threads come and go while they are listed: what cannot be read is left out.
thread_uses read_threads() {
  auto all = thread_uses{};
  auto failed = std::error_code{};
  for (auto at = fs::directory_iterator{"/proc/self/task", failed};
       !failed && at != fs::directory_iterator{}; at.increment(failed)) {
    const auto& folder = at->path();
    const auto schedule = first_line(folder / "schedstat");
    if (schedule.empty()) continue;
    const auto [running, waiting] = numbers_in<2>(schedule);
    const auto id = numbers_in<1>(folder.filename().native())[0];
    all[static_cast<int>(id)] = {kind_of_thread(first_line(folder / "comm")), running, waiting};
  }
  return all;
}

/// @see proc(5), /proc/stat: user, nice, system, idle, iowait, irq, softirq, steal
core_use read_cores() {
  auto allowed = cpu_set_t{};
  if (::sched_getaffinity(0, sizeof allowed, &allowed) != 0) return {};
  auto out = core_use{};
  auto lines = std::ifstream{"/proc/stat"};
  for (auto line = std::string{}; std::getline(lines, line) && line.starts_with("cpu");) {
    const auto rest = std::string_view{line}.substr(3);
    if (rest.starts_with(' ')) continue;  // the sum of all
    const auto [core] = numbers_in<1>(rest);
    if (core >= CPU_SETSIZE || !CPU_ISSET(core, &allowed)) continue;
    const auto space = rest.find(' ');
    if (space == rest.npos) continue;
    const auto times = numbers_in<8>(rest.substr(space));
    const auto all = std::accumulate(times.begin(), times.end(), std::uint64_t{0});
    out.all += all;
    out.busy += all - times[3] - times[4];
    ++out.count;
  }
  return out;
}

std::uint64_t count_open_files() {
  auto failed = std::error_code{};
  auto count = std::uint64_t{0};
  for (auto at = fs::directory_iterator{"/proc/self/fd", failed};
       !failed && at != fs::directory_iterator{}; at.increment(failed))
    ++count;
  return count > 0 ? count - 1 : 0;  // the folder is open while it is listed
}

std::uint64_t read_resident_bytes() {
  const auto pages = numbers_in<2>(first_line("/proc/self/statm"))[1];
  return pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

std::uint64_t seconds_since_1970() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::seconds>(now).count());
}

auto thread_cells(metrics::meter_group& in, std::string_view state) {
  return metrics::make_cells<metrics::counter, thread_kinds.size()>([&](std::size_t k) {
    return metrics::counter{
        in,
        thread_seconds,
        {{"threads", std::string{thread_kinds[k].name}}, {"state", std::string{state}}}};
  });
}

}  // namespace

thread_kind kind_of_thread(std::string_view name) noexcept {
  auto k = std::size_t{0};
  while (!name.starts_with(thread_kinds[k].prefix)) ++k;
  return static_cast<thread_kind>(k);
}

process_meters::process_meters()
    : headroom{*this,
               {"mintage_headroom_ratio",
                "Share of its capacity that the server does not use: 1 idle, 0 full.",
                metrics::metric_type::gauge, ratio_unit}},
      running_ns{thread_cells(*this, "running")},
      waiting_ns{thread_cells(*this, "waiting")},
      resident_bytes{*this,
                     {"mintage_process_resident_bytes", "Memory of the process.",
                      metrics::metric_type::gauge}},
      open_files{*this,
                 {"mintage_process_open_files", "Files and sockets that the process has open.",
                  metrics::metric_type::gauge}},
      start_seconds{
          *this,
          {"mintage_process_start_seconds", "When the process began, in seconds since 1970.",
           metrics::metric_type::gauge}},
      build{*this,
            {"mintage_build_info", "1, with the version of the program.",
             metrics::metric_type::gauge},
            {{"version", std::string{program_version()}}}} {
  headroom.set(static_cast<std::uint64_t>(1 / ratio_unit));
  start_seconds.set(seconds_since_1970());
  build.set(1);
}

process_watch::process_watch() : thread_{[this](const std::stop_token& stop) { run(stop); }} {}

void process_watch::run(const std::stop_token& stop) {
  auto lock = std::unique_lock{mutex_};
  while (!stop.stop_requested()) {
    read();
    stopped_.wait_for(lock, stop, interval, [] { return false; });
  }
}

void process_watch::read() {
  auto all = read_threads();
  auto running = std::array<std::uint64_t, thread_kinds.size()>{};
  auto waiting = running;
  for (const auto& [id, use] : all) {
    running[static_cast<std::size_t>(use.kind)] += use.running_ns;
    waiting[static_cast<std::size_t>(use.kind)] += use.waiting_ns;
  }
  for (auto k = std::size_t{0}; k < thread_kinds.size(); ++k) {
    // The time of threads that have ended is not counted any more; a counter must not go back.
    meters_.running_ns[k].set(std::max(running[k], meters_.running_ns[k].get()));
    meters_.waiting_ns[k].set(std::max(waiting[k], meters_.waiting_ns[k].get()));
  }
  headroom_.note(metrics::ticks(), {std::move(all), read_cores(), metrics::read_work_costs()});
  meters_.headroom.set(static_cast<std::uint64_t>(headroom_.ratio() / ratio_unit));
  meters_.resident_bytes.set(read_resident_bytes());
  meters_.open_files.set(count_open_files());
}

}  // namespace mintage::app
