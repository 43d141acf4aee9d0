/// @file
/// The server that is measured: one of ours that is started for it, or any that runs already.
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

/// Kinds of client that the tokens are for.
struct audience {
  bool is_public = false;
  /// "ES256" or "RS256": what the ID tokens are signed with.
  std::string id_token_alg = "ES256";
  /// Whether refresh tokens are replaced at each use. Public clients get no others.
  bool rotates = true;
  /// Whether codes are exchanged for a refresh token, too.
  bool is_offline = false;
};

class target_server {
 public:
  /// Starts `program serve` on free ports of loopback with a database of its own.
  /// @param settings dotted keys of its config and values as TOML, over the defaults.
  /// @param tls set = its public listener speaks TLS with a certificate made for it.
  /// @param on the cores that it may use; empty = those that this thread may use.
  /// @throws std::runtime_error with its log when it does not become ready.
  [[nodiscard]] static std::unique_ptr<target_server> start(
      const std::filesystem::path& program, const std::map<std::string, std::string>& settings,
      const std::optional<tls_wishes>& tls, const loopback::cores& on = {});
  /// One that runs. Its discovery document says where endpoint and keys are.
  /// @param pid to read its /proc, when it runs here.
  [[nodiscard]] static std::unique_ptr<target_server> at(const origin& where,
                                                         std::optional<pid_t> pid);

  /// Lets codes be minted through `admin`. @param token may create clients and mint.
  void set_admin(origin admin, crypto::secret_string token);

  [[nodiscard]] const origin& where() const noexcept { return where_; }
  /// The path of the endpoint that requests of a kind go to; empty when it has none.
  [[nodiscard]] const std::string& path_for(request_kind kind) const noexcept {
    return kind == request_kind::introspect ? introspection_path_ : token_path_;
  }
  /// Whether its discovery document announces what a kind of request needs.
  [[nodiscard]] bool serves(request_kind kind) const;
  /// Where its metrics are; null when nobody said.
  [[nodiscard]] const origin* admin() const noexcept { return admin_ ? &*admin_ : nullptr; }
  [[nodiscard]] std::optional<pid_t> pid() const noexcept { return pid_; }
  /// The JWK set of now.
  [[nodiscard]] std::string keys() const;
  /// The settings that it was started with.
  [[nodiscard]] const std::map<std::string, std::string>& settings() const noexcept {
    return settings_;
  }

  /// Size of the files of its database; 0 of a server that was not started here.
  [[nodiscard]] std::uint64_t stored_kib() const;

  /// Stops the program that was started and starts it again with its database.
  /// @returns the time from exec until `GET /readyz` says 200.
  /// @throws std::runtime_error with its log when it does not become ready.
  nanoseconds restart();

  /// Many clients that differ in their redirect URIs, one of ten of them public.
  /// @pre an admin is set. @throws std::runtime_error when one is refused.
  void make_clients(std::size_t count) const;
  /// A client that may send what `kinds` names.
  /// @pre an admin is set. @throws std::runtime_error when it is refused.
  [[nodiscard]] client make_client(const audience& a, const std::vector<request_kind>& kinds) const;
  /// @param scope of the codes.
  [[nodiscard]] std::vector<std::string> mint(const client& who, std::string_view scope,
                                              std::size_t count) const;

 private:
  target_server() = default;
  void launch();
  void discover();

  // In this order: the program ends before its folder is removed.
  std::unique_ptr<loopback::temporary_folder> folder_;
  std::vector<std::string> command_;
  loopback::cores cores_;
  bool is_tls_ = false;
  tls_wishes trust_;
  std::unique_ptr<loopback::child_process> program_;
  std::map<std::string, std::string> settings_;
  origin where_;
  std::optional<origin> admin_;
  crypto::secret_string token_;
  std::string token_path_;
  std::string introspection_path_;
  std::string keys_path_;
  std::vector<std::string> grants_;
  std::optional<pid_t> pid_;
};

}  // namespace mintage::bench
