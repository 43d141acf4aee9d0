#include "net/options.hpp"

#include "net/address.hpp"
#include "net/tls/context.hpp"

#include <utility>

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

void check_pair(errors& found, const std::string& certificate_key,
                const std::filesystem::path& certificate, const std::string& key_key,
                const std::filesystem::path& key) {
  if (certificate.empty() && !key.empty()) {
    found.push_back({certificate_key, "must be given as well: " + key_key + " is"});
  }
  if (key.empty() && !certificate.empty()) {
    found.push_back({key_key, "must be given as well: " + certificate_key + " is"});
  }
}

void check_tls(errors& found, const std::string& section, const tls_options& o) {
  const auto key = [&](const char* name) { return section + "." + name; };
  check_pair(found, key("certificate"), o.certificate, key("key"), o.key);
  check_pair(found, key("second_certificate"), o.second_certificate, key("second_key"),
             o.second_key);
  if (!o.second_certificate.empty() && o.certificate.empty() && o.key.empty()) {
    found.push_back({key("second_certificate"),
                     "needs a first pair: " + key("certificate") + " and " + key("key")});
  }
}

}  // namespace

std::vector<oauth::config_error> check(const options& o) {
  auto found = errors{};
  const auto not_an_endpoint = "must be address:port, IPv6 as [::1]:9080";
  if (!parse_endpoint(o.listen)) found.push_back({"http.listen", not_an_endpoint});
  check_size(found, "http.io_threads", o.io_threads, 0, 256);
  check_size(found, "http.max_connections", o.max_connections, 1, 1'000'000);
  check_size(found, "http.max_connections_per_source", o.max_connections_per_source, 0, 1'000'000);
  for (const auto& proxy : o.trusted_proxies) {
    if (!address_block::parse(proxy)) {
      found.push_back({"http.trusted_proxies", "holds what is no address and no CIDR block"});
    }
  }
  if (o.proxy_protocol && o.trusted_proxies.empty()) {
    found.push_back({"http.proxy_protocol", "needs the proxies in http.trusted_proxies"});
  }
  check_size(found, "http.header_limit", o.header_limit, 1024, 1024 * 1024);
  check_size(found, "http.body_limit", o.body_limit, 1024, 16 * 1024 * 1024);
  check_timeout(found, "http.header_timeout", o.header_timeout);
  check_timeout(found, "http.body_timeout", o.body_timeout);
  check_timeout(found, "http.idle_timeout", o.idle_timeout);
  check_timeout(found, "http.write_timeout", o.write_timeout);
  check_tls(found, "http.tls", o.tls);

  const auto admin = parse_endpoint(o.admin_listen);
  if (!admin) {
    found.push_back({"admin.listen", not_an_endpoint});
  } else if (!is_loopback(admin->address()) && !o.admin_tls.is_on()) {
    found.push_back({"admin.listen",
                     "must be a loopback address without [admin.tls]: admin tokens travel in the "
                     "clear"});
  }
  check_tls(found, "admin.tls", o.admin_tls);
  if (!o.health_listen.empty() && !parse_endpoint(o.health_listen))
    found.push_back({"health.listen", not_an_endpoint});
  if (o.admin_token_file.empty()) found.push_back({"admin.token_file", "must name a file"});
  if (o.mint_token_file.empty()) found.push_back({"admin.mint_token_file", "must name a file"});
  if (!o.mint_token_file.empty() && o.mint_token_file == o.admin_token_file) {
    found.push_back({"admin.mint_token_file", "must not be admin.token_file"});
  }
  return found;
}

std::vector<oauth::config_error> check_files(const options& o) {
  auto found = errors{};
  for (const auto& [section, tls] : {std::pair{"http.tls", &o.tls}, {"admin.tls", &o.admin_tls}}) {
    if (!tls->is_on()) continue;
    if (auto made = tls_context::load(*tls, section); !made) {
      for (auto& e : made.error()) found.push_back(std::move(e));
    }
  }
  return found;
}

}  // namespace mintage::net
