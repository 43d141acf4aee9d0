/// @file
/// What the actors report, as lines of the log and of the audit stream.
#pragma once

#include "app/event_log.hpp"
#include "oauth/service.hpp"

namespace mintage::app {

/// Refusals go to both, with the request id that the answer carried and the true reason; all else
/// to the audit stream. Names clients, subjects and grants, never a secret, token or code.
class server_journal final : public oauth::journal {
 public:
  /// Both outlive the journal.
  server_journal(event_log& log, event_log& audit) : log_{log}, audit_{audit} {}

  void refused(std::string_view endpoint, const oauth::request_id& id, std::string_view client,
               const oauth::denial& why) noexcept override;
  void exchanged(const oauth::token_exchange& x) noexcept override;
  void minted(const oauth::mint_exchange& x) noexcept override;
  void administered(const oauth::admin_exchange& x) noexcept override;

 private:
  event_log& log_;
  event_log& audit_;
};

}  // namespace mintage::app
