#include "net/options.hpp"

#include <algorithm>
#include <utility>

#include "net/address.hpp"
#include "net/http/framing.hpp"
#include "net/tls/context.hpp"

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

void check_client_certificates(errors& found, const options& o) {
  const auto is_asked = o.tls.client_certificates == client_certificates::optional;
  const auto needs = [&](const char* key, bool is_given, bool is_met, const char* sentence) {
    if (is_given && !is_met) found.push_back({key, sentence});
  };
  constexpr auto needs_asking = "needs http.tls.client_certificates = \"optional\"";
  needs("http.tls.client_certificates", is_asked, o.tls.is_on(),
        "needs http.tls.certificate and http.tls.key");
  needs("http.tls.client_ca", !o.tls.client_ca.empty(), is_asked, needs_asking);
  needs("http.tls.client_crl", !o.tls.client_crl.empty(), !o.tls.client_ca.empty(),
        "needs http.tls.client_ca");
  needs("http.mtls_listen", !o.mtls_listen.empty(), is_asked, needs_asking);
  needs("http.mtls_listen", !o.mtls_listen.empty(), parse_endpoint(o.mtls_listen).has_value(),
        "must be address:port, IPv6 as [::1]:9080");
}

bool is_field_name(std::string_view name) noexcept {
  return !name.empty() && std::all_of(name.begin(), name.end(), is_token_octet);
}

void check_certificate_header(errors& found, const options& o) {
  const auto is_on = o.client_certificate_header != certificate_header::none;
  if (is_on && o.trusted_proxies.empty()) {
    found.push_back(
        {"http.client_certificate_header", "needs the proxies in http.trusted_proxies"});
  }
  struct name {
    const char* key;
    const std::string& value;
  };
  for (const auto& n :
       {name{"http.client_certificate_header_name", o.client_certificate_header_name},
        name{"http.client_verified_header", o.client_verified_header}}) {
    if (n.value.empty()) continue;
    if (!is_on) found.push_back({n.key, "needs http.client_certificate_header"});
    if (!is_field_name(n.value)) found.push_back({n.key, "must be the name of a header field"});
  }
  if (is_on && iequals(certificate_field(o), o.client_verified_header)) {
    found.push_back({"http.client_verified_header", "must not be the field of the certificate"});
  }
}

}  // namespace

std::string_view usual_name(certificate_header form) noexcept {
  switch (form) {
    case certificate_header::none:
      return {};
    case certificate_header::rfc9440:
      return "Client-Cert";
    case certificate_header::nginx:
      return "X-SSL-Client-Cert";
    case certificate_header::envoy:
      return "X-Forwarded-Client-Cert";
  }
  return {};
}

oauth::certificate_use certificate_use_of(const options& o) noexcept {
  if (!o.tls.client_ca.empty() || !o.client_verified_header.empty())
    return oauth::certificate_use::checked;
  const auto is_asked = o.tls.client_certificates == client_certificates::optional;
  return is_asked || o.client_certificate_header != certificate_header::none
             ? oauth::certificate_use::unchecked
             : oauth::certificate_use::none;
}

std::string_view certificate_field(const options& o) noexcept {
  const auto form = o.client_certificate_header;
  if (form == certificate_header::none || o.client_certificate_header_name.empty())
    return usual_name(form);
  return o.client_certificate_header_name;
}

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
  check_client_certificates(found, o);
  check_certificate_header(found, o);
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
