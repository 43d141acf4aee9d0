/// @file
/// Calls of the admin interface over one keep-alive connection.
#pragma once

#include <boost/json.hpp>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "loopback/jws_check.hpp"
#include "tests/support/http_client.hpp"

namespace mintage::test {

/// @throws boost::system::system_error when `text` is not one JSON object.
[[nodiscard]] boost::json::object parse_object(std::string_view text);
using loopback::text_of;

class admin_client {
 public:
  /// @param token sent as Bearer; empty sends no Authorization.
  admin_client(std::uint16_t port, std::string token);

  /// @param body sent as JSON unless empty.
  http_answer call(std::string_view method, std::string_view target, std::string_view body = {});

  /// POST /admin/clients. @throws std::runtime_error with the answer unless it is 201.
  boost::json::object create(const boost::json::object& metadata);
  /// PATCH. @throws std::runtime_error unless it is 200.
  void change(std::string_view id, const boost::json::object& metadata);
  /// DELETE. @throws std::runtime_error unless it is 2xx.
  void remove(std::string_view id);
  /// POST /admin/codes. @returns the code. @throws std::runtime_error unless it is 201.
  std::string mint(const boost::json::object& request);

  /// The bulk form of POST /admin/codes: one line in, one line out, on a connection of its own.
  /// Writes and reads at the same time. @param lines each with its line end.
  /// @returns the lines of the answer without their ends. @throws unless the status is 200.
  std::vector<std::string> bulk(const std::vector<std::string>& lines);
  /// The same line `count` times. @returns codes. @throws when one line is refused.
  std::vector<std::string> mint_many(const boost::json::object& request, std::size_t count);

  [[nodiscard]] std::string head(std::string_view method, std::string_view target) const;
  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }

 private:
  std::uint16_t port_;
  std::string token_;
  std::optional<connection> connection_;
};

}  // namespace mintage::test
