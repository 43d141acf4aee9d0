/// @file
/// Configuration of the listeners: [http], [admin] and [health].
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "oauth/options.hpp"

namespace mintage::net {

enum class tls_version : std::uint8_t { v1_2, v1_3 };

/// Whether peers are asked for a certificate. One that has none is served in any case.
enum class client_certificates : std::uint8_t { off, optional };

/// How a trusted proxy passes on the certificate of its client (CAU-15).
enum class certificate_header : std::uint8_t {
  none,
  rfc9440,  ///< the DER in base64 between colons
  nginx,    ///< PEM, percent-encoded
  envoy     ///< the member Cert of X-Forwarded-Client-Cert, which is percent-encoded PEM
};
/// The name of the header field if the config gives no other; empty for `none`.
[[nodiscard]] std::string_view usual_name(certificate_header form) noexcept;

/// [http.tls], [admin.tls]: PEM files. Without a certificate the listener uses plain HTTP.
struct tls_options {
  /// The server's certificate, then the intermediate ones.
  std::filesystem::path certificate;
  /// Its private key, not encrypted, readable by its owner only.
  std::filesystem::path key;
  /// A second pair of the other kind (ECDSA or RSA), for peers that support one kind only.
  std::filesystem::path second_certificate;
  std::filesystem::path second_key;
  tls_version min_version = tls_version::v1_2;
  /// [http.tls] only. Not of use to a listener that `mtls_listen` takes the place of.
  net::client_certificates client_certificates = net::client_certificates::off;
  /// The authorities whose certificates `tls_client_auth` accepts; empty = none (CAU-14).
  std::filesystem::path client_ca;
  /// Revocation lists of all authorities that lead to one of `client_ca`; empty = not checked.
  std::filesystem::path client_crl;
  /// files.allow_group_readable: the group of a key file may read it.
  bool allow_group_readable = false;

  [[nodiscard]] bool is_on() const noexcept { return !certificate.empty(); }
};

/// Open connections of the admin listener at most: enough for operators' tools. Each may have 256
/// lines in flight. Of these, places for probes and scrapes (/livez, /readyz, /metrics) only.
inline constexpr std::size_t most_admin_connections = 256;
inline constexpr std::size_t admin_connections_for_probes = 16;

/// The same for the health listener.
inline constexpr std::size_t most_health_connections = 64;

struct options {
  /// [http] listen: address:port; TCP port 0 takes a free one. IPv6 as [::1]:9080.
  std::string listen = "127.0.0.1:9080";
  /// Threads that serve sockets and run the actors of the pools; 0 = one per core.
  std::size_t io_threads = 0;
  /// Open connections of the public listener at most. A further one replaces the one that has been
  /// idle longest.
  std::size_t max_connections = 10000;
  /// Open connections of one IPv4 address or one IPv6 /64 at most; further ones are refused. Not
  /// for loopback and `trusted_proxies`, but for the sources in their PROXY headers. 0 = no limit.
  std::size_t max_connections_per_source = 1000;
  /// Addresses or CIDR blocks that may use plain HTTP besides loopback (TOK-02). With TLS any peer
  /// may connect.
  std::vector<std::string> trusted_proxies;
  /// Whether connections from `trusted_proxies` begin with a PROXY header of version 2, which names
  /// the source. Without it, sources behind a proxy are unknown (CAU-16).
  bool proxy_protocol = false;
  /// How `trusted_proxies` pass on client certificates. A field from other peers is ignored.
  certificate_header client_certificate_header = certificate_header::none;
  /// The name of that field; empty = `usual_name`.
  std::string client_certificate_header_name;
  /// The field in which they say whether they have verified the chain: "SUCCESS" (nginx) or "0"
  /// (haproxy) if so. Empty = they do not say, and `tls_client_auth` fails.
  std::string client_verified_header;
  /// A second public listener, which asks for certificates; then `listen` does not ask. Empty =
  /// none. @see RFC 8705 §5
  std::string mtls_listen;
  std::size_t header_limit = 32 * 1024;
  std::size_t body_limit = 64 * 1024;
  /// From the first octet of a request to the end of its header section. Also from the connection
  /// to its first octet, handshakes included.
  std::chrono::milliseconds header_timeout{10'000};
  /// From the end of the header section to the end of the body.
  std::chrono::milliseconds body_timeout{10'000};
  /// Between requests of a keep-alive connection.
  std::chrono::milliseconds idle_timeout{75'000};
  /// For the peer to take an answer.
  std::chrono::milliseconds write_timeout{10'000};
  tls_options tls;

  /// [admin] listen: loopback only, unless TLS is on.
  std::string admin_listen = "127.0.0.1:9081";
  std::filesystem::path admin_token_file = "admin.token";
  std::filesystem::path mint_token_file = "mint.token";
  tls_options admin_tls;

  /// [health] listen: address:port, or "" for no such listener. Plain HTTP for any peer.
  std::string health_listen;
};

/// What client certificates can be used for.
[[nodiscard]] oauth::certificate_use certificate_use_of(const options& o) noexcept;

/// The field in which trusted proxies pass on client certificates; empty = none.
[[nodiscard]] std::string_view certificate_field(const options& o) noexcept;

/// @returns every broken limit as key and sentence; empty when all hold.
[[nodiscard]] std::vector<oauth::config_error> check(const options& o);

/// Reads certificates and keys as a start does. @returns the errors of the files, each named.
/// @pre `check` found nothing.
[[nodiscard]] std::vector<oauth::config_error> check_files(const options& o);

}  // namespace mintage::net
