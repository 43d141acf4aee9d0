/// @file
/// A service that answers at once: the cost of a request is that of net/ and the kernel.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "service/service.hpp"

namespace mintage::bench {

/// A successful answer of realistic size: an access token and an ID token.
[[nodiscard]] std::string prebuilt_body();

/// Answers every token request at once, and all others with 503.
class prebuilt_service final : public service::token_service {
 public:
  void submit(service::handle<service::exchange> x) override {
    if (x->kind() == service::exchange_kind::token) {
      service::exchange_as<service::token_exchange>(*x).body = body_;
    }
    x->who().answered(*x);
  }
  [[nodiscard]] bool has_room() override { return true; }
  [[nodiscard]] std::shared_ptr<const oauth::public_documents> documents() const override {
    return documents_;
  }
  [[nodiscard]] bool knows_origin(std::string_view) const override { return false; }
  [[nodiscard]] bool ready() const override { return true; }
  [[nodiscard]] oauth::instant now() const override {
    return std::chrono::time_point_cast<oauth::instant::duration>(std::chrono::system_clock::now());
  }
  [[nodiscard]] service::request_id next_request_id() override {
    auto id = service::request_id{};
    id.text.fill('A');
    return id;
  }
  void note_refusal(std::string_view, const service::request_id&, const oauth::denial&,
                    std::string_view) override {}
  [[nodiscard]] std::string metrics() const override { return {}; }

 private:
  const std::string body_ = prebuilt_body();
  const std::shared_ptr<const oauth::public_documents> documents_ =
      std::make_shared<oauth::public_documents>();
};

}  // namespace mintage::bench
