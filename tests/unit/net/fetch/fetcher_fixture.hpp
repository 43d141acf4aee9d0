/// @file
/// A fetcher, a host on loopback, and its certificates.
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <future>
#include <memory>
#include <string>

#include "loopback/certificate_authority.hpp"
#include "loopback/https_host.hpp"
#include "net/fetch/fetcher.hpp"
#include "tests/support/eventually.hpp"
#include "tests/unit/net/fetch/scripted_resolver.hpp"

namespace mintage::net {

using mintage::test::eventually;
using service::fetch_failure;
using visit = loopback::https_host::visit;

inline constexpr auto json = "Content-Type: application/json\r\n";

class fetcher_test : public testing::Test {
 protected:
  fetcher_test() {
    auto pattern = (std::filesystem::temp_directory_path() / "mintage-fetch-XXXXXX").string();
    folder = ::mkdtemp(pattern.data());
    options.ca_file = authority.write(folder);
    options.allow_loopback_for_tests = true;
    // Long enough for a busy machine; the tests of slow hosts shorten it.
    options.timeout = std::chrono::seconds{10};
  }
  ~fetcher_test() override {
    test::release_look_ups();
    fetches.reset();
    host.reset();
    std::filesystem::remove_all(folder);
  }

  /// Starts a host whose certificate is for 127.0.0.1, localhost and names below ".hosts.test".
  void serve(loopback::https_host::responder respond) {
    const auto pair = authority.issue(folder, "host", loopback::key_kind::p256,
                                      "IP:127.0.0.1,DNS:localhost,DNS:*.hosts.test");
    serve_with(pair, std::move(respond));
  }
  void serve_with(const loopback::pem_pair& pair, loopback::https_host::responder respond) {
    host = std::make_unique<loopback::https_host>(pair, std::move(respond));
  }
  /// A host with the same answer for every path.
  void serve_document(const std::string& fields = json, const std::string& body = "{}") {
    serve([=](visit& v) { v.answer("200 OK", fields, body); });
  }

  fetcher& running() {
    if (!fetches) fetches = std::make_unique<fetcher>(options);
    return *fetches;
  }
  /// The URL of the host by a name.
  [[nodiscard]] std::string url_of(const std::string& name) const {
    return "https://" + name + ":" + std::to_string(host->port()) + "/jwks";
  }
  std::future<service::fetch_outcome> begin(const std::string& url, const std::string& etag = {}) {
    auto made = std::make_shared<std::promise<service::fetch_outcome>>();
    running().get(url, etag, [made](service::fetch_outcome o) { made->set_value(std::move(o)); });
    return made->get_future();
  }
  service::fetch_outcome fetch(const std::string& url, const std::string& etag = {}) {
    return begin(url, etag).get();
  }
  service::fetch_outcome fetch() { return fetch(host->url("/jwks")); }
  /// The name of the failure, or "ok".
  std::string result_of(const std::string& url) {
    const auto o = fetch(url);
    return o ? "ok" : std::string{to_string(o.error())};
  }
  std::string result() { return result_of(host->url("/jwks")); }

  loopback::certificate_authority authority;
  std::filesystem::path folder;
  fetch_options options;
  std::unique_ptr<loopback::https_host> host;
  std::unique_ptr<fetcher> fetches;
};

}  // namespace mintage::net
