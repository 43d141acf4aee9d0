/// @file
/// A server of net/ with certificates, and clients that use TLS.
#pragma once

#include <stdlib.h>

#include <filesystem>
#include <string>

#include "loopback/certificate_authority.hpp"
#include "loopback/stream.hpp"
#include "tests/unit/net/server_fixture.hpp"

namespace mintage::net {

/// Both listeners use the certificate "first", which is ECDSA.
class tls_server_test : public server_test {
 protected:
  tls_server_test() {
    auto pattern = (std::filesystem::temp_directory_path() / "mintage-tls-XXXXXX").string();
    folder = ::mkdtemp(pattern.data());
    pair = authority.issue(folder, "first", loopback::key_kind::p256);
    settings.tls.certificate = settings.admin_tls.certificate = pair.certificate;
    settings.tls.key = settings.admin_tls.key = pair.key;
  }
  ~tls_server_test() override { std::filesystem::remove_all(folder); }

  /// `options` with the tests' authority as the trusted one.
  [[nodiscard]] loopback::tls_side side(loopback::tls_client_options options = {}) const {
    options.trusted = &authority;
    return loopback::tls_side{options};
  }
  [[nodiscard]] loopback::tls_side side_of(int version) const {
    return side({.min_version = version, .max_version = version});
  }
  /// Replaces the first pair by a new one with this name.
  void replace_pair(const std::string& name,
                    loopback::key_kind kind = loopback::key_kind::p256) const {
    const auto fresh = authority.issue(folder, name, kind);
    std::filesystem::rename(fresh.certificate, pair.certificate);
    std::filesystem::rename(fresh.key, pair.key);
  }
  /// The reason of the last refusal that net/ noted itself.
  [[nodiscard]] std::string last_reason() const { return services_.at(0)->last_reason(); }

  loopback::certificate_authority authority;
  std::filesystem::path folder;
  loopback::pem_pair pair;
};

}  // namespace mintage::net
