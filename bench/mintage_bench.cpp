/// @file
/// mintage-bench: measures token servers. docs/BENCHMARKING.md says how to use it honestly.

#include <CLI/CLI.hpp>
#include <boost/json/serialize.hpp>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <iterator>

#include "bench/load/report.hpp"
#include "bench/load/suite.hpp"

namespace mintage::bench {
namespace {

namespace fs = std::filesystem;

constexpr auto exit_failed = 1;
constexpr auto exit_usage = 2;

/// Everything that the command line says of a run.
struct wishes {
  fs::path server;
  std::vector<std::string> settings;
  bool memory = false;
  std::string target;
  pid_t pid = 0;
  std::string admin;
  fs::path admin_token_file;
  fs::path input;
  client who;
  fs::path client_secret_file;
  audience kind;
  std::string name;
  std::size_t connections = 64;
  double rate = 0;
  std::string arrivals = "poisson";
  bool ramp = false;
  std::string goal = "p99=5ms";
  double warm_up = 2;
  double duration = 5;
  method how;
  double patience = 10;
  bool no_floor = false;
  bool quiet = false;
  fs::path json;
  fs::path html;
  fs::path plot_library;
};

fs::path own_program() {
  return fs::read_symlink("/proc/self/exe");
}

nanoseconds seconds(double s) {
  return nanoseconds{static_cast<std::int64_t>(s * 1e9)};
}

std::string read_line_of(const fs::path& file) {
  auto in = std::ifstream{file};
  auto line = std::string{};
  if (!std::getline(in, line)) throw std::runtime_error{file.string() + ": cannot be read"};
  return line;
}

void write(const fs::path& file, const std::string& text) {
  auto out = std::ofstream{file, std::ios::binary};
  out << text;
  if (!out.flush()) throw std::runtime_error{file.string() + ": cannot be written"};
}

std::map<std::string, std::string> settings_of(const wishes& w) {
  auto out = std::map<std::string, std::string>{};
  if (w.memory) out["storage.engine"] = "\"memory\"";
  for (const auto& each : w.settings) {
    const auto equals = each.find('=');
    if (equals == std::string::npos) throw std::runtime_error{"--set needs KEY=VALUE: " + each};
    out[each.substr(0, equals)] = each.substr(equals + 1);
  }
  return out;
}

std::unique_ptr<subject> find_subject(const wishes& w) {
  if (w.target.empty()) {
    // Beside the folder that this program was built in.
    const auto own = own_program().parent_path().parent_path() / "mintage";
    return subject::start(w.server.empty() ? own : w.server, settings_of(w));
  }
  auto out = subject::at(resolve(w.target),
                         w.pid == 0 ? std::optional<pid_t>{} : std::optional<pid_t>{w.pid});
  if (!w.admin.empty()) {
    out->set_admin(resolve(w.admin), crypto::secret_string{read_line_of(w.admin_token_file)});
  }
  return out;
}

scenario scenario_of(const wishes& w) {
  auto out = scenario{w.name, w.kind, w.connections, {}, {}};
  const auto kind = w.arrivals == "constant" ? arrival_kind::constant : arrival_kind::poisson;
  if (w.rate > 0) out.arrivals = pace{kind, w.rate};
  if (w.ramp) {
    out.ramp = parse_objective(w.goal);
    if (!out.arrivals) out.arrivals = pace{kind, 500};
  }
  if (out.name.empty()) {
    out.name = w.kind.id_token_alg == "RS256" ? "code-rs256" : "code-es256";
    if (w.kind.is_public) out.name += "-public";
    if (out.ramp) {
      out.name += "-ramp";
    } else if (out.arrivals) {
      out.name += "-open";
    }
  }
  return out;
}

method method_of(const wishes& w) {
  auto out = w.how;
  out.warm_up = seconds(w.warm_up);
  out.duration = seconds(w.duration);
  out.patience = seconds(w.patience);
  return out;
}

std::vector<outcome> measure_codes(const wishes& w, const subject& s, progress_line& line) {
  const auto what = scenario_of(w);
  auto who = w.who;
  if (w.input.empty()) {
    who = s.make_client(w.kind);
  } else if (!w.client_secret_file.empty()) {
    who.secret = read_line_of(w.client_secret_file);
  }
  const auto codes = w.input.empty() ? minted_codes(s, who) : codes_from(w.input);
  auto out = std::vector<outcome>{};
  out.push_back(run_scenario(s, who, *codes, what, method_of(w), line));
  return out;
}

std::string date_of_now() {
  const auto now = std::time(nullptr);
  auto parts = std::tm{};
  ::gmtime_r(&now, &parts);
  auto text = std::array<char, 32>{};
  return {text.data(), std::strftime(text.data(), text.size(), "%FT%TZ", &parts)};
}

int measure(const wishes& w, bool whole_suite) {
  // First of all what would be missed only after minutes of load.
  auto parts = page_parts{};
  if (!w.html.empty()) {
    const auto beside = own_program().parent_path() / "report" / "node_modules" / "uplot";
    parts = read_page_parts(w.plot_library.empty() ? beside : w.plot_library);
  }
  auto line = progress_line{w.quiet};
  auto r = run{};
  r.date = date_of_now();
  r.where = read_machine();
  if (r.where.load > 0.5 * r.where.cores) {
    r.doubts.emplace_back("The machine was busy when the run began: do not publish these figures.");
  }
  if (!w.no_floor) {
    line.say("floor");
    r.floor = measure_floor(own_program(), w.connections);
  }
  const auto s = find_subject(w);
  r.settings = s->settings();
  if (!w.target.empty()) r.settings["target"] = w.target;
  r.outcomes = whole_suite ? run_suite(*s, method_of(w), w.connections,
                                       parse_objective(w.goal).value(), line)
                           : measure_codes(w, *s, line);
  line.say("");
  std::fputs(to_table(r).c_str(), stdout);
  const auto report = to_json(r);
  if (!w.json.empty()) write(w.json, boost::json::serialize(report) + "\n");
  if (!w.html.empty()) write(w.html, to_page(report, parts));
  auto unexplained = std::uint64_t{0};
  for (const auto& o : r.outcomes) unexplained += o.unexplained();
  if (unexplained == 0) return 0;
  std::fprintf(stderr, "mintage-bench: %llu requests failed without being expected to\n",
               static_cast<unsigned long long>(unexplained));
  return exit_failed;
}

int compare_files(const fs::path& first, const fs::path& second, double threshold) {
  const auto c = compare_reports(read_report(first), read_report(second), threshold);
  std::fputs(c.table.c_str(), stdout);
  if (c.common == 0) throw std::runtime_error{"the reports have no scenario in common"};
  return c.regressions == 0 ? 0 : exit_failed;
}

void add_run_options(CLI::App& c, wishes& w) {
  c.add_option("--server", w.server, "Program to start (default: mintage beside this one)");
  c.add_option("--set", w.settings, "Setting of that server as KEY=TOML, repeatable");
  c.add_flag("--memory", w.memory, "Let that server keep its records in memory");
  c.add_option("--connections", w.connections, "Connections at once")
      ->check(CLI::Range(1, 20000))
      ->capture_default_str();
  c.add_option("--objective", w.goal, "What a ramp shall keep, e.g. p99=5ms")
      ->capture_default_str()
      ->check([](const std::string& text) {
        return parse_objective(text) ? std::string{} : "not an objective: " + text;
      });
  c.add_option("--warm-up", w.warm_up, "Seconds before the first round")
      ->check(CLI::Range(0.0, 3600.0))
      ->capture_default_str();
  c.add_option("--duration", w.duration, "Seconds of a round, or of a step of a ramp")
      ->check(CLI::Range(0.1, 3600.0))
      ->capture_default_str();
  c.add_option("--rounds", w.how.rounds, "Rounds")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  c.add_option("--steps", w.how.steps, "Rates that a ramp tries at most")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  c.add_option("--threads", w.how.threads, "Threads of the harness")
      ->check(CLI::Range(1, 256))
      ->capture_default_str();
  c.add_option("--patience", w.patience, "Seconds after which a request is given up")
      ->check(CLI::Range(0.1, 3600.0))
      ->capture_default_str();
  c.add_option("--verify-every", w.how.verify_every,
               "Verify the signatures of one answer in so many; 0 = none")
      ->capture_default_str();
  c.add_option("--allow", w.how.allowed, "Kind of failure to accept, e.g. 503; repeatable");
  c.add_option("--json", w.json, "Write the report for machines");
  c.add_option("--html", w.html, "Write the report for people, one page");
  c.add_option("--plot-library", w.plot_library, "Folder of the uplot package for that page");
  c.add_flag("--no-floor", w.no_floor, "Do not measure the floor of this machine");
  c.add_flag("--quiet", w.quiet, "No progress");
}

void add_code_options(CLI::App& c, wishes& w) {
  c.add_option("--name", w.name, "Name in the report");
  c.add_flag("--public", w.kind.is_public, "Public client with PKCE");
  c.add_option("--id-token-alg", w.kind.id_token_alg, "ES256 or RS256")
      ->check(CLI::IsMember({"ES256", "RS256"}))
      ->capture_default_str();
  c.add_option("--rate", w.rate, "Open loop: requests per second; first rate of a ramp")
      ->check(CLI::Range(0.1, 1e7));
  c.add_option("--arrivals", w.arrivals, "constant or poisson")
      ->check(CLI::IsMember({"constant", "poisson"}))
      ->capture_default_str();
  c.add_flag("--ramp", w.ramp, "Search the highest rate that keeps the objective");

  auto* target = c.add_option("--target", w.target, "A server that runs already: http://host:port");
  c.add_option("--pid", w.pid, "Its process, when it runs on this machine")->needs(target);
  auto* admin =
      c.add_option("--admin", w.admin, "Its admin listener, to mint codes")->needs(target);
  auto* token = c.add_option("--admin-token-file", w.admin_token_file, "Admin token")->needs(admin);
  admin->needs(token);
  auto* input = c.add_option("--input", w.input, "Codes, one per line, instead of minting")
                    ->needs(target)
                    ->excludes(admin);
  auto* id = c.add_option("--client-id", w.who.id, "Client of those codes")->needs(input);
  input->needs(id);
  auto* to = c.add_option("--redirect-uri", w.who.redirect_uri, "Of those codes")->needs(input);
  input->needs(to);
  c.add_option("--client-secret-file", w.client_secret_file, "Its secret")->needs(input);
  c.add_option("--code-verifier", w.who.verifier, "PKCE verifier of those codes")->needs(input);
}

int main(int argc, char** argv) {
  auto program = CLI::App{"Measures OAuth 2.0 token servers"};
  program.require_subcommand(1);
  program.footer(
      "Try: mintage-bench code --rounds 3 --html report.html\n"
      "     mintage-bench code --rate 5000 --objective p99=5ms");
  auto w = wishes{};
  auto* code = program.add_subcommand("code", "Mint codes in bulk, exchange each once");
  add_run_options(*code, w);
  add_code_options(*code, w);
  auto* suite = program.add_subcommand("suite", "The standard scenarios, as ./dev bench runs them");
  add_run_options(*suite, w);
  auto* comparing = program.add_subcommand("compare", "Two JSON reports side by side");
  auto first = fs::path{};
  auto second = fs::path{};
  auto threshold = 5.0;
  comparing->add_option("first", first, "JSON report before")->required();
  comparing->add_option("second", second, "JSON report after")->required();
  comparing->add_option("--threshold", threshold, "Percent from which worse is a regression")
      ->check(CLI::Range(0.0, 1000.0))
      ->capture_default_str();
  auto* floor = program.add_subcommand("floor-server", "");
  floor->group("");  // for this program itself
  try {
    program.parse(argc, argv);
    if (floor->parsed()) return serve_floor();
    if (comparing->parsed()) return compare_files(first, second, threshold);
    if (code->parsed() && !w.target.empty() && w.admin.empty() && w.input.empty()) {
      throw CLI::ValidationError{"--target", "needs --admin or --input"};
    }
    return measure(w, suite->parsed());
  } catch (const CLI::ParseError& e) {
    return program.exit(e) == 0 ? 0 : exit_usage;
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
