/// @file
/// Writes the events that the actors report to the log and to the audit stream.
#pragma once

#include <atomic>
#include <chrono>
#include <initializer_list>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "app/audit_stream.hpp"
#include "app/event_log.hpp"
#include "app/line_sampler.hpp"
#include "service/service.hpp"

namespace mintage::app {

/// Refusals go to both, with the request id of the answer and the true reason; other events go to
/// the audit stream. Lines name clients, subjects and grants, never a secret, token or code.
class server_journal final : public service::journal {
 public:
  /// @param log,audit outlive the journal. @param line_wait how long a request waits for room for
  ///        its line.
  server_journal(event_log& log, audit_stream& audit, std::chrono::milliseconds line_wait)
      : log_{log}, audit_{audit}, line_wait_{line_wait} {}
  /// Writes how many lines were left out last, in periods that have not ended too.
  ~server_journal() override;

  [[nodiscard]] bool reserve_line() noexcept override {
    return !audit_.is_on() || audit_.reserve();
  }
  void release_line() noexcept override {
    if (audit_.is_on()) audit_.release();
  }
  [[nodiscard]] std::chrono::milliseconds line_wait() const noexcept override { return line_wait_; }
  /// Sets another `line_wait`. Any thread.
  void set_line_wait(std::chrono::milliseconds t) noexcept { line_wait_ = t; }

  void refused(std::string_view endpoint, const service::request_id& id, std::string_view client,
               const oauth::denial& why, std::string_view came,
               service::line_use line) noexcept override;
  void exchanged(const service::token_exchange& x) noexcept override;
  void queried(const service::query_exchange& x) noexcept override;
  void minted(const service::mint_exchange& x) noexcept override;
  void administered(const service::admin_exchange& x) noexcept override;
  /// What login pages say is recorded; what browsers and clients ask for is not, as long as nobody
  /// has logged in.
  void authorized(const service::authorization_exchange& x) noexcept override;
  /// Goes to both, since no request caused it. Written to the audit stream after `begin_audit`.
  void key_changed(const crypto::signing_key& key, std::string_view state) noexcept override;
  void client_forgotten(const oauth::client& c) noexcept override;
  /// What failed goes to both.
  void logout_told(const oauth::logout_notice& n, std::uint32_t tries,
                   std::string_view failure) noexcept override;
  /// To the log, as an error.
  void actor_ended(std::string_view pool,
                   std::optional<std::chrono::milliseconds> wait) noexcept override;
  /// To the log, as an error.
  void signature_failed(const crypto::signing_key& key, std::string_view backend) noexcept override;

  /// Writes the audit lines held back so far. The stream may share standard output with the ready
  /// line, which must come first, and keys are made before it.
  void begin_audit() noexcept;

  /// Writes how many lines were left out in periods that have ended. To be called every second, so
  /// that the count does not wait for the next refusal. Any thread.
  void tell_omitted() noexcept;

 private:
  struct key_change {
    std::string kid;
    std::string_view alg;
    std::string_view state;
  };
  void tell(const key_change& c);
  /// A request that was refused for lack of room for its line may be dropped like any refusal.
  void tell(const service::exchange& x, std::string_view what,
            std::initializer_list<event_log::field> fields);
  /// Whether the log gets a line for this refusal: those of strangers, which no client makes, are
  /// sampled.
  [[nodiscard]] bool logs_refusal(std::string_view endpoint, std::string_view reason);
  void tell_omitted(line_sampler::time_point now);

  event_log& log_;
  audit_stream& audit_;
  std::atomic<std::chrono::milliseconds> line_wait_;
  line_sampler strangers_;
  std::mutex mutex_;  // guards the next two
  bool has_begun_ = false;
  std::vector<key_change> early_;
};

}  // namespace mintage::app
