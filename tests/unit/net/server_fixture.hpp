/// @file
/// A server of net/ with a service that answers by itself, and a client that sends octets.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "net/server.hpp"
#include "tests/support/eventually.hpp"
#include "tests/unit/net/fake_service.hpp"
#include "tests/unit/net/peer.hpp"

namespace mintage::net {

using mintage::test::eventually;

class server_test : public testing::Test {
 protected:
  server_test();
  ~server_test() override;

  /// Starts with `settings`, on free TCP ports or in the given sockets.
  void start(std::vector<handed_socket> handed = {});
  [[nodiscard]] peer connect() { return peer{server_->public_port()}; }
  [[nodiscard]] peer connect_admin() { return peer{server_->admin_port()}; }
  /// Sends one request on a connection of its own.
  [[nodiscard]] received ask(std::string_view octets, bool has_body = true);
  [[nodiscard]] received ask_admin(std::string_view octets, bool has_body = true);
  [[nodiscard]] fake_service& service(std::size_t io_thread = 0) {
    return *services_.at(io_thread);
  }

  options settings;
  oauth::options rules;
  std::unique_ptr<server> server_;
  std::vector<std::unique_ptr<fake_service>> services_;
};

/// A valid redemption of `code` by a public client.
[[nodiscard]] std::string token_body(std::string_view code = "c");
[[nodiscard]] std::string token_request(std::string_view code = "c", std::string_view fields = "");
/// A request with Content-Length, Host and these fields ("X: y\r\n…").
[[nodiscard]] std::string request(std::string_view method, std::string_view target,
                                  std::string_view fields = "", std::string_view body = "");
inline const auto admin_token = std::string{"mad_admin"};
inline const auto mint_token = std::string{"mad_minter"};
[[nodiscard]] std::string bearer(std::string_view token);

}  // namespace mintage::net
