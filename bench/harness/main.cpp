/// @file
/// mintage-bench: measures token servers. docs/BENCHMARKING.md says how to use it honestly.

#include <array>
#include <boost/json/serialize.hpp>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <fstream>

#include "bench/harness/command_line.hpp"
#include "bench/harness/report.hpp"
#include "bench/harness/spread.hpp"
#include "bench/harness/suite.hpp"

namespace mintage::bench {
namespace {

namespace fs = std::filesystem;

constexpr auto exit_failed = 1;
constexpr auto exit_usage = 2;
constexpr auto exit_not_served = 3;

fs::path own_program() {
  return fs::read_symlink("/proc/self/exe");
}

std::string read_line_of(const fs::path& file) {
  auto in = std::ifstream{file};
  auto line = std::string{};
  if (!std::getline(in, line)) throw std::runtime_error{file.string() + ": cannot be read"};
  if (line.ends_with('\r')) line.pop_back();  // a text file from Windows
  return line;
}

void write(const fs::path& file, const std::string& text) {
  auto out = std::ofstream{file, std::ios::binary};
  out << text;
  if (!out.flush()) throw std::runtime_error{file.string() + ": cannot be written"};
}

/// The server's program; unless given, it is in the build folder of this one.
fs::path program_of(const run_options& w) {
  return w.server.empty() ? own_program().parent_path().parent_path() / "mintage" : w.server;
}

std::unique_ptr<target_server> start_target(const run_options& w,
                                            const std::map<std::string, std::string>& settings,
                                            const loopback::cores& on) {
  return target_server::start(program_of(w), settings,
                              w.tls ? std::optional{w.trust} : std::nullopt, on);
}

std::unique_ptr<target_server> find_target(const run_options& w) {
  if (w.target.empty()) return start_target(w, settings_of(w), {});
  auto out = target_server::at(resolve(w.target, w.trust),
                               w.pid == 0 ? std::optional<pid_t>{} : std::optional<pid_t>{w.pid});
  if (!w.admin.empty()) {
    out->set_admin(resolve(w.admin), crypto::secret_string{read_line_of(w.admin_token_file)});
  }
  return out;
}

/// The key that the given client signs assertions with; nothing when there is none.
std::optional<crypto::signing_key> client_key_of(const run_options& w) {
  if (w.client_key_file.empty()) return {};
  auto in = std::ifstream{w.client_key_file, std::ios::binary};
  const auto der = std::string{std::istreambuf_iterator<char>{in}, {}};
  auto key = crypto::signing_key::load(crypto::jws_alg::es256, der);
  if (!key)
    throw std::runtime_error{w.client_key_file.string() +
                             ": not a P-256 private key, PKCS #8 in DER"};
  return key;
}

/// Measures with a given client and its codes or tokens.
outcome measure_given(const run_options& w, const target_server& s, progress_line& line) {
  auto who = w.who;
  if (!w.client_secret_file.empty()) who.secret = read_line_of(w.client_secret_file);
  if (w.kind.proves_by != proof_kind::none)
    who.proofs = s.make_proofs(w.kind.proves_by, client_key_of(w));
  const auto kind = w.mix.front().kind;
  auto use = value_use::once;
  if (kind == request_kind::refresh && !w.keeps_refresh_tokens) use = value_use::replaced;
  if (kind == request_kind::introspect || w.keeps_refresh_tokens) use = value_use::again;
  auto values = value_sources{};
  values.push_back(kind == request_kind::client_credentials ? no_values()
                                                            : listed_values(w.input, use));
  return run_scenario(s, who, values, scenario_of(w), method_of(w), line);
}

std::vector<outcome> measure_all(const run_options& w, const target_server& s,
                                 progress_line& line) {
  if (w.mix.empty())
    return run_suite(s, method_of(w), scenario_of(w), parse_objective(w.goal).value(), line);
  auto out = std::vector<outcome>{};
  out.push_back(w.who.id.empty() ? run_scenario(s, scenario_of(w), method_of(w), line)
                                 : measure_given(w, s, line));
  return out;
}

std::string date_of_now() {
  const auto now = std::time(nullptr);
  auto parts = std::tm{};
  ::gmtime_r(&now, &parts);
  auto text = std::array<char, 32>{};
  return {text.data(), std::strftime(text.data(), text.size(), "%FT%TZ", &parts)};
}

/// The plotting library, if a page was requested. Read first, so that a missing library is reported
/// before minutes of load.
page_parts parts_for(const run_options& w) {
  if (w.html.empty()) return {};
  const auto beside = own_program().parent_path() / "report" / "node_modules" / "uplot";
  return read_page_parts(w.plot_library.empty() ? beside : w.plot_library);
}

/// Prints the report and writes the requested files.
void publish(const run& r, const run_options& w, const page_parts& parts) {
  const auto report = to_json(r);
  std::fputs(to_text(report).c_str(), stdout);
  const auto serialized = boost::json::serialize(report);
  if (!w.json.empty()) write(w.json, serialized + "\n");
  if (!w.html.empty()) write(w.html, to_page(serialized, parts));
}

run begin_run(const run_options& w) {
  auto r = run{};
  r.date = date_of_now();
  r.server = w.label;
  r.where = read_machine();
  if (r.where.load > 0.5 * r.where.cores) {
    r.doubts.emplace_back("The machine was busy when the run began: do not publish these figures.");
  }
  return r;
}

/// Measures with the server on a core of its own and the load on the others. Exits with 0 whatever
/// the figures are.
int measure_storm(const run_options& w) {
  auto own = loopback::allowed_cores();
  const auto server_core = w.server_core.value_or(own.front());
  if (std::erase(own, server_core) == 0 || own.empty())
    throw std::runtime_error{"overload needs a core for the server and another one for the load"};
  const auto parts = parts_for(w);
  auto line = progress_line{w.quiet};
  auto r = begin_run(w);
  loopback::stay_on(own);
  line.say("floor");
  r.floor = measure_floor(own_program(), w.connections, {server_core});
  // In real use codes are redeemed after seconds. These are older, because minting is not part of
  // the storm, but they must still be in memory.
  auto settings = settings_of(w);
  settings.try_emplace("storage.rocksdb.memtable_mb", "512");
  const auto s = start_target(w, settings, {server_core});
  r.settings = s->settings();
  auto done = run_overload(*s, scenario_of(w), method_of(w), r.floor.exchange, w.storm, line);
  r.outcomes.push_back(std::move(done.peak));
  r.storm = std::move(done.storm);
  line.say("");
  publish(r, w, parts);
  return 0;
}

int measure(const run_options& w) {
  const auto parts = parts_for(w);
  auto line = progress_line{w.quiet};
  auto r = begin_run(w);
  if (!w.no_floor) {
    line.say("floor");
    r.floor = measure_floor(own_program(), w.connections);
  }
  const auto s = find_target(w);
  r.settings = s->settings();
  r.waits_for_disk = waits_for_disk(w);
  if (!w.target.empty()) r.settings["target"] = w.target;
  r.outcomes = measure_all(w, *s, line);
  line.say("");
  publish(r, w, parts);
  auto unexplained = std::uint64_t{0};
  for (const auto& o : r.outcomes) unexplained += o.unexplained();
  if (unexplained == 0) return 0;
  std::fprintf(stderr, "mintage-bench: %llu requests failed without being expected to\n",
               static_cast<unsigned long long>(unexplained));
  return exit_failed;
}

int measure_starts(const run_options& w) {
  auto line = progress_line{w.quiet};
  const auto s = start_target(w, settings_of(w), {});
  line.say("making " + std::to_string(w.clients) + " clients");
  s->make_clients(w.clients);
  auto times = std::vector<double>{};
  for (auto i = 0U; i < w.how.rounds; ++i) {
    times.push_back(std::chrono::duration<double, std::milli>{s->restart()}.count());
    line.say(format_time(std::chrono::microseconds{std::llround(times.back() * 1e3)}));
  }
  line.say("");
  const auto all = spread_of(times);
  const auto use = read_process(s->pid().value());
  std::printf(
      "ready after %.0f ms (%.0f to %.0f ms, %u starts), from exec until GET /readyz is 200, with "
      "%zu clients; then %.1f MiB resident, %.0f ms of CPU\n",
      all.median, all.least, all.most, w.how.rounds, w.clients,
      static_cast<double>(use ? use->resident_kib : 0) / 1024,
      use ? std::chrono::duration<double, std::milli>{use->cpu()}.count() : 0.0);
  return 0;
}

cluster_method cluster_method_of(const run_options& w) {
  auto out = cluster_method{};
  out.program = program_of(w);
  out.settings = settings_of(w);
  out.nodes = w.cluster.nodes;
  out.place = w.cluster.place;
  out.compares = !w.cluster.is_alone;
  out.changes = w.cluster.changes;
  return out;
}

nodes find_nodes(const run_options& w) {
  const auto& k = w.cluster;
  if (k.admins.size() != k.targets.size())
    throw std::runtime_error{"each --target needs its --admin"};
  auto out = nodes{};
  for (auto i = std::size_t{0}; i < k.targets.size(); ++i) {
    const auto pid = i < k.pids.size() ? std::optional{k.pids[i]} : std::nullopt;
    out.push_back(target_server::at(resolve(k.targets[i]), pid));
    out.back()->set_admin(resolve(k.admins[i]),
                          crypto::secret_string{read_line_of(w.admin_token_file)});
  }
  return out;
}

/// Prints a result and writes it to the requested file. @returns the exit code.
template <class Result>
int finish(const run_options& w, progress_line& line, const Result& r, std::uint64_t faults) {
  line.say("");
  std::fputs(to_text(r).c_str(), stdout);
  if (!w.json.empty()) write(w.json, boost::json::serialize(to_json(r)) + "\n");
  return faults == 0 ? 0 : exit_failed;
}

int measure_cluster(const run_options& w) {
  auto line = progress_line{w.quiet};
  const auto plan = kill_plan_of(w);
  if (!plan.empty()) {
    const auto r = run_kill_plan(cluster_method_of(w), plan, scenario_of(w), method_of(w), line);
    return finish(w, line, r, r.book.faults());
  }
  auto floor = floor_costs{};
  if (!w.no_floor) {
    line.say("floor");
    floor = measure_floor(own_program(), w.connections);
  }
  auto r = run_cluster(cluster_method_of(w), find_nodes(w), scenario_of(w), method_of(w), line);
  r.floor = floor;
  return finish(w, line, r, r.faults());
}

int measure_logins(const run_options& w) {
  auto line = progress_line{w.quiet};
  auto floor = floor_costs{};
  if (!w.no_floor) {
    line.say("floor");
    floor = measure_floor(own_program(), w.connections);
  }
  auto settings = settings_of(w);
  settings[std::string{login_url_setting}] = '"' + std::string{login_url} + '"';
  const auto s = start_target(w, settings, {});
  const auto all = method_of(w);
  auto r = run_logins(*s, {w.step, w.connections, all.warm_up, all.duration, all.rounds}, line);
  r.floor = floor;
  return finish(w, line, r, r.faults());
}

int compare_files(const fs::path& first, const fs::path& second, double threshold) {
  const auto c = compare_reports(read_report(first), read_report(second), threshold);
  std::fputs(c.table.c_str(), stdout);
  if (c.common == 0) throw std::runtime_error{"the reports have no scenario in common"};
  return c.regressions == 0 ? 0 : exit_failed;
}

int show_servers(const std::vector<fs::path>& files) {
  auto reports = std::vector<boost::json::object>{};
  for (const auto& each : files) reports.push_back(read_report(each));
  std::fputs(servers_table(reports).c_str(), stdout);
  return 0;
}

int main(int argc, char** argv) {
  auto program = CLI::App{"Measures OAuth 2.0 token servers"};
  program.require_subcommand(1);
  program.footer(
      "Try: mintage-bench code --rounds 3 --html report.html\n"
      "     mintage-bench code --rate 5000 --objective p99=5ms");
  auto w = run_options{};
  w.label = "Mintage " MINTAGE_VERSION;
  add_measurements(program, w);
  const auto* starting = add_start(program, w);
  const auto* logging_in = add_login(program, w);
  const auto* clustered = add_cluster(program, w);
  auto* comparing = program.add_subcommand("compare", "Two JSON reports side by side");
  auto first = fs::path{};
  auto second = fs::path{};
  auto threshold = 5.0;
  comparing->add_option("first", first, "JSON report before")->required();
  comparing->add_option("second", second, "JSON report after")->required();
  comparing->add_option("--threshold", threshold, "Percent from which worse is a regression")
      ->check(CLI::Range(0.0, 1000.0))
      ->capture_default_str();
  auto* servers = program.add_subcommand("servers", "One table of the reports of several servers");
  auto reports = std::vector<fs::path>{};
  servers->add_option("reports", reports, "JSON reports")->required();
  auto* floor = program.add_subcommand("floor-server", "");
  floor->group("");  // for this program itself
  try {
    program.parse(argc, argv);
    if (floor->parsed()) return serve_floor();
    if (starting->parsed()) return measure_starts(w);
    if (logging_in->parsed()) return measure_logins(w);
    if (clustered->parsed()) return measure_cluster(w);
    if (comparing->parsed()) return compare_files(first, second, threshold);
    if (servers->parsed()) return show_servers(reports);
    if (!is_measurement(program, w)) return exit_usage;
    return w.is_storm ? measure_storm(w) : measure(w);
  } catch (const CLI::ParseError& e) {
    return program.exit(e) == 0 ? 0 : exit_usage;
  } catch (const not_served& e) {
    std::fprintf(stderr, "mintage-bench: %s\n", e.what());
    return exit_not_served;
  } catch (const std::exception& e) {
    std::fprintf(stderr, "mintage-bench: %s\n", e.what());
    return exit_usage;
  }
}

}  // namespace
}  // namespace mintage::bench

int main(int argc, char** argv) {
  return mintage::bench::main(argc, argv);
}
