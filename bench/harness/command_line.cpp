#include "bench/harness/command_line.hpp"

#include <algorithm>
#include <stdexcept>

namespace mintage::bench {
namespace {

nanoseconds seconds(double s) {
  return nanoseconds{static_cast<std::int64_t>(s * 1e9)};
}

std::string default_name(const run_options& w) {
  auto out = std::string{"mixed"};
  if (w.mix.size() == 1) {
    const auto kind = w.mix.front().kind;
    out = name_of(kind);
    if (kind == request_kind::code) out += w.kind.id_token_alg == "RS256" ? "-rs256" : "-es256";
    if (w.kind.is_offline) out += "-offline";
    if (kind == request_kind::refresh) out += w.keeps_refresh_tokens ? "-static" : "-rotating";
  }
  if (w.kind.is_public) out += "-public";
  if (w.kind.proves_by == proof_kind::assertion) out += "-private-key-jwt";
  if (w.kind.proves_by == proof_kind::dpop) out += "-dpop";
  if (w.tls) out += "-tls";
  if (w.reconnect_every != 0) out += w.trust.resumes ? "-resumed" : "-reconnect";
  if (w.ramp) return out + "-ramp";
  return w.rate > 0 ? out + "-open" : out;
}

/// Adds the options that all measurements share.
void add_server_options(CLI::App& c, run_options& w) {
  c.add_option("--server", w.server, "Program to start (default: mintage beside this one)");
  c.add_option("--set", w.settings, "Setting of that server as KEY=TOML, repeatable");
  c.add_flag("--memory", w.memory, "Let that server keep its records in memory");
  c.add_option("--warm-up", w.warm_up, "Seconds before the first round")
      ->check(CLI::Range(0.0, 3600.0))
      ->capture_default_str();
  c.add_option("--label", w.label, "What was measured, for the report")->capture_default_str();
  c.add_option("--json", w.json, "Write the report for machines");
  c.add_option("--html", w.html, "Write the report for people, one page");
  c.add_option("--plot-library", w.plot_library, "Folder of the uplot package for that page");
  c.add_flag("--quiet", w.quiet, "No progress");
}

void add_storm_options(CLI::App& c, run_options& w) {
  add_server_options(c, w);
  c.add_option("--server-core", w.server_core,
               "Core of the server (default: the first one); the load has the others")
      ->check(CLI::Range(0, CPU_SETSIZE - 1));
  c.add_option("--connections", w.storm.connections, "Connections of the storm")
      ->check(CLI::Range(1, 20000))
      ->capture_default_str();
  c.add_option_function<double>(
       "--duration", [&w](double s) { w.storm.part = seconds(s); },
       "Seconds of each part of the storm")
      ->check(CLI::Range(0.5, 60.0))
      ->default_str("4");
  c.add_option_function<double>(
       "--peak-duration", [&w](double s) { w.storm.peak_step = seconds(s); },
       "Seconds for which a rate must be kept to count as the peak")
      ->check(CLI::Range(0.5, 60.0))
      ->default_str("10");
  c.callback([&w] {
    w.is_storm = true;
    w.mix = {{request_kind::code, 1}};
  });
}

void add_run_options(CLI::App& c, run_options& w) {
  add_server_options(c, w);
  c.add_option("--connections", w.connections, "Connections at once")
      ->check(CLI::Range(1, 20000))
      ->capture_default_str();
  c.add_option("--objective", w.goal, "What a ramp shall keep, e.g. p99=5ms")
      ->capture_default_str()
      ->check([](const std::string& text) {
        return parse_objective(text) ? std::string{} : "not an objective: " + text;
      });
  c.add_option("--duration", w.duration, "Seconds of a round, or of a step of a ramp")
      ->check(CLI::Range(0.1, 3600.0))
      ->capture_default_str();
  c.add_option("--rounds", w.how.rounds, "Rounds")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  c.add_option("--requests", w.how.requests,
               "Rounds until there were so many answers, and the server's memory over them")
      ->check(CLI::Range(1.0, 1e12));
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
  c.add_flag("--tls", w.tls, "Let the server that is started speak TLS");
  c.add_flag("--no-floor", w.no_floor, "Do not measure the floor of this machine");
}

void add_scenario_options(CLI::App& c, run_options& w) {
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
  auto* again = c.add_option("--reconnect-every", w.reconnect_every,
                             "Answers after which a connection is opened anew; 0 = never");
  c.add_flag("--resume", w.trust.resumes, "Resume TLS sessions then")->needs(again);
}

void add_target_options(CLI::App& c, run_options& w) {
  auto* target = c.add_option("--target", w.target,
                              "A server that runs already: http://host:port or https://host:port");
  c.add_option("--ca", w.trust.ca, "Certificates in PEM that are trusted for https")->needs(target);
  c.add_option("--pid", w.pid, "Its process, when it runs on this machine")->needs(target);
  auto* admin =
      c.add_option("--admin", w.admin, "Its admin listener, to mint codes and to read metrics")
          ->needs(target);
  auto* token = c.add_option("--admin-token-file", w.admin_token_file, "Admin token")->needs(admin);
  admin->needs(token);
  auto* id = c.add_option("--client-id", w.who.id, "Client that exists there")
                 ->needs(target)
                 ->excludes(admin);
  c.add_option("--client-secret-file", w.client_secret_file, "Its secret")->needs(id);
  c.add_option("--input", w.input, "Codes or tokens of that client, one per line")->needs(id);
  c.add_option("--redirect-uri", w.who.redirect_uri, "Of those codes")->needs(id);
  c.add_option("--code-verifier", w.who.verifier, "PKCE verifier of those codes")->needs(id);
  c.add_option("--scope", w.who.own_scope, "Asked for with the client's own credentials")
      ->needs(id);
}

void add_proof_options(CLI::App& c, run_options& w) {
  auto* by_key = c.add_flag_callback(
                      "--private-key-jwt", [&w] { w.kind.proves_by = proof_kind::assertion; },
                      "The client authenticates with ES256 assertions, made before each round")
                     ->excludes("--public")
                     ->excludes("--client-secret-file");
  c.add_option("--client-key", w.client_key_file,
               "P-256 key of the client that exists: PKCS #8 in DER")
      ->needs("--client-id")
      ->needs(by_key);
  c.add_flag_callback(
       "--dpop", [&w] { w.kind.proves_by = proof_kind::dpop; },
       "Tokens bound to a key by ES256 DPoP proofs, made before each round")
      ->excludes("--private-key-jwt");
}

CLI::App* add_scenario(CLI::App& program, run_options& w, request_kind kind, const char* what) {
  auto* c = program.add_subcommand(std::string{name_of(kind)}, what);
  add_run_options(*c, w);
  add_scenario_options(*c, w);
  add_target_options(*c, w);
  c->callback([&w, kind] { w.mix = {{kind, 1}}; });
  return c;
}

}  // namespace

void add_measurements(CLI::App& program, run_options& w) {
  auto* code =
      add_scenario(program, w, request_kind::code, "Mint codes in bulk, exchange each once");
  code->add_flag("--offline", w.kind.is_offline, "For a refresh token, too");
  add_proof_options(*code, w);
  auto* refresh = add_scenario(program, w, request_kind::refresh,
                               "Refresh, each time with the token of the answer before");
  refresh->add_flag("--static", w.keeps_refresh_tokens, "With tokens that stay good");
  add_proof_options(
      *add_scenario(program, w, request_kind::client_credentials, "Tokens for the client itself"),
      w);
  add_scenario(program, w, request_kind::introspect, "Introspect access tokens of the client");

  auto* mixed = program.add_subcommand("mixed", "Several kinds of request, by weight");
  add_run_options(*mixed, w);
  add_scenario_options(*mixed, w);
  mixed->add_flag("--static", w.keeps_refresh_tokens, "Refresh with tokens that stay good");
  mixed
      ->add_option_function<std::string>(
          "--mix",
          [&w](const std::string& text) {
            auto mix = parse_mix(text);
            if (!mix) throw CLI::ValidationError{"--mix", "not a mix: " + text};
            w.mix = std::move(*mix);
          },
          "Kinds and weights, e.g. code=4,refresh=5,client-credentials=1")
      ->required();

  auto* suite = program.add_subcommand("suite", "The standard scenarios, as ./dev bench runs them");
  add_run_options(*suite, w);

  add_storm_options(*program.add_subcommand("overload",
                                            "More than the server can do: who is refused, how "
                                            "quickly, and what the others get"),
                    w);
}

CLI::App* add_start(CLI::App& program, run_options& w) {
  auto* c = program.add_subcommand("start", "Time until a server with many clients is ready again");
  c->add_option("--server", w.server, "Program to start (default: mintage beside this one)");
  c->add_option("--set", w.settings, "Setting of that server as KEY=TOML, repeatable");
  c->add_option("--clients", w.clients, "Clients that it knows")
      ->check(CLI::Range(0, 10'000'000))
      ->capture_default_str();
  c->add_option("--rounds", w.how.rounds, "Starts")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  c->add_flag("--quiet", w.quiet, "No progress");
  return c;
}

CLI::App* add_login(CLI::App& program, run_options& w) {
  auto* c = program.add_subcommand(
      "login", "Whole logins by /authorize, an accepting login page and /token; or one step");
  c->add_option("--server", w.server, "Program to start (default: mintage beside this one)");
  c->add_option("--set", w.settings, "Setting of that server as KEY=TOML, repeatable");
  c->add_flag("--memory", w.memory, "Let that server keep its records in memory");
  c->add_option("--warm-up", w.warm_up, "Seconds before the first round")
      ->check(CLI::Range(0.0, 3600.0))
      ->capture_default_str();
  c->add_option("--json", w.json, "Write the result for machines");
  c->add_flag("--quiet", w.quiet, "No progress");
  c->add_option_function<std::string>(
       "--step", [&w](const std::string& name) { w.step = parse_login_step(name).value(); },
       "journey, authorize, accept (of handles got before) or push (POST /par)")
      ->check(CLI::IsMember({"journey", "authorize", "accept", "push"}))
      ->default_str("journey");
  c->add_option("--connections", w.connections, "Browsers at once")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  c->add_option("--duration", w.duration, "Seconds of a round")
      ->check(CLI::Range(0.1, 3600.0))
      ->capture_default_str();
  c->add_option("--rounds", w.how.rounds, "Rounds")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  c->add_flag("--tls", w.tls, "Let the server that is started speak TLS");
  c->add_flag("--no-floor", w.no_floor, "Do not measure the floor of this machine");
  return c;
}

CLI::App* add_cluster(CLI::App& program, run_options& w) {
  auto& k = w.cluster;
  auto* c = program.add_subcommand(
      "cluster", "Nodes over PostgreSQL: their cost and the database's per login, beside RocksDB");
  c->add_option("--server", w.server, "Program to start (default: mintage beside this one)");
  c->add_option("--set", w.settings, "Setting of all nodes as KEY=TOML, repeatable");
  auto* count = c->add_option("--nodes", k.nodes, "Nodes to start")
                    ->check(CLI::Range(1, 64))
                    ->capture_default_str();
  auto* place = c->add_option("--place", k.place,
                              "Folder for PostgreSQL's data (default: that of temporary files)")
                    ->check(CLI::ExistingDirectory);
  auto* target = c->add_option("--target", k.targets, "A node that runs already; repeatable")
                     ->excludes(count)
                     ->excludes(place);
  auto* admin =
      c->add_option("--admin", k.admins, "Its admin listener; one for each target")->needs(target);
  auto* token = c->add_option("--admin-token-file", w.admin_token_file, "Admin token of them all")
                    ->needs(admin);
  target->needs(admin);
  admin->needs(token);
  c->add_option("--pid", k.pids, "Its process, when it runs on this machine; one for each target")
      ->needs(target);
  c->add_option("--connections", w.connections, "Connections at once, over all nodes")
      ->check(CLI::Range(1, 20000))
      ->capture_default_str();
  c->add_option("--rate", w.rate, "Open loop: exchanges per second, over all nodes")
      ->check(CLI::Range(0.1, 1e7));
  c->add_option("--arrivals", w.arrivals, "constant or poisson")
      ->check(CLI::IsMember({"constant", "poisson"}))
      ->capture_default_str();
  c->add_flag("--offline", w.kind.is_offline, "For a refresh token, too");
  c->add_option("--warm-up", w.warm_up, "Seconds before the first round")
      ->check(CLI::Range(0.0, 3600.0))
      ->capture_default_str();
  c->add_option("--duration", w.duration, "Seconds of a round, or of the load of a kill plan")
      ->check(CLI::Range(0.1, 3600.0))
      ->capture_default_str();
  c->add_option("--rounds", w.how.rounds, "Rounds")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  c->add_option("--threads", w.how.threads, "Threads of the harness")
      ->check(CLI::Range(1, 256))
      ->capture_default_str();
  c->add_option("--patience", w.patience, "Seconds after which a request is given up")
      ->check(CLI::Range(0.1, 3600.0))
      ->capture_default_str();
  c->add_option("--changes", k.changes, "Clients that are made to time a change")
      ->check(CLI::Range(0, 10'000))
      ->capture_default_str();
  c->add_flag("--alone", k.is_alone, "Without the same rounds over RocksDB");
  c->add_option("--kill", k.kills,
                "VICTIM@TIME, repeatable: kill the primary, a standby or a node, e.g. primary@10s, "
                "and prove that no login is lost or doubled")
      ->excludes(target)
      ->check([](const std::string& text) {
        return parse_kill(text) ? std::string{} : "not a kill: " + text;
      });
  c->add_option("--json", w.json, "Write the result for machines");
  c->add_flag("--no-floor", w.no_floor, "Do not measure the floor of this machine");
  c->add_flag("--quiet", w.quiet, "No progress");
  c->callback([&w] { w.mix = {{request_kind::code, 1}}; });
  return c;
}

std::vector<kill_event> kill_plan_of(const run_options& w) {
  auto out = std::vector<kill_event>{};
  for (const auto& each : w.cluster.kills) out.push_back(parse_kill(each).value());
  std::stable_sort(out.begin(), out.end(),
                   [](const kill_event& a, const kill_event& b) { return a.at < b.at; });
  if (!out.empty() && out.back().at >= seconds(w.duration))
    throw std::runtime_error{"--kill must come before the end of --duration"};
  return out;
}

bool is_measurement(const CLI::App& program, run_options& w) {
  for (const auto* name : {"code", "refresh", "client-credentials", "introspect"}) {
    if (!program.got_subcommand(name) || w.target.empty() || !w.admin.empty()) continue;
    if (w.who.id.empty()) throw CLI::ValidationError{"--target", "needs --admin or --client-id"};
    const auto kind = w.mix.front().kind;
    if (w.input.empty() && kind != request_kind::client_credentials)
      throw CLI::ValidationError{"--client-id", "needs --input"};
    if (w.kind.proves_by == proof_kind::assertion && w.client_key_file.empty())
      throw CLI::ValidationError{"--private-key-jwt", "needs --client-key with --client-id"};
    if (w.who.redirect_uri.empty() && kind == request_kind::code)
      throw CLI::ValidationError{"--input", "needs --redirect-uri"};
  }
  w.kind.rotates = !w.keeps_refresh_tokens;
  return !w.mix.empty() || program.got_subcommand("suite");
}

std::map<std::string, std::string> settings_of(const run_options& w) {
  auto out = std::map<std::string, std::string>{};
  if (w.memory) out["storage.engine"] = "\"memory\"";
  for (const auto& each : w.settings) {
    const auto equals = each.find('=');
    if (equals == std::string::npos) throw std::runtime_error{"--set needs KEY=VALUE: " + each};
    out[each.substr(0, equals)] = each.substr(equals + 1);
  }
  return out;
}

bool waits_for_disk(const run_options& w) {
  if (!w.target.empty()) return false;
  const auto set = settings_of(w);
  const auto is = [&](const char* key, const char* value) {
    const auto found = set.find(key);
    return found != set.end() && found->second == value;
  };
  return !is("storage.engine", "\"memory\"") && !is("storage.rocksdb.durability", "\"os\"");
}

scenario scenario_of(const run_options& w) {
  auto out = scenario{};
  out.name = w.name.empty() ? default_name(w) : w.name;
  out.who = w.kind;
  if (!w.mix.empty()) out.mix = w.mix;
  out.connections = w.connections;
  out.reconnect_every = w.reconnect_every;
  out.is_tls = w.tls || w.target.starts_with("https://");
  const auto kind = w.arrivals == "constant" ? arrival_kind::constant : arrival_kind::poisson;
  if (w.rate > 0) out.arrivals = pace{kind, w.rate};
  if (w.ramp) {
    out.ramp = parse_objective(w.goal);
    if (!out.arrivals) out.arrivals = pace{kind, 500};
  }
  return out;
}

method method_of(const run_options& w) {
  auto out = w.how;
  out.warm_up = seconds(w.warm_up);
  out.duration = seconds(w.duration);
  out.patience = seconds(w.patience);
  return out;
}

}  // namespace mintage::bench
