#include <sys/stat.h>
#include <unistd.h>
#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <exception>
#include <future>
#include <iostream>
#include <optional>
#include <sstream>
#include <string>
#include <thread>

#include "actors/system.hpp"
#include "app/audit_stream.hpp"
#include "app/backup.hpp"
#include "app/cli/commands.hpp"
#include "app/clock_watch.hpp"
#include "app/cluster_node.hpp"
#include "app/event_log.hpp"
#include "app/listening_sockets.hpp"
#include "app/live_settings.hpp"
#include "app/open_files.hpp"
#include "app/operations_desk.hpp"
#include "app/private_files.hpp"
#include "app/process_limits.hpp"
#include "app/process_watch.hpp"
#include "app/seal_keeper.hpp"
#include "app/server_journal.hpp"
#include "app/service_manager.hpp"
#include "app/stopping.hpp"
#include "app/system_clock.hpp"
#include "config/config.hpp"
#include "crypto/process_random.hpp"
#include "net/fetch/fetcher.hpp"
#include "net/server.hpp"
#include "oauth/client/profile_rules.hpp"
#include "storage/engines/open.hpp"

namespace mintage::app {
namespace {

using namespace std::chrono_literals;

/// The part of `shutdown_limit` in which connections may finish admitted requests.
constexpr auto drain_limit = 8s;
constexpr auto ready_limit = 60s;

/// @throws nothing: what fails is answered.
operations_desk::handlers make_handlers(live_settings& in_use) {
  return {.reload = [&] { return in_use.reload(); }, .back_up = {}};
}

/// @param seals, actors outlive the handlers.
void add_seal_handlers(operations_desk::handlers& to, seal_keeper& seals,
                       const actors::system& actors) {
  const auto outdated = [&actors](actors::sealed_records of) { return actors.outdated(of); };
  to.rotate_seal = [&] { return seals.rotate(actors.longest_refresh_life()); };
  to.show_seal = [&seals, outdated] { return seals.show(outdated); };
  to.retire_seal = [&seals, outdated] { return seals.retire(outdated); };
}

void wait_for_end(signal_watch& signals, const service_manager& manager, operations_desk& desk,
                  event_log& log) {
  for (;;) {
    if (signals.next() != SIGHUP) {
      manager.tell("STOPPING=1\nSTATUS=answering what was admitted");
      return log.event(log_level::info, "stopping");
    }
    log.event(log_level::info, "SIGHUP: reading the config again");
    desk.reload();
  }
}

/// Hears that a pool of actors was given up, and ends the wait for signals.
class failed_pool {
 public:
  /// Any thread. @param pool a literal.
  void note(std::string_view pool) noexcept {
    name_ = pool.data();
    ::kill(::getpid(), SIGTERM);
  }
  /// Null while all is well.
  [[nodiscard]] const char* name() const noexcept { return name_; }

