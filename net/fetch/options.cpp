#include "net/fetch/options.hpp"

#include <openssl/ssl.h>

#include <algorithm>
#include <memory>
#include <string_view>

namespace mintage::net {
namespace {

using errors = std::vector<oauth::config_error>;

void check_size(errors& found, const char* key, std::size_t value, std::size_t least,
                std::size_t most) {
  if (value < least || value > most)
    found.push_back({key, "must be " + std::to_string(least) + " to " + std::to_string(most)});
}

/// Lower case, digits, '-' and '.': what a host in a URL becomes before it is compared.
bool is_host(std::string_view text) {
  if (text.starts_with('.')) text.remove_prefix(1);
  return !text.empty() && text.size() <= 253 && !text.starts_with('.') && !text.ends_with('.') &&
         text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-.") == text.npos;
}

}  // namespace

fetch_options for_logouts(const fetch_options& o) {
  auto out = o;
  out.timeout = std::chrono::seconds{5};
  out.in_flight = 64;
  out.queue = 1024;
  out.per_host_per_minute = 60'000;  // an application is told of each logout of its people
  return out;
}

errors check(const fetch_options& o) {
  using namespace std::chrono_literals;
  auto found = errors{};
  if (!std::all_of(o.allowed_hosts.begin(), o.allowed_hosts.end(), is_host))
    found.push_back({"fetch.allowed_hosts",
                     "must hold names in lower case: \"keys.example.com\", or \".example.com\" for "
                     "all below it"});
  if (o.timeout < 100ms || o.timeout > 10s)
    found.push_back({"fetch.timeout", "must be 100 ms to 10 s"});
  check_size(found, "fetch.size_limit", o.size_limit, 1024, 1024 * 1024);
  check_size(found, "fetch.in_flight", o.in_flight, 1, 256);
  check_size(found, "fetch.queue", o.queue, 1, 65536);
  check_size(found, "fetch.per_host_per_minute", o.per_host_per_minute, 1, 60000);
  return found;
}

errors check_files(const fetch_options& o) {
  if (o.ca_file.empty()) return {};
  const auto context =
      std::unique_ptr<SSL_CTX, void (*)(SSL_CTX*)>{SSL_CTX_new(TLS_client_method()), SSL_CTX_free};
  if (context && SSL_CTX_load_verify_file(context.get(), o.ca_file.c_str()) == 1) return {};
  return {{"fetch.ca_file", o.ca_file.native() + ": cannot be read as certificates in PEM"}};
}

errors find_oddities(const fetch_options& o) {
  if (!o.allow_loopback_for_tests) return {};
  return {{"fetch.allow_loopback_for_tests",
           "is for tests alone: a client's jwks_uri can reach what listens on this machine"}};
}

}  // namespace mintage::net
