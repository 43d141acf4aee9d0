#include "net/options.hpp"

#include "net/address.hpp"

namespace mintage::net {
namespace {

using errors = std::vector<oauth::config_error>;

void check_size(errors& found, const char* key, std::size_t value, std::size_t least,
                std::size_t most) {
  if (value < least || value > most) {
    found.push_back({key, "must be " + std::to_string(least) + " to " + std::to_string(most)});
  }
}

void check_timeout(errors& found, const char* key, std::chrono::milliseconds value) {
  using namespace std::chrono_literals;
  if (value < 10ms || value > 1h) found.push_back({key, "must be 10 ms to 1 h"});
}

}  // namespace

std::vector<oauth::config_error> check(const options& o) {
  auto found = errors{};
  const auto not_an_endpoint = "must be address:port, IPv6 as [::1]:9080";
  if (!parse_endpoint(o.listen)) found.push_back({"http.listen", not_an_endpoint});
  check_size(found, "http.io_threads", o.io_threads, 0, 256);
  check_size(found, "http.max_connections", o.max_connections, 1, 1'000'000);
  for (const auto& proxy : o.trusted_proxies) {
    if (!address_block::parse(proxy)) {
      found.push_back({"http.trusted_proxies", "holds what is no address and no CIDR block"});
    }
  }
  check_size(found, "http.header_limit", o.header_limit, 1024, 1024 * 1024);
  check_size(found, "http.body_limit", o.body_limit, 1024, 16 * 1024 * 1024);
  check_timeout(found, "http.header_timeout", o.header_timeout);
  check_timeout(found, "http.body_timeout", o.body_timeout);
  check_timeout(found, "http.idle_timeout", o.idle_timeout);
  check_timeout(found, "http.write_timeout", o.write_timeout);

  const auto admin = parse_endpoint(o.admin_listen);
  if (!admin) {
    found.push_back({"admin.listen", not_an_endpoint});
  } else if (!is_loopback(admin->address())) {
    found.push_back(
        {"admin.listen", "must be a loopback address: admin tokens travel in the clear"});
  }
  if (o.admin_token_file.empty()) found.push_back({"admin.token_file", "must name a file"});
  if (o.mint_token_file.empty()) found.push_back({"admin.mint_token_file", "must name a file"});
  if (!o.mint_token_file.empty() && o.mint_token_file == o.admin_token_file) {
    found.push_back({"admin.mint_token_file", "must not be admin.token_file"});
  }
  return found;
}

}  // namespace mintage::net