 private:
  std::atomic<const char*> name_{nullptr};
};

/// Waits until every I/O thread has its keys, clients and routes, which is asked on that thread.
bool wait_until_ready(const std::vector<service::io_thread*>& io_threads,
                      const std::vector<service::token_service*>& services,
                      const failed_pool& failed) {
  const auto deadline = std::chrono::steady_clock::now() + ready_limit;
  for (auto i = std::size_t{0}; i < io_threads.size(); ++i) {
    for (;;) {
      auto answer = std::promise<bool>{};
      io_threads[i]->post([&] { answer.set_value(services[i]->ready()); });
      if (answer.get_future().get()) break;
      if (failed.name() != nullptr || std::chrono::steady_clock::now() > deadline) return false;
      std::this_thread::sleep_for(1ms);
    }
  }
  return true;
}

/// Logs the effective config, one line per setting. It contains paths of secrets, but no secret.
void log_settings(const config::settings& settings, event_log& log) {
  auto text = std::istringstream{config::render(settings)};
  auto section = std::string{};
  for (auto line = std::string{}; std::getline(text, line);) {
    if (line.starts_with('['))
      section = line.substr(1, line.find(']') - 1) + ".";
    else if (!line.empty())
      log.event(log_level::info, "config", {{"setting", section + line}});
  }
}

std::string address(const std::string& listen, std::uint16_t port) {
  return listen.substr(0, listen.rfind(':') + 1) + std::to_string(port);
}

/// Leaves out the clients that do not meet the profile of the server, and tells their number: all
/// their requests are refused until they are changed (FAP-01).
std::vector<oauth::client> without_misfits(std::vector<oauth::client> clients,
                                           oauth::client_profile profile, event_log& log) {
  const auto count = std::erase_if(clients, [&](oauth::client& c) {
    c.profile = oauth::stricter(c.own_profile, profile);
    return !oauth::meets_profile(c);
  });
  if (count != 0) {
    log.event(log_level::warn, "clients are refused that do not meet the profile of this server",
              {{"profile", to_string(profile)}, {"clients", std::to_string(count)}});
  }
  return clients;
}

/// Refuses a start when a client is registered for an algorithm that has no key: its tokens would
/// fail one by one.
/// @throws std::runtime_error
void check_algorithms(const std::vector<oauth::client>& clients,
                      const std::vector<crypto::jws_alg>& listed) {
  for (const auto& c : clients) {
    if (c.status != oauth::client_status::active) continue;
    if (std::find(listed.begin(), listed.end(), c.id_token_alg) != listed.end()) continue;
    throw std::runtime_error{"client " + c.id + " is registered for ID tokens with " +
                             std::string{crypto::to_string(c.id_token_alg)} +
                             ", which keys.algorithms does not list"};
  }
}

/// @throws std::runtime_error when the configured backend cannot be had.
crypto::signature_backends choose_signature_backend(crypto::backend_wish wish, event_log& log) {
  auto chosen = crypto::signature_backends::choose(wish);
  if (!chosen)
    throw std::runtime_error{"keys.signature_backend: crypto_mb cannot be used: " + chosen.error()};
  log.event(log_level::info, "signature backend",
            {{"backend", to_string(chosen->kind())}, {"reason", chosen->reason()}});
  return std::move(*chosen);
}

/// Waits while another server has the database, which hands over its sockets and is about to end:
/// connections wait in the sockets. Opening the database then says whether it still has it.
void await_predecessor(const config::settings& settings, event_log& log) {
  if (!storage::is_in_use(settings.storage)) return;
  log.event(log_level::info, "waiting for another server to close the database");
  const auto end = std::chrono::steady_clock::now() + settings.shutdown.delay + shutdown_limit;
  while (storage::is_in_use(settings.storage) && std::chrono::steady_clock::now() < end)
    std::this_thread::sleep_for(10ms);
}

/// What connects the process to the one that started it.
struct surroundings {
  std::vector<net::handed_socket> sockets = take_listening_sockets();
  service_manager manager{};
  sigset_t awaited = signal_watch::take_over();
};

int run(const config::settings& settings, config_source source, const surroundings& around,
        event_log& log) {
  const auto& manager = around.manager;
  ::umask(077);  // database, keys and audit stream are readable by the server's user only
  // Destroyed last: the audit stream ends after it is written, which a stalled reader would
  // prevent.
  auto limit = std::optional<stop_limit>{};
  auto clock = system_clock{};
  log_settings(settings, log);
  auto watch = clock_watch{clock, settings.clock.confirm_after, log};
  const auto use = process_watch{};
  check_open_files(settings);
  const auto signatures = choose_signature_backend(settings.actors.signature_backend, log);
  auto audit = audit_stream{settings.log};
  auto journal = server_journal{log, audit, settings.log.audit_wait};

  const auto rules = file_rules{.allow_group_readable = settings.files.allow_group_readable};
  const auto tokens =
      oauth::admin_tokens{.admin = load_or_make_admin_token(settings.net.admin_token_file, rules),
                          .minter = load_or_make_admin_token(settings.net.mint_token_file, rules)};
  if (!around.sockets.empty()) await_predecessor(settings, log);
  auto engine = storage::open_engine(settings.storage, settings.rules.code_max_fail, clock,
                                     make_node(settings, tokens, clock, log));
  if (!engine->warning().empty()) {
    log.event(log_level::error, "the database opened with a warning",
              {{"because", engine->warning()}});
  }
  // Records that cannot be read end the start here with a sentence; actors would be restarted.
  check_algorithms(
      without_misfits(engine->records().changes(0).clients, settings.rules.profile, log),
      settings.actors.algorithms);
  static_cast<void>(engine->records().load_keys());
  if (settings.storage.engine == storage::engine_kind::postgres)
    check_issuer(engine->records(), settings.rules.issuer);
  auto seals = seal_keeper{{.file = settings.actors.seal_key_file,
                            .rules = rules,
                            .records = engine->records(),
                            .clock = clock,
                            .log = log,
                            .objection = [&] { return why_seal_cannot_rotate(settings, tokens); }}};
  if (!seals.ring().content().newest.is_locked())
    log.event(log_level::warn,
              "the seal key may be swapped: the limit of locked memory is too low");

  for (const auto& odd : net::find_oddities(settings.fetch))
    log.event(log_level::warn, "unsafe setting", {{"key", odd.key}, {"because", odd.sentence}});
  auto fetcher = net::fetcher{settings.fetch};
  auto logout_sender = net::fetcher{net::for_logouts(settings.fetch)};
  auto server = net::server{settings.net, settings.rules, tokens, around.sockets};
  auto failed = failed_pool{};
  auto desk = operations_desk{};
  auto backups = backup_service{engine->backups(), engine->records(), clock, log};
  auto actors = std::make_unique<actors::system>(
      settings.actors, settings.rules,
      actors::environment{.engine = std::move(engine),
                          .clock = clock,
                          .journal = journal,
                          .roots = seals.ring(),
                          .io_threads = server.io_threads(),
                          .give_up = [&](std::string_view pool) { failed.note(pool); },
                          .signatures = signatures,
                          .fetcher = &fetcher,
                          .logout_sender = &logout_sender,
                          .operations = &desk,
                          .follow_ring = [&seals] { seals.follow(); }});
  actors->attach(watch.meters());
  actors->attach(use.meters());
  actors->attach(audit.meters());
  actors->attach(fetcher.meters());
  actors->attach(server.meters());
  if (const auto* of_backups = backups.meters()) actors->attach(*of_backups);
  const auto services = actors->services();
  if (!wait_until_ready(server.io_threads(), services, failed))
    throw std::runtime_error{"the server did not become ready"};
  auto in_use = live_settings{std::move(source),
                              settings,
                              {.server = server,
                               .actors = *actors,
                               .fetcher = fetcher,
                               .logout_sender = logout_sender,
                               .watch = watch,
                               .journal = journal,
                               .log = log}};
  auto handlers = make_handlers(in_use);
  handlers.back_up = [&](const auto& call) { return backups.make(call, desk.closing()); };
  in_use.log_certificates();  // before a reload can change them
  add_seal_handlers(handlers, seals, *actors);
  auto opened = desk.open(std::move(handlers));
  server.start(services);

  const auto http = address(settings.net.listen, server.public_port());
  const auto admin = address(settings.net.admin_listen, server.admin_port());
  log.event(log_level::info, "ready",
            {{"issuer", settings.rules.issuer}, {"http", http}, {"admin", admin}});
  if (server.health_port() != 0)
    log.event(log_level::info, "listening for balancers",
              {{"health", address(settings.net.health_listen, server.health_port())}});
  if (server.mtls_port() != 0)
    log.event(log_level::info, "listening for clients with certificates",
              {{"mtls", address(settings.net.mtls_listen, server.mtls_port())}});
  std::cout << "ready http=" << http << " admin=" << admin << std::endl;
  journal.begin_audit();
  manager.tell("READY=1\nSTATUS=http=" + http + " admin=" + admin);

  auto signals = signal_watch{around.awaited, manager, server.io_threads(), journal};
  wait_for_end(signals, manager, desk, log);
  if (failed.name() == nullptr)
    serve_while_leaving(settings.shutdown.delay, server, manager, signals, log);
  limit.emplace(shutdown_limit);
  opened.reset();
  if (!server.drain(drain_limit))
    log.event(log_level::warn, "connections were cut that had not finished");
  actors.reset();
  server.stop();
  log.event(log_level::info, "stopped");
  return failed.name() == nullptr ? exit_ok : exit_failure;
}

}  // namespace

int serve(const std::filesystem::path& config, bool memory) {
  auto source = config_source{.file = config, .in_memory = memory};
  const auto settings = source.load();
  if (!settings) {
    for (const auto& m : settings.error()) std::cerr << config::to_string(m) << '\n';
    return exit_usage;
  }
  keep_memory_private();
  crypto::buffer_process_random();
  const auto around = surroundings{};  // before any thread starts, the log's included
  auto log = event_log::make_log(settings->log);
  try {
    return run(*settings, std::move(source), around, log);
  } catch (const std::exception& e) {
    log.event(log_level::error, "cannot run", {{"because", e.what()}});
    return exit_failure;
  }
}

}  // namespace mintage::app
