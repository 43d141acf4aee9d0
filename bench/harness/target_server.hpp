/// @file
/// The server that is measured: a Mintage started for the run, or any running server.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bench/harness/histogram.hpp"
#include "bench/harness/http_call.hpp"
#include "bench/harness/requests.hpp"
#include "crypto/secret.hpp"
#include "loopback/child_process.hpp"

namespace mintage::bench {

/// The kind of client that tokens are issued to.
struct audience {
  bool is_public = false;
  /// Algorithm of its ID tokens: "ES256" or "RS256".
  std::string id_token_alg = "ES256";
  /// Whether refresh tokens are replaced at each use. For public clients they always are.
  bool rotates = true;
  /// Whether codes are exchanged for a refresh token as well.
  bool is_offline = false;
  /// What it proves itself with, instead of (an assertion) or besides (DPoP) its secret.
  proof_kind proves_by = proof_kind::none;
};

class target_server {
 public:
  /// Starts `program serve` on free TCP ports of loopback, with a database of its own.
  /// @param settings dotted keys of its config and values in TOML, which override the defaults.
  /// @param tls set = its public listener uses TLS with a certificate made for it.
  /// @param on the cores that it may use; empty = those of the calling thread.
  /// @param first a node of the same cluster, whose seal key and admin tokens it gets; null = it
  ///        makes its own.
  /// @throws std::runtime_error with its log when it does not become ready.
  [[nodiscard]] static std::unique_ptr<target_server> start(
      const std::filesystem::path& program, const std::map<std::string, std::string>& settings,
      const std::optional<tls_options>& tls, const loopback::cores& on = {},
      const target_server* first = nullptr);
  /// A server that is running. Its discovery document names endpoints and keys.
  /// @param pid its process, for /proc, when it runs on this machine.
  [[nodiscard]] static std::unique_ptr<target_server> at(const origin& where,
                                                         std::optional<pid_t> pid);

  /// Sets the admin listener, which mints codes. @param token may create clients and mint codes.
  void set_admin(origin admin, crypto::secret_string token);

  [[nodiscard]] const origin& where() const noexcept { return where_; }
  /// The path of the endpoint for a kind of request; empty when there is none.
  [[nodiscard]] const std::string& path_for(request_kind kind) const noexcept {
    return kind == request_kind::introspect ? introspection_path_ : token_path_;
  }
  /// Whether the discovery document announces what a kind of request needs.
  [[nodiscard]] bool serves(request_kind kind) const;
  /// The listener that has its metrics; null when not known.
  [[nodiscard]] const origin* admin() const noexcept { return admin_ ? &*admin_ : nullptr; }
  /// The token of that listener.
  [[nodiscard]] std::string_view admin_token() const noexcept { return token_.reveal(); }
  [[nodiscard]] std::optional<pid_t> pid() const noexcept { return pid_; }
  /// The current JWK set.
  [[nodiscard]] std::string keys() const;
  /// The settings that it was started with.
  [[nodiscard]] const std::map<std::string, std::string>& settings() const noexcept {
    return settings_;
  }

  /// Size of the database files; 0 when the server was not started here.
  [[nodiscard]] std::uint64_t stored_kib() const;

  /// Stops the started program and starts it again with its database.
  /// @returns the time from exec until `GET /readyz` is 200.
  /// @throws std::runtime_error with its log when it does not become ready.
  nanoseconds restart();
  /// SIGKILL to the started program.
  void kill();

  /// Creates clients that differ in their redirect URIs, one of ten of them public.
  /// @pre an admin listener is set. @throws std::runtime_error when one is refused.
  void make_clients(std::size_t count) const;
  /// What a client of this server proves itself with. @param key nothing = a new one.
  [[nodiscard]] std::shared_ptr<proof_maker> make_proofs(
      proof_kind kind, std::optional<crypto::signing_key> key = {}) const;
  /// Creates a client that may send requests of these kinds.
  /// @pre an admin listener is set. @throws std::runtime_error when it is refused.
  [[nodiscard]] client make_client(const audience& a, const std::vector<request_kind>& kinds) const;
  /// Mints codes. @param scope of the codes.
  [[nodiscard]] std::vector<std::string> mint(const client& who, std::string_view scope,
                                              std::size_t count) const;
  /// Mints codes while the server may fail. @returns those that it acknowledged.
  [[nodiscard]] std::vector<std::string> try_to_mint(const client& who, std::string_view scope,
                                                     std::size_t count) const;
  /// Whether the admin listener knows a client.
  [[nodiscard]] bool knows(const client& who) const;

 private:
  target_server() = default;
  void launch();
  void discover();
  /// The line of a bulk request that mints a code.
  [[nodiscard]] static std::string line_for(const client& who, std::string_view scope);

  // In this order, so that the program ends before its folder is removed.
  std::unique_ptr<loopback::temporary_folder> folder_;
  std::vector<std::string> command_;
  loopback::cores cores_;
  bool is_tls_ = false;
  tls_options trust_;
  std::unique_ptr<loopback::child_process> program_;
  std::map<std::string, std::string> settings_;
  origin where_;
  std::optional<origin> admin_;
  crypto::secret_string token_;
  std::string issuer_;
  std::string token_url_;
  std::string token_path_;
  std::string introspection_path_;
  std::string keys_path_;
  std::vector<std::string> grants_;
  std::optional<pid_t> pid_;
};

}  // namespace mintage::bench
