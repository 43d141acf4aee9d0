#include "loopback/postgres.hpp"

#include <pwd.h>
#include <sys/shm.h>
#include <unistd.h>

#include <charconv>
#include <cstdlib>
#include <sstream>
#include <stdexcept>
#include <thread>
#include <utility>

#include "loopback/free_port.hpp"

namespace mintage::loopback {

using namespace std::chrono_literals;
using steady = std::chrono::steady_clock;
namespace fs = std::filesystem;

namespace {

constexpr auto oldest_version = 15;
constexpr auto patience = 60s;

fs::path find_programs() {
  if (const auto* given = std::getenv("MINTAGE_PG_BIN")) return given;
  auto best = 0;
  auto out = fs::path{};
  auto ignored = std::error_code{};
  for (const auto& each : fs::directory_iterator{"/usr/lib/postgresql", ignored}) {
    const auto name = each.path().filename().string();
    auto version = 0;
    std::from_chars(name.data(), name.data() + name.size(), version);
    if (version < oldest_version || version < best) continue;
    if (!fs::exists(each.path() / "bin" / "postgres")) continue;
    best = version;
    out = each.path() / "bin";
  }
  if (best == 0) throw std::runtime_error{"PostgreSQL 15 or later is not installed"};
  return out;
}

std::string program(const std::string& name) {
  static const auto folder = find_programs();
  return (folder / name).string();
}

/// PostgreSQL refuses to run as root. A change of user clears the signal at the death of the
/// parent, hence --pdeathsig.
std::vector<std::string> as_owner(std::vector<std::string> command) {
  if (::geteuid() != 0) return command;
  auto out = std::vector<std::string>{
      "setpriv",       "--reuid=postgres", "--regid=postgres",
      "--init-groups", "--inh-caps=-all",  "--pdeathsig=KILL",
  };
  out.insert(out.end(), command.begin(), command.end());
  return out;
}

std::unique_ptr<temporary_folder> owned_folder(const fs::path& place) {
  auto out = std::make_unique<temporary_folder>(place);
  if (::geteuid() != 0) return out;
  const auto* owner = ::getpwnam("postgres");
  if (owner == nullptr || ::chown(out->path().c_str(), owner->pw_uid, owner->pw_gid) != 0) {
    throw std::runtime_error{"no folder can be given to user postgres"};
  }
  return out;
}

void run_program(std::vector<std::string> command, const fs::path& log) {
  const auto name = command.front();
  auto child = child_process{as_owner(std::move(command)), log};
  if (child.wait(patience) != 0) throw std::runtime_error{name + " failed\n" + read_file(log)};
}

/// An empty data folder that servers of this process begin with: initdb takes five times as long as
/// a copy.
const fs::path& empty_data() {
  static const auto folder = owned_folder({});
  static const auto data = [] {
    auto out = folder->path() / "data";
    run_program({program("initdb"), "-D", out.string(), "-U", "postgres", "-A", "trust",
                 "--no-locale", "-E", "UTF8", "-N"},
                folder->path() / "log");
    return out;
  }();
  return data;
}

std::string quoted(const std::string& text) {
  auto out = std::string{"'"};
  for (const auto each : text) {
    out += each;
    if (each == '\'') out += each;
  }
  return out + "'";
}

/// Whether a process runs; one that only waits to be reaped does not.
bool is_alive(pid_t pid) {
  const auto stat = read_file("/proc/" + std::to_string(pid) + "/stat");
  const auto name_end = stat.rfind(')');
  return name_end != std::string::npos && stat.size() > name_end + 2 && stat[name_end + 2] != 'Z';
}

/// CPU time of the children that a process has reaped: fields 16 and 17 of its stat.
std::chrono::nanoseconds ended_children(pid_t pid) {
  const auto stat = read_file("/proc/" + std::to_string(pid) + "/stat");
  auto words = std::istringstream{stat.substr(stat.rfind(')') + 1)};
  auto word = std::string{};
  for (auto field = 3; field < 16; ++field) words >> word;
  auto user = std::int64_t{};
  auto system = std::int64_t{};
  words >> user >> system;
  return std::chrono::seconds{1} * (user + system) / ::sysconf(_SC_CLK_TCK);
}

template <class Condition>
bool becomes_true(Condition holds, std::chrono::milliseconds limit) {
  for (const auto end = steady::now() + limit; !holds(); std::this_thread::sleep_for(2ms)) {
    if (steady::now() > end) return false;
  }
  return true;
}

/// Removes the shared memory segment that a killed server leaves until its next start. Line 7 of
/// postmaster.pid names its key and its id.
void remove_segment(const fs::path& data) {
  auto lines = std::istringstream{read_file(data / "postmaster.pid")};
  auto line = std::string{};
  for (auto i = 0; i < 7; ++i) std::getline(lines, line);
  auto words = std::istringstream{line};
  auto key = 0L;
  auto id = 0;
  auto found = shmid_ds{};
  if (!(words >> key >> id) || ::shmctl(id, IPC_STAT, &found) != 0) return;
  if (found.shm_perm.__key == static_cast<key_t>(key) && found.shm_nattch == 0) {
    ::shmctl(id, IPC_RMID, nullptr);
  }
}

}  // namespace

postgres::postgres(std::string name, postgres_options options)
    : postgres{std::move(name), std::move(options), nullptr, 0} {}

postgres::postgres(std::string name, postgres_options options, const postgres* primary,
                   std::uint16_t port)
    : name_{std::move(name)},
      options_{std::move(options)},
      folder_{owned_folder(options_.place)},
      port_{port} {
  if (primary == nullptr) {
    run({"cp", "-a", "--reflink=auto", empty_data().string(), data().string()});
  } else {
    run({program("pg_basebackup"), "-D", data().string(), "-d", primary->conninfo(), "-X", "stream",
         "-c", "fast", "-N", "-R", "--no-manifest"});
  }
  if (port_ != 0) {
    start();
  } else {
    start_on_free_port();
  }
}

// Another process may take the port before the server does.
void postgres::start_on_free_port() {
  for (auto left = 3;; --left) {
    port_ = find_free_port();
    try {
      return start();
    } catch (const std::runtime_error&) {
      if (left == 0 || log().find("could not bind") == std::string::npos) throw;
    }
  }
}

postgres::~postgres() {
  if (process_) {
    thaw();
    process_->signal(SIGQUIT);
    if (!process_->wait(10s)) kill();
    process_.reset();
  }
  remove_segment(data());
}

std::unique_ptr<postgres> postgres::make_standby(std::string name, std::uint16_t port) const {
  return std::unique_ptr<postgres>{new postgres{std::move(name), options_, this, port}};
}

std::string postgres::conninfo(const std::string& database, std::uint16_t port) const {
  return "host=127.0.0.1 port=" + std::to_string(port == 0 ? port_ : port) +
         " user=postgres dbname=" + database;
}

sql_rows postgres::run_sql(const std::string& text, const std::string& database) const {
  return sql_session{conninfo(database)}.run(text);
}

std::string postgres::ask(const std::string& text, const std::string& database) const {
  return sql_session{conninfo(database)}.ask(text);
}

void postgres::run(std::vector<std::string> command) const {
  run_program(std::move(command), folder_->path() / "log");
}

void postgres::start() {
  auto command = std::vector<std::string>{program("postgres"), "-D", data().string()};
  auto settings = std::vector<std::string>{
      "port=" + std::to_string(port_), "cluster_name=" + name_,
      options_.is_synced ? "fsync=on" : "fsync=off",
      // One file less in /dev/shm that a killed server leaves behind.
      "dynamic_shared_memory_type=mmap", "listen_addresses=127.0.0.1",
      "unix_socket_directories=", "shared_buffers=64MB", "wal_keep_size=256MB",
      "checkpoint_timeout=15min", "jit=off", "autovacuum_naptime=5s",
      "wal_retrieve_retry_interval=100ms", "wal_sender_timeout=5s", "wal_receiver_timeout=5s",
      "log_parameter_max_length=0", "log_parameter_max_length_on_error=0"};
  settings.insert(settings.end(), options_.settings.begin(), options_.settings.end());
  for (auto& each : settings) {
    command.emplace_back("-c");
    command.push_back(std::move(each));
  }
  process_.emplace(as_owner(std::move(command)), folder_->path() / "log");
  if (becomes_true([this] { return is_ready() || process_->wait(0ms); }, patience) &&
      !process_->wait(0ms)) {
    return;
  }
  process_.reset();
  fail("PostgreSQL did not start");
}

bool postgres::is_ready() {
  try {
    return sql_session{conninfo(), 1s}.ask("select 1") == "1";
  } catch (const sql_error&) {
    return false;
  }
}

void postgres::stop() {
  process_->signal(SIGINT);
  if (!process_->wait(patience)) fail("PostgreSQL did not stop");
  process_.reset();
}

void postgres::kill() {
  // A stopped server neither starts more children nor forgets those that ended.
  process_->signal(SIGSTOP);
  const auto all = children();
  for (const auto pid : all) ::kill(pid, SIGKILL);
  process_->signal(SIGKILL);
  if (!process_->wait(patience)) fail("PostgreSQL cannot be killed");
  process_.reset();
  for (const auto pid : all) {
    if (!becomes_true([pid] { return !is_alive(pid); }, patience)) fail("a process lives on");
  }
}

void postgres::freeze() {
  process_->signal(SIGSTOP);
  signal_all(SIGSTOP);
}

void postgres::thaw() {
  signal_all(SIGCONT);
  process_->signal(SIGCONT);
}

void postgres::stop_sending() {
  for (const auto& row : run_sql("select pid from pg_stat_replication")) {
    ::kill(std::stoi(row.at(0).value()), SIGSTOP);
  }
}

void postgres::signal_all(int number) const {
  for (const auto pid : children()) ::kill(pid, number);
}

std::vector<pid_t> postgres::children() const {
  const auto pid = std::to_string(process_->pid());
  auto words = std::istringstream{read_file("/proc/" + pid + "/task/" + pid + "/children")};
  auto out = std::vector<pid_t>{};
  for (auto child = pid_t{}; words >> child;) out.push_back(child);
  return out;
}

void postgres::alter(const std::string& setting, const std::string& value) const {
  auto session = sql_session{conninfo()};
  session.run("alter system set " + setting + " = " + quoted(value));
  session.run("select pg_reload_conf()");
  // The server tells its processes before it accepts another session.
  const auto holds = [&] { return ask("select current_setting('" + setting + "')") == value; };
  if (!becomes_true(holds, patience)) fail(setting + " was not loaded");
}

void postgres::set_synchronous(const std::string& names) {
  alter("synchronous_standby_names", names);
  // The checkpointer switches the waits for standbys. It looks at its settings before each request.
  run_sql("checkpoint");
}

void postgres::await_standbys(int count) const {
  auto session = sql_session{conninfo()};
  const auto text =
      "select count(*) filter (where state = 'streaming') >= " + std::to_string(count) +
      " and (current_setting('synchronous_standby_names') = '' or"
      " count(*) filter (where sync_state in ('sync', 'quorum')) > 0) from pg_stat_replication";
  if (!becomes_true([&] { return session.ask(text) == "t"; }, patience)) fail("no standby streams");
}

void postgres::promote() {
  auto session = sql_session{conninfo()};
  session.run("select pg_promote(false)");
  const auto is_over = [&] { return session.ask("select pg_is_in_recovery()") == "f"; };
  if (!becomes_true(is_over, patience)) fail("the standby was not promoted");
}

void postgres::follow(const postgres& primary) {
  alter("primary_conninfo", primary.conninfo());
}

std::uint64_t postgres::received_lsn() const {
  return std::stoull(
      ask("select pg_wal_lsn_diff(case when pg_is_in_recovery()"
          " then coalesce(pg_last_wal_receive_lsn(), '0/0') else pg_current_wal_flush_lsn() end,"
          " '0/0')::int8"));
}

std::chrono::milliseconds postgres::cpu_time() const {
  auto all = children();
  all.push_back(process_->pid());
  auto sum = std::chrono::nanoseconds{};
  for (const auto pid : all) {
    auto words = std::istringstream{read_file("/proc/" + std::to_string(pid) + "/schedstat")};
    auto used = std::int64_t{};
    if (words >> used) sum += std::chrono::nanoseconds{used};
  }
  sum += ended_children(process_->pid());
  return std::chrono::duration_cast<std::chrono::milliseconds>(sum);
}

std::string postgres::log() const {
  return read_file(folder_->path() / "log");
}

void postgres::fail(const std::string& what) const {
  throw std::runtime_error{what + ": " + name_ + "\n" + log()};
}

}  // namespace mintage::loopback
