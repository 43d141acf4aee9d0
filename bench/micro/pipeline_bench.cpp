/// @file
/// The whole pipeline without sockets: HTTP actor, validator, code store, signer and back, with
/// both tokens signed by ES256. One item = one code exchange. Process CPU includes all threads.

#include <benchmark/benchmark.h>

#include <unistd.h>
#include <atomic>
#include <filesystem>
#include <latch>
#include <string>
#include <thread>
#include <vector>

#include "actors/system.hpp"
#include "crypto/random.hpp"
#include "loopback/deaf_journal.hpp"
#include "loopback/thread_executor.hpp"
#include "storage/memory/engine.hpp"
#include "storage/rocksdb/engine.hpp"

namespace mintage {
namespace {

class wall_clock final : public oauth::clock {
 public:
  [[nodiscard]] oauth::instant now() const noexcept override {
    return std::chrono::floor<oauth::milliseconds>(std::chrono::system_clock::now());
  }
};

/// Waits for a round of exchanges and stores their results for the next round.
class round final : public service::caller {
 public:
  explicit round(std::size_t count) : codes(count), left_{static_cast<std::ptrdiff_t>(count)} {}
  void answered(service::exchange& x) noexcept override {
    if (auto* minted = dynamic_cast<service::mint_exchange*>(&x))
      codes[x.tag] = minted->text.reveal();
    else if (auto* token = dynamic_cast<service::token_exchange*>(&x))
      failed += token->body.empty() ? 1U : 0U;
    else if (auto* admin = dynamic_cast<service::admin_exchange*>(&x))
      made = std::get<oauth::created_client>(*admin->answer);
    left_.count_down();
  }
  void wait() { left_.wait(); }

  std::vector<std::string> codes;
  std::size_t failed = 0;
  oauth::created_client made;

 private:
  std::latch left_;
};

constexpr auto redirect_uri = "https://aboutauth.org/client/cb";

crypto::signature_backends choose_signatures() {
  return crypto::signature_backends::choose(crypto::backend_wish::automatic).value();
}

/// One I/O thread, its service, and the requests of one client.
class pipeline {
 public:
  explicit pipeline(std::unique_ptr<storage::engine> engine) {
    auto o = actors::options{};
    o.algorithms = {crypto::jws_alg::es256};
    actors_ =
        std::make_unique<actors::system>(o, oauth::options{},
                                         actors::environment{std::move(engine),
                                                             clock_,
                                                             journal_,
                                                             crypto::buffered_random{}.take<32>(),
                                                             {&io_thread_},
                                                             {},
                                                             {},
                                                             choose_signatures()});
    service_ = actors_->services().front();
    while (!io_thread_.call([this] { return service_->ready(); })) std::this_thread::yield();
    auto m = oauth::client_metadata{};
    m.redirect_uris = std::vector<std::string>{redirect_uri};
    m.grant_types = std::vector<std::string>{"authorization_code", "refresh_token"};
    m.scope = "openid offline_access";
    m.require_pkce = false;
    m.id_token_signed_response_alg = "ES256";
    client_ = run<service::admin_exchange>(1, [&](service::admin_exchange& x) {
                x.call = oauth::create_client{m};
              })->made;
  }
  ~pipeline() { actors_.reset(); }

  std::vector<std::string> mint(std::size_t count) {
    return run<service::mint_exchange>(count,
                                       [this](service::mint_exchange& x) {
                                         x.request.client_id = client_.made.id;
                                         x.request.redirect_uri = redirect_uri;
                                         x.request.scope = "openid offline_access";
                                         x.request.sub = "248289761001";
                                         x.request.auth_time = oauth::numeric_date(clock_.now());
                                       })
        ->codes;
  }

  /// @returns the number of failures.
  std::size_t redeem(const std::vector<std::string>& codes) {
    return run<service::token_exchange>(codes.size(),
                                        [&](service::token_exchange& x) {
                                          x.request.code = codes[x.tag];
                                          x.request.redirect_uri = redirect_uri;
                                          auto& who = x.request.who;
                                          who.presented = oauth::presented_credentials::how::post;
                                          who.id = client_.made.id;
                                          who.secret = client_.secret.reveal();
                                        })
        ->failed;
  }

 private:
  template <class Exchange, class Fill>
  std::shared_ptr<round> run(std::size_t count, Fill fill) {
    auto asked = std::make_shared<round>(count);
    io_thread_.post([&] {
      for (auto i = std::size_t{0}; i < count; ++i) {
        auto x = service::handle<Exchange>{
            new Exchange{asked, service_->next_request_id(), clock_.now()}};
        x->tag = i;
        fill(*x);
        service_->submit(std::move(x));
      }
    });
    asked->wait();
    return asked;
  }

  wall_clock clock_;
  loopback::deaf_journal journal_;
  loopback::thread_executor io_thread_;
  std::unique_ptr<actors::system> actors_;
  service::token_service* service_ = nullptr;
  oauth::created_client client_;
};

void exchange(benchmark::State& state, storage::durability level) {
  const auto clock = wall_clock{};
  auto o = storage::rocksdb_options{};
  o.path = std::filesystem::temp_directory_path() / ("pipeline." + std::to_string(::getpid()));
  o.level = level;
  {
    auto p = pipeline{storage::open_rocksdb_engine(o, 10, clock)};
    const auto at_once = static_cast<std::size_t>(state.range(0));
    for (auto _ : state) {
      state.PauseTiming();
      const auto codes = p.mint(at_once);
      state.ResumeTiming();
      if (p.redeem(codes) != 0) state.SkipWithError("an exchange failed");
    }
    state.SetItemsProcessed(state.iterations() * state.range(0));
  }
  std::filesystem::remove_all(o.path);
}
BENCHMARK_CAPTURE(exchange, os, storage::durability::os)
    ->Arg(1)
    ->Arg(16)
    ->Arg(64)
    ->MeasureProcessCPUTime()
    ->UseRealTime();
BENCHMARK_CAPTURE(exchange, sync, storage::durability::sync)
    ->Arg(1)
    ->Arg(16)
    ->Arg(64)
    ->MeasureProcessCPUTime()
    ->UseRealTime();

}  // namespace
}  // namespace mintage
