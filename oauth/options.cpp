#include "oauth/options.hpp"

#include <algorithm>
#include <utility>

#include "oauth/endpoints.hpp"
#include "oauth/lasting_lives.hpp"
#include "oauth/request/uri.hpp"

namespace mintage::oauth {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// @returns the error of an issuer identifier (MET-01), or null.
const char* fault_of_issuer(std::string_view issuer) noexcept {
  const auto parts = split_uri(issuer);
  if (!parts || parts->host.empty()) return "must be a URL such as https://idp.example.com";
  if (parts->has_query || parts->has_fragment || parts->has_userinfo) {
    return "must have no query, no fragment and no user name";
  }
  // Some clients and proxies merge an empty segment of a path.
  if (parts->path.find("//") != std::string_view::npos) return "must have no empty path segment";
  // Clients compare the issuer octet by octet, so only one spelling of the scheme is accepted.
  if (parts->scheme == "https") return nullptr;
  if (parts->scheme == "http" && is_loopback_host(parts->host)) return nullptr;
  return "must begin with https:// (http:// only with a loopback host)";
}

/// @returns the error of the base URL of the aliases for client certificates, or null.
const char* fault_of_mtls_base(std::string_view url) noexcept {
  const auto parts = split_uri(url);
  if (!parts || parts->host.empty() || !parts->has_scheme("https")) {
    return "must be a URL such as https://mtls.idp.example.com";
  }
  if (parts->has_query || parts->has_fragment || parts->has_userinfo || url.ends_with('/')) {
    return "must have no query, no fragment, no user name and no slash at the end";
  }
  return nullptr;
}

/// @returns the error of the URL of a login page, or null.
const char* fault_of_login_page(std::string_view url) noexcept {
  const auto parts = split_uri(url);
  if (!parts || !is_web_host(parts->host)) return "must be a URL such as https://login.example.com";
  if (parts->has_fragment || parts->has_userinfo) return "must have no fragment and no user name";
  if (parts->has_scheme("https")) return nullptr;
  if (parts->has_scheme("http") && is_loopback_host(parts->host)) return nullptr;
  return "must begin with https:// (http:// only with a loopback host)";
}

}  // namespace

std::string_view base_url(const options& o) noexcept {
  auto base = std::string_view{o.issuer};
  if (base.ends_with('/')) base.remove_suffix(1);
  return base;
}

std::string userinfo_audience(const options& o) {
  return std::string{base_url(o)}.append(row_of(endpoints, endpoint::userinfo).name);
}

seconds shortest_overlap(const options& o) noexcept {
  return std::max(o.access_ttl, o.id_ttl) + documents_max_age;
}

