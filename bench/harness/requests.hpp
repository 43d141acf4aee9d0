/// @file
/// The octets of the requests: one kind per endpoint and grant.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "bench/harness/proofs.hpp"

namespace mintage::bench {

/// The client that sends requests.
struct client {
  std::string id;
  /// Sent by Basic. A client without a secret is public and sends `client_id`.
  std::string secret;
  std::string redirect_uri;
  /// The PKCE verifier of every code; empty = the codes carry no challenge.
  std::string verifier;
  /// The `scope` of its client credentials requests; empty = not sent.
  std::string own_scope;
  /// Signs what each of its requests carries; null = it proves itself by its secret or not at all.
  std::shared_ptr<proof_maker> proofs = nullptr;

  [[nodiscard]] proof_kind proves_by() const noexcept {
    return proofs ? proofs->kind() : proof_kind::none;
  }
};

enum class request_kind : std::uint8_t { code, refresh, client_credentials, introspect };
inline constexpr auto all_kinds =
    std::array{request_kind::code, request_kind::refresh, request_kind::client_credentials,
               request_kind::introspect};
/// The name on the command line, for example "client-credentials".
[[nodiscard]] std::string_view name_of(request_kind kind) noexcept;
[[nodiscard]] std::optional<request_kind> parse_kind(std::string_view name) noexcept;
/// The value of `grant_type`; empty for introspection.
[[nodiscard]] std::string_view grant_of(request_kind kind) noexcept;

/// A POST of a form in which one value, and a proof where the client makes some, differ between
/// requests. The rest is prebuilt.
class form_template {
 public:
  /// @param host value of the Host field. @param path of the endpoint.
  form_template(request_kind kind, const client& who, std::string_view host, std::string_view path);

  /// Replaces `out`.
  /// @param value the code or token, in characters that need no encoding. Ignored by a kind that
  ///        has none.
  /// @param proof of the client; empty when it makes none.
  void write(std::string& out, std::string_view value, std::string_view proof = {}) const;

 private:
  std::string head_;  // up to the number of Content-Length
  std::string before_value_;
  std::string after_value_;
  /// Before the proof in the header section or at the end of the form; one of the two, or none.
  std::string_view field_;
  std::string_view parameter_;
  bool has_value_;
};

}  // namespace mintage::bench
