/// @file
/// A journal that records nothing: the base of those that tests and benchmarks use.
#pragma once

#include "service/journal.hpp"

namespace mintage::loopback {

/// Every function does nothing; a derived class overrides what it wants to hear of.
class deaf_journal : public service::journal {
 public:
  void refused(std::string_view, const service::request_id&, std::string_view, const oauth::denial&,
               std::string_view, service::line_use) noexcept override {}
  void exchanged(const service::token_exchange&) noexcept override {}
  void queried(const service::query_exchange&) noexcept override {}
  void minted(const service::mint_exchange&) noexcept override {}
  void administered(const service::admin_exchange&) noexcept override {}
  void authorized(const service::authorization_exchange&) noexcept override {}
  void key_changed(const crypto::signing_key&, std::string_view) noexcept override {}
  void client_forgotten(const oauth::client&) noexcept override {}
  void logout_told(const oauth::logout_notice&, std::uint32_t, std::string_view) noexcept override {
  }
  void actor_ended(std::string_view, std::optional<std::chrono::milliseconds>) noexcept override {}
  void signature_failed(const crypto::signing_key&, std::string_view) noexcept override {}
};

}  // namespace mintage::loopback
