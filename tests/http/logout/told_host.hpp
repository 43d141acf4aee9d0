/// @file
/// An application that is told of logouts, on loopback.
#pragma once

#include <atomic>
#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "loopback/https_host.hpp"
#include "tests/support/jwt_check.hpp"
#include "tests/support/test_clients.hpp"

namespace mintage::test {

/// Answers POST with 200, or with the next of `statuses`, and keeps what it was told.
class told_host {
 public:
  explicit told_host(std::deque<std::string> statuses = {}) : statuses_{std::move(statuses)} {
    const auto own = authority_.issue(folder_.path(), "host", loopback::key_kind::p256);
    ca_file_ = authority_.write(folder_.path());
    host_ = std::make_unique<loopback::https_host>(
        own, [this](loopback::https_host::visit& v) { serve(v); });
  }

  /// The settings of a server that may tell it.
  [[nodiscard]] settings options() const {
    return {{"fetch.ca_file", toml_string(ca_file_.native())},
            {"fetch.allow_loopback_for_tests", "true"}};
  }
  [[nodiscard]] std::string url(std::string_view path = "/logout") const {
    return host_->url(path);
  }
  /// From now on it takes requests and answers none.
  void fall_silent() { is_silent_ = true; }
  [[nodiscard]] std::size_t requests() const { return host_->requests(); }
  /// Paths and tokens, in the order of arrival.
  [[nodiscard]] std::vector<std::pair<std::string, jwt>> told() const {
    const auto guard = std::scoped_lock{mutex_};
    auto all = std::vector<std::pair<std::string, jwt>>{};
    for (const auto& [path, token] : told_) all.emplace_back(path, read_jwt(token));
    return all;
  }

 private:
  void serve(loopback::https_host::visit& v) {
    if (is_silent_) return static_cast<void>(v.wait(std::chrono::minutes{1}));
    auto status = std::string{"200 OK"};
    {
      const auto guard = std::scoped_lock{mutex_};
      constexpr auto name = std::string_view{"logout_token="};
      if (v.body().starts_with(name)) told_.emplace_back(v.target(), v.body().substr(name.size()));
      if (!statuses_.empty()) {
        status = statuses_.front();
        statuses_.pop_front();
      }
    }
    v.answer(status, "Location: /elsewhere\r\n", "");
  }

  temporary_folder folder_;
  loopback::certificate_authority authority_;
  std::filesystem::path ca_file_;
  std::atomic<bool> is_silent_{false};
  mutable std::mutex mutex_;  // guards the next two
  std::deque<std::string> statuses_;
  std::vector<std::pair<std::string, std::string>> told_;
  std::unique_ptr<loopback::https_host> host_;
};

}  // namespace mintage::test
