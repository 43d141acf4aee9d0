// mintage top: what a running server does, in a terminal.

#include <CLI/CLI.hpp>
#include <chrono>
#include <deque>
#include <iostream>
#include <memory>
#include <optional>
#include <thread>
#include <utility>

#include "app/cli/admin_access.hpp"
#include "app/cli/admin_commands.hpp"
#include "app/cli/command_error.hpp"
#include "app/cli/commands.hpp"
#include "app/cli/metrics_page.hpp"
#include "app/cli/screen.hpp"
#include "app/cli/top_frame.hpp"

namespace mintage::app {
namespace {

using namespace std::chrono_literals;
using steady = std::chrono::steady_clock;

/// Rates are those of this time, so that they do not jump from frame to frame.
constexpr auto span_of_rates = 2s;

struct top_options {
  server_address server;
  double interval = 0.5;
  bool once = false;

  [[nodiscard]] std::chrono::milliseconds pause() const {
    return std::chrono::milliseconds{static_cast<std::int64_t>(interval * 1000)};
  }
};

struct reading {
  steady::time_point at;
  metrics_page page;
  bool is_ready = false;
};

/// Asks one server again and again.
class watched_server {
 public:
  explicit watched_server(const top_options& o) : where_{completed(o.server)} {}

  /// @throws command_error
  void read() {
    if (!client_) client_.emplace(where_.url, crypto::secret_string{}, where_.ca);
    try {
      const auto page = client_->call("GET", "/metrics");
      if (page.status != 200) throw command_error{where_.url + " shows no metrics"};
      const auto ready = client_->call("GET", "/readyz");
      readings_.push_back({steady::now(), metrics_page{page.body}, ready.is_success()});
    } catch (const command_error&) {
      client_.reset();
      readings_.clear();
      throw;
    }
    while (readings_.size() > 2 && readings_.back().at - readings_[1].at >= span_of_rates)
      readings_.pop_front();
  }

  [[nodiscard]] std::vector<std::string> frame(const frame_size& size) const {
    const auto& before = readings_.front();
    const auto& now = readings_.back();
    const auto passed = std::chrono::duration<double>{now.at - before.at}.count();
    const auto time = std::chrono::system_clock::now().time_since_epoch();
    return render_top(
        {before.page, now.page, passed},
        {where_.url, now.is_ready, std::chrono::duration_cast<std::chrono::seconds>(time).count()},
        size);
  }

 private:
  const server_address where_;
  std::optional<admin_client> client_;
  std::deque<reading> readings_;
};

void print(const std::vector<std::string>& lines) {
  for (const auto& l : lines) std::cout << l << '\n';
  std::cout << std::flush;
}

int show_once(const top_options& o) {
  auto server = watched_server{o};
  server.read();
  std::this_thread::sleep_for(o.pause());
  server.read();
  print(server.frame({}));
  return exit_ok;
}

/// For a pipe: one frame after another, with an empty line between them.
int print_frames(const top_options& o) {
  auto server = watched_server{o};
  server.read();
  for (;;) {
    std::this_thread::sleep_for(o.pause());
    server.read();
    print(server.frame({}));
    std::cout << std::endl;
    if (!std::cout) return exit_ok;
  }
}

int show_frames(const top_options& o) {
  auto server = watched_server{o};
  server.read();  // a wrong address is told before the screen is taken
  auto on = screen{};
  while (on.wait(o.pause())) {
    try {
      server.read();
      on.show(server.frame(on.size()));
    } catch (const command_error& e) {
      on.show({e.what(), "trying again; q leaves"});
    }
  }
  return exit_ok;
}

int top(const top_options& o) {
  if (o.once) return show_once(o);
  return screen::is_possible() ? show_frames(o) : print_frames(o);
}

}  // namespace

void add_top_command(CLI::App& program, action& chosen) {
  const auto o = std::make_shared<top_options>();
  auto* command = program.add_subcommand("top", "Watch what a running server does");
  add_address_options(*command, o->server);
  command->add_option("--interval", o->interval, "Seconds between two frames, 0.5 by default")
      ->check(CLI::Range(0.1, 3600.0))
      ->type_name("SECONDS");
  command->add_flag("--once", o->once, "Print one frame and end");
  command->callback([o, &chosen] { chosen = [o] { return top(*o); }; });
  command->footer(
      "It reads /metrics and /readyz of the admin interface and needs no token. Press q to leave.\n"
      "Examples:\n"
      "  mintage top --config mintage.toml\n"
      "  mintage top --admin http://127.0.0.1:9081 --once");
}

}  // namespace mintage::app
