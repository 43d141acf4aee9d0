/// @file
/// A server that asks for client certificates, and clients that have some.
#pragma once

#include <boost/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/secure_ports.hpp"
#include "tests/support/test_clients.hpp"

namespace mintage::test {

using loopback::certificate_wish;

/// The settings of a public listener that asks for certificates, with the authority of `folder`.
[[nodiscard]] settings certificate_settings(const std::filesystem::path& folder,
                                            const certificate_authority& clients);

/// A connection side that presents a certificate. @param version 0 = any.
[[nodiscard]] tls_side presenting(const pem_pair& own, int version = 0);

/// Sends a call on a connection of its own. @param side null = without TLS.
[[nodiscard]] http_answer send_over(const tls_side* side, std::uint16_t port,
                                    const token_call& call);

/// The public key in a certificate's file as a JWK set. @pre it is P-256.
[[nodiscard]] boost::json::object jwks_of(const std::filesystem::path& certificate);

/// `x5t#S256` of the first certificate in a file.
[[nodiscard]] std::string thumbprint_of(const std::filesystem::path& certificate);
/// The DER of the first certificate in a file.
[[nodiscard]] std::string der_of(const std::filesystem::path& certificate);

/// The folder of the certificates, which must be there before the server starts.
struct client_certificates {
  temporary_folder folder{std::filesystem::path{}};
  certificate_authority authority;
  pem_pair api = authority.issue(
      folder.path(), "api",
      certificate_wish{.subject = {{"C", "DE"}, {"O", "Example"}, {"CN", "api"}},
                       .alternatives = "DNS:api.example.com,URI:https://example.com/"
                                       "api,IP:192.0.2.7,email:api@example.com"});
  /// From the same authority, with another subject.
  pem_pair other = authority.issue(
      folder.path(), "other",
      certificate_wish{.subject = {{"C", "DE"}, {"O", "Example"}, {"CN", "other"}}});
  /// From another authority, with the subject of `api`.
  pem_pair foreign = certificate_authority{}.issue(
      folder.path(), "foreign",
      certificate_wish{.subject = {{"C", "DE"}, {"O", "Example"}, {"CN", "api"}}});
  pem_pair self = certificate_authority::write_self_signed(
      folder.path(), "self", certificate_wish{.subject = {{"CN", "self"}}});
};
constexpr std::string_view api_subject = "CN=api,O=Example,C=DE";

/// The metadata of a client with `tls_client_auth` and this subject.
[[nodiscard]] boost::json::object tls_client(std::string_view subject = api_subject);

/// A server with these certificates.
class certificate_stage : private client_certificates, public stage {
 public:
  explicit certificate_stage(const settings& with = {});
  using client_certificates::api;
  using client_certificates::authority;
  using client_certificates::folder;
  using client_certificates::foreign;
  using client_certificates::other;
  using client_certificates::self;

  /// Registers a client that presents nothing but its id.
  [[nodiscard]] party add(const boost::json::object& metadata);
  /// Redeems a code over a connection of its own. @param own null = without a certificate.
  [[nodiscard]] http_answer redeem_with(const pem_pair* own, const party& who,
                                        std::string_view code) const;
  /// One row: the call is refused as `want` says, and the code is live for the right certificate.
  void expect_refused(const party& who, const pem_pair* presented, const pem_pair& right,
                      const expected& want);
};

}  // namespace mintage::test