std::vector<config_error> check(const options& o) {
  auto errors = std::vector<config_error>{};
  const auto require = [&](bool holds, const char* key, const char* sentence) {
    if (!holds) errors.push_back({key, sentence});
  };
  const auto within = [](auto value, auto low, auto high) { return low <= value && value <= high; };
  constexpr auto day = seconds{86400};

  if (const auto* fault = fault_of_issuer(o.issuer)) errors.push_back({"issuer", fault});
  if (!o.authorization_endpoint.empty()) {
    if (const auto* fault = fault_of_login_page(o.authorization_endpoint)) {
      errors.push_back({"discovery.authorization_endpoint", fault});
    }
  }
  if (!o.login_url.empty()) {
    if (const auto* fault = fault_of_login_page(o.login_url)) {
      errors.push_back({"authorization.login_url", fault});
    }
  }
  if (!o.logout_url.empty()) {
    if (const auto* fault = fault_of_login_page(o.logout_url)) {
      errors.push_back({"authorization.logout_url", fault});
    }
  }
  if (!o.mtls_base_url.empty()) {
    if (const auto* fault = fault_of_mtls_base(o.mtls_base_url)) {
      errors.push_back({"discovery.mtls_base_url", fault});
    }
  }
  require(within(o.request_ttl, seconds{60}, seconds{3600}), "authorization.request_ttl",
          "must be from 1 min to 60 min");
  require(within(o.pushed_ttl, seconds{5}, seconds{600}), "authorization.pushed_ttl",
          "must be from 5 s to 600 s");
  require(o.authorizations_per_minute <= 60'000, "authorization.requests_per_minute",
          "must be at most 60000");
  require(o.stored_authorizations_per_minute <= 60'000, "authorization.stored_per_minute",
          "must be at most 60000");
  require(o.failures_per_minute <= 60'000, "http.failures_per_minute", "must be at most 60000");
  require(within(o.claims_limit, std::size_t{1024}, std::size_t{64 * 1024}), "tokens.claims_limit",
          "must be from 1KiB to 64KiB");
  require(within(o.code_ttl, seconds{1}, seconds{600}), "tokens.code_ttl",
          "must be from 1 s to 600 s");
  require(o.profile != client_profile::fapi2 || o.code_ttl <= seconds{60}, "tokens.code_ttl",
          "must be at most 60 s with the profile fapi2");
  require(o.profile != client_profile::fapi2 || o.pushed_ttl < seconds{600},
          "authorization.pushed_ttl", "must be less than 600 s with the profile fapi2");
  require(within(o.code_tombstone, seconds{1}, day), "tokens.code_tombstone",
          "must be from 1 s to 24 h");
  require(within(o.code_dup_window, milliseconds{0}, milliseconds{10000}), "tokens.code_dup_window",
          "must be from 0 ms to 10 s");
  require(within(o.code_max_fail, 1u, 1000u), "tokens.code_max_fail", "must be from 1 to 1000");
  require(within(o.access_ttl, seconds{1}, day), "tokens.access_ttl", "must be from 1 s to 24 h");
  require(within(o.id_ttl, seconds{1}, day), "tokens.id_ttl", "must be from 1 s to 24 h");
  require(within(o.refresh_absolute, seconds{1}, 3650 * day), "tokens.refresh_absolute",
          "must be from 1 s to 3650 d");
  require(within(o.refresh_idle, seconds{1}, 3650 * day), "tokens.refresh_idle",
          "must be from 1 s to 3650 d");
  require(o.refresh_idle <= o.refresh_absolute, "tokens.refresh_idle",
          "must not be longer than tokens.refresh_absolute");
  require(o.key_rotation_period == seconds{0} || within(o.key_rotation_period, day, 3650 * day),
          "keys.rotation_period", "must be from 1 d to 3650 d, or 0 for never");
  if (!within(o.key_overlap, shortest_overlap(o), 30 * day)) {
    errors.push_back({"keys.overlap", "must be from " +
                                          std::to_string(shortest_overlap(o).count()) +
                                          " s (the longest life of a token, and 300 s for those "
                                          "who keep the key set) to 30 d"});
  }
  require(within(o.dpop_max_age, seconds{5}, longest_proof_age), "dpop.max_age",
          "must be from 5 s to 600 s");
  require(o.refresh_key_id >= 1, "keys.refresh_key_id", "must be 1 or more");
  require(within(o.refresh_grace, seconds{0}, seconds{600}), "tokens.refresh_grace",
          "must be from 0 s to 600 s");
  for (auto& e : check(o.registration)) errors.push_back(std::move(e));
  return errors;
}

std::vector<config_error> find_oddities(const options& o) {
  auto found = std::vector<config_error>{};
  if (o.authorization_endpoint.empty() && o.login_url.empty()) {
    found.push_back({"discovery.authorization_endpoint",
                     "is not set, nor is authorization.login_url: RFC 8414 requires an endpoint in "
                     "the metadata, and many clients refuse a document without it; set login_url "
                     "to the URL of your login page"});
  }
  if (!o.authorization_endpoint.empty() && !o.login_url.empty()) {
    found.push_back({"discovery.authorization_endpoint",
                     "has no effect: with authorization.login_url the metadata announce /authorize "
                     "of this server"});
  }
  if (o.require_pushed_requests && o.login_url.empty()) {
    found.push_back({"authorization.require_pushed_authorization_requests",
                     "has no effect without authorization.login_url"});
  }
  return found;
}

}  // namespace mintage::oauth
