#include "net/server.hpp"

#include <sched.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <condition_variable>
#include <future>
#include <mutex>
#include <thread>

#include "net/admin/session.hpp"
#include "net/health/session.hpp"
#include "net/listener.hpp"
#include "net/public/session.hpp"
#include "net/tls/end_meters.hpp"

namespace mintage::net {
namespace {

/// Number of cores that this thread may use. The C library counts those of the machine: under
/// `taskset` or in a cpuset, more I/O threads than cores would take turns of several milliseconds.
std::size_t cores_count() noexcept {
  auto allowed = cpu_set_t{};
  if (::sched_getaffinity(0, sizeof allowed, &allowed) == 0)
    return static_cast<std::size_t>(CPU_COUNT(&allowed));
  return std::thread::hardware_concurrency();  // more than 1024 cores
}

std::size_t io_threads_count(const options& o) {
  if (o.io_threads != 0) return o.io_threads;
  return std::clamp(cores_count(), std::size_t{1}, std::size_t{256});
}

/// Counts I/O threads until none has a connection.
class countdown {
 public:
  explicit countdown(std::size_t left) : left_{left} {}
  void count() {
    const auto lock = std::lock_guard{mutex_};
    --left_;
    changed_.notify_all();
  }
  [[nodiscard]] bool wait_for(std::chrono::milliseconds patience) {
    auto lock = std::unique_lock{mutex_};
    return changed_.wait_for(lock, patience, [this] { return left_ == 0; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t left_;
};

using context_ptr = std::shared_ptr<const tls_context>;

/// @returns null for plain HTTP. @throws certificate_error
context_ptr load_or_throw(const tls_options& o, std::string_view section, bool asks = true) {
  if (!o.is_on()) return nullptr;
  auto made = tls_context::load(o, section, asks);
  if (made) return *made;
  const auto& first = made.error().front();
  throw certificate_error{first.key + ": " + first.sentence};
}

}  // namespace

// Destroyed in reverse order: listeners before the I/O threads that run them, I/O threads before
// what their sessions refer to.
struct server::impl {
  impl(const options& o, const oauth::options& rules, const oauth::admin_tokens& t,
       handed_sockets handed)
      : settings{o},
        tokens{t},
        public_tls{load_or_throw(o.tls, "http.tls", o.mtls_listen.empty())},
        mtls_tls{o.mtls_listen.empty() ? nullptr : load_or_throw(o.tls, "http.tls")},
        admin_tls{load_or_throw(o.admin_tls, "admin.tls")} {
    show_ends();
    for (auto n = std::size_t{0}; n < io_threads_count(o); ++n) {
      io_threads.push_back(std::make_unique<event_loop>(n));
      copies.push_back(std::make_unique<thread_copy>(thread_copy{o, public_site::of(rules)}));
    }
    auto all = std::vector<event_loop*>{};
    for (const auto& l : io_threads) all.push_back(l.get());
    public_listener = listen_to_clients("http.listen", o.listen, all, public_tls,
                                        handed.take("http", "http.listen", o.listen));
    if (mtls_tls) {
      mtls_listener = listen_to_clients("http.mtls_listen", o.mtls_listen, all, mtls_tls,
                                        handed.take("mtls", "http.mtls_listen", o.mtls_listen));
    }
    admin_listener = std::make_unique<listener>(
        "admin.listen", o.admin_listen, all, peer_filter{}, false, admin_tls,
        connection_gate::limits{.most = most_admin_connections,
                                .for_probes = admin_connections_for_probes},
        [this](event_loop& l, connection_gate& gate, channel to_peer) {
          std::make_shared<admin_session>(l, copy_of(l).settings, tokens, gate, std::move(to_peer))
              ->start();
        },
        handed.take("admin", "admin.listen", o.admin_listen));
    if (!o.health_listen.empty()) {
      const auto anybody = peer_filter{{"0.0.0.0/0", "::/0"}};
      health_listener = std::make_unique<listener>(
          "health.listen", o.health_listen, all, anybody, false, nullptr,
          connection_gate::limits{.most = most_health_connections},
          [this](event_loop& l, connection_gate& gate, channel to_peer) {
            std::make_shared<health_session>(l, copy_of(l).settings, gate, std::move(to_peer))
                ->start();
          },
          handed.take("health", "health.listen", o.health_listen));
    }
    handed.expect_none_left();
    for (const auto& l : io_threads) l->run();
  }

  [[nodiscard]] std::unique_ptr<listener> listen_to_clients(const char* key,
                                                            const std::string& address,
                                                            const std::vector<event_loop*>& all,
                                                            const context_ptr& tls, int handed) {
    return std::make_unique<listener>(
        key, address, all, peer_filter{settings.trusted_proxies}, settings.proxy_protocol, tls,
        limits_of(settings),
        [this](event_loop& l, connection_gate& gate, channel to_peer) {
          const auto& own = copy_of(l);
          std::make_shared<session>(l, own.settings, own.site, gate, std::move(to_peer))->start();
        },
        handed);
  }

  [[nodiscard]] static connection_gate::limits limits_of(const options& o) {
    return {.most = o.max_connections, .of_a_source = o.max_connections_per_source};
  }

  [[nodiscard]] std::vector<listener*> listeners_of_clients() const {
    auto all = std::vector<listener*>{public_listener.get()};
    if (mtls_listener) all.push_back(mtls_listener.get());
    return all;
  }

  /// Runs `work` on an I/O thread and waits for it.
  template <class Work>
  static void run_on(event_loop& l, Work work) {
    auto done = std::promise<void>{};
    l.post([&] {
      work();
      done.set_value();
    });
    done.get_future().wait();
  }

  void change(const options& o, const oauth::options& rules) {
    settings = o;
    for (const auto& l : io_threads) run_on(*l, [&] { copy_of(*l) = {o, public_site::of(rules)}; });
    run_on(*io_threads.front(), [&] {
      for (auto* const l : listeners_of_clients()) {
        l->set_peers(peer_filter{o.trusted_proxies}, o.proxy_protocol);
        l->set_limits(limits_of(o));
      }
    });
  }

  [[nodiscard]] std::vector<listener*> listeners() const {
    auto all = std::vector<listener*>{public_listener.get(), admin_listener.get()};
    if (mtls_listener) all.push_back(mtls_listener.get());
    if (health_listener) all.push_back(health_listener.get());
    return all;
  }

  void close_listeners() {
    for (auto* l : listeners()) l->close();
  }

  /// Reads the files of one listener again and applies them. @returns the errors of the files.
  [[nodiscard]] std::vector<oauth::config_error> reload(const tls_options& o,
                                                        std::string_view section, listener& to,
                                                        context_ptr& current) {
    if (!current) return {};
    auto made = tls_context::load(o, section, current->asks_for_certificates());
    if (!made) return made.error();
    current = *made;
    run_on(*io_threads.front(), [&] { to.set_tls(current); });
    return {};
  }

  void show_ends() {
    for (const auto& tls : {public_tls, mtls_tls, admin_tls})
      if (tls) meters.show(tls->ends());
  }

  /// What the sessions of an I/O thread refer to. The thread alone changes it, between two of their
  /// steps.
  struct thread_copy {
    options settings;
    public_site site;
  };
  [[nodiscard]] thread_copy& copy_of(const event_loop& l) { return *copies[l.number()]; }

  /// Of the thread that reloads.
  options settings;
  const oauth::admin_tokens tokens;
  context_ptr public_tls;
  context_ptr mtls_tls;  // null when there is no such listener
  context_ptr admin_tls;
  std::vector<std::unique_ptr<thread_copy>> copies;
  std::vector<std::unique_ptr<event_loop>> io_threads;
  std::unique_ptr<listener> public_listener;
  std::unique_ptr<listener> mtls_listener;  // null when it is off
  std::unique_ptr<listener> admin_listener;
  std::unique_ptr<listener> health_listener;  // null when it is off
  end_meters meters;
  bool stopped = false;
};

server::server(const options& o, const oauth::options& rules, const oauth::admin_tokens& tokens,
               std::vector<handed_socket> handed)
    : impl_{std::make_unique<impl>(o, rules, tokens, handed_sockets{std::move(handed)})} {}

server::~server() {
  stop();
}

std::vector<service::io_thread*> server::io_threads() {
  auto all = std::vector<service::io_thread*>{};
  for (const auto& l : impl_->io_threads) all.push_back(l.get());
  return all;
}

void server::start(std::vector<service::token_service*> services) {
  for (auto* l : impl_->listeners()) l->listen();
  // Posted before the first connection is, so the I/O threads know their services by then.
  for (auto i = std::size_t{0}; i < impl_->io_threads.size(); ++i) {
    impl_->io_threads[i]->post(
        [to = impl_->io_threads[i].get(), s = services.at(i)] { to->set_service(*s); });
  }
  impl_->io_threads.front()->post([i = impl_.get()] {
    for (auto* l : i->listeners()) l->accept();
  });
}

std::uint16_t server::public_port() const noexcept {
  return impl_->public_listener->port();
}
std::uint16_t server::admin_port() const noexcept {
  return impl_->admin_listener->port();
}

std::uint16_t server::mtls_port() const noexcept {
  return impl_->mtls_listener ? impl_->mtls_listener->port() : std::uint16_t{0};
}

std::uint16_t server::health_port() const noexcept {
  return impl_->health_listener ? impl_->health_listener->port() : std::uint16_t{0};
}

void server::change(const options& o, const oauth::options& rules) {
  impl_->change(o, rules);
}

std::vector<oauth::config_error> server::reload_certificates() {
  auto& i = *impl_;
  auto refused = i.reload(i.settings.tls, "http.tls", *i.public_listener, i.public_tls);
  // The same files: an error is told once.
  if (refused.empty() && i.mtls_listener)
    refused = i.reload(i.settings.tls, "http.tls", *i.mtls_listener, i.mtls_tls);
  const auto others = i.reload(i.settings.admin_tls, "admin.tls", *i.admin_listener, i.admin_tls);
  refused.insert(refused.end(), others.begin(), others.end());
  i.show_ends();
  return refused;
}

std::vector<certificate_facts> server::certificates() const {
  auto all = std::vector<certificate_facts>{};
  for (const auto& tls : {impl_->public_tls, impl_->admin_tls}) {
    if (tls) all.insert(all.end(), tls->certificates().begin(), tls->certificates().end());
  }
  return all;
}

const metrics::meter_group& server::meters() const noexcept {
  return impl_->meters;
}

void server::leave() {
  for (const auto& l : impl_->io_threads) {
    l->post([to = l.get()] { to->leave(); });
  }
}

bool server::drain(std::chrono::milliseconds patience) {
  if (impl_->stopped) return true;
  const auto left = std::make_shared<countdown>(impl_->io_threads.size());
  // On the listeners' thread, and there after what has been accepted, so that the I/O threads get
  // it after the last connection.
  impl_->io_threads.front()->post([i = impl_.get(), left] {
    for (auto* l : i->listeners()) l->stop_accepting();
    boost::asio::post(i->io_threads.front()->context(), [i, left] {
      i->close_listeners();
      for (const auto& l : i->io_threads) {
        l->post([to = l.get(), left] { to->drain([left] { left->count(); }); });
      }
    });
  });
  if (left->wait_for(patience)) return true;
  for (const auto& l : impl_->io_threads) {
    l->post([to = l.get()] { to->close_all(); });
  }
  // Closing does not wait for peers. The limit is for an I/O thread whose service does not return.
  static_cast<void>(left->wait_for(std::chrono::seconds{1}));
  return false;
}

void server::stop() {
  if (std::exchange(impl_->stopped, true)) return;
  impl_->io_threads.front()->post([i = impl_.get()] { i->close_listeners(); });
  for (const auto& l : impl_->io_threads) l->stop();
}

}  // namespace mintage::net
