/// @file
/// A server without sockets, and its client: mints codes, redeems them, records the answers.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "actors/system.hpp"
#include "loopback/deaf_journal.hpp"
#include "loopback/thread_executor.hpp"
#include "storage/engine.hpp"

namespace mintage::sim {

class manual_clock final : public oauth::clock {
 public:
  [[nodiscard]] oauth::instant now() const noexcept override { return oauth::instant{ms_.load()}; }
  void advance(oauth::milliseconds by) { ms_ = ms_.load() + by; }

 private:
  std::atomic<oauth::milliseconds> ms_{oauth::milliseconds{1'800'000'000'000}};
};

/// Counts the events that the log and the audit stream would get.
class counting_journal final : public loopback::deaf_journal {
 public:
  void refused(std::string_view, const service::request_id&, std::string_view, const oauth::denial&,
               std::string_view, service::line_use) noexcept override {
    ++refusals;
  }
  void exchanged(const service::token_exchange&) noexcept override { ++exchanges; }
  void queried(const service::query_exchange&) noexcept override { ++queries; }
  void key_changed(const crypto::signing_key&, std::string_view) noexcept override {
    ++key_changes;
  }
  void actor_ended(std::string_view,
                   std::optional<std::chrono::milliseconds> wait) noexcept override {
    last_wait = wait.value_or(std::chrono::milliseconds{-1});
    ++ended_actors;
  }
  void signature_failed(const crypto::signing_key&, std::string_view) noexcept override {
    ++wrong_signatures;
  }
  std::atomic<int> refusals{0};
  std::atomic<int> exchanges{0};
  std::atomic<int> queries{0};
  std::atomic<int> key_changes{0};
  std::atomic<int> ended_actors{0};
  /// Until the last one is replaced; -1 ms = never.
  std::atomic<std::chrono::milliseconds> last_wait{};
  std::atomic<int> wrong_signatures{0};
};

/// One answer of POST /token.
struct token_answer {
  bool granted = false;
  std::string body;
  oauth::errc error = oauth::errc::server_error;
  std::string_view reason;
};

struct admin_outcome {
  std::optional<oauth::admin_answer> answer;
  std::optional<oauth::admin_error> error;
};

constexpr auto restarts_without_limit =
    actors::restart_rules{.most = 1'000'000,
                          .first_wait = std::chrono::milliseconds{0},
                          .longest_wait = std::chrono::milliseconds{0}};

struct world_options {
  /// Without RSA keys, which would cost each test half a second.
  actors::options actors{.workers = 2,
                         .validators = 2,
                         .code_stores = 3,
                         .signers = 2,
                         .algorithms = {crypto::jws_alg::es256}};
  oauth::options rules;
  std::size_t io_threads = 2;
  /// The secret of the database; drawn when there is none.
  std::optional<crypto::bytes<32>> root{};
  /// Tests that end members by the dozen want them back at once.
  actors::restart_rules restarts = restarts_without_limit;
};

class world {
 public:
  explicit world(std::unique_ptr<storage::engine> engine, world_options o = {});
  ~world();

  /// Makes a client with a generated secret, PKCE off, and every scope that the tests use.
  void add_client();
  /// @returns the minted codes; an empty string where the answer was 503.
  [[nodiscard]] std::vector<std::string> mint(std::size_t count,
                                              const std::string& scope = "openid");
  /// Submits all at once over all I/O threads and waits for every answer.
  [[nodiscard]] std::vector<token_answer> redeem(const std::vector<std::string>& codes);
  [[nodiscard]] token_answer redeem(const std::string& code) {
    return redeem(std::vector<std::string>{code}).front();
  }
  /// As `redeem`, without waiting for the answers; `during` runs after the submission.
  [[nodiscard]] std::vector<token_answer> redeem(const std::vector<std::string>& codes,
                                                 const std::function<void()>& during);

  /// A call of the admin interface. Calls about keys also run what the key schedule has due.
  [[nodiscard]] admin_outcome administer(oauth::admin_call call);
  /// The current JWK set.
  [[nodiscard]] std::string jwks();

  manual_clock clock;
  counting_journal journal;
  /// Ends one member of a pool, as a fault would. Any thread.
  /// @param pool the name of its actors, a literal. @param index of any size.
  void kill(std::string_view pool, std::size_t index);
  /// Whether requests can be answered, as /readyz asks.
  [[nodiscard]] bool is_ready();
  /// The page for Prometheus.
  [[nodiscard]] std::string metrics();
  /// The pool that the supervisor gave up; null while there is none.
  [[nodiscard]] const char* given_up() const noexcept { return given_up_; }
  std::size_t io_threads_count() const { return io_threads_.size(); }

 private:
  void wait_until_ready();

  std::vector<std::unique_ptr<loopback::thread_executor>> io_threads_;
  std::atomic<const char*> given_up_{nullptr};
  std::unique_ptr<actors::system> actors_;
  std::vector<service::token_service*> services_;
  std::string client_id_;
  std::string secret_;
};

}  // namespace mintage::sim
