/// @file
/// The TLS settings of a listener: certificates, keys and rules. Internal to net/.
#pragma once

#include <memory>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "net/options.hpp"
#include "net/server.hpp"
#include "oauth/options.hpp"

struct ssl_ctx_st;

namespace mintage::net {

/// Immutable. Shared by the connections accepted while it was in use. TLS 1.2 and 1.3, ephemeral
/// keys and AEAD only; no renegotiation, no compression, no early data; sessions are resumed by
/// tickets. @see RFC 9325 (BCP 195), RFC 8446
class tls_context {
 public:
  /// Reads the files. @param asks whether peers are asked for certificates, if `o` has that on.
  /// @param section of the config, for errors: "http.tls" or "admin.tls".
  /// @returns the context, or the first error of each pair of files: the key that names the file,
  ///          and a sentence with its path.
  [[nodiscard]] static tl::expected<std::shared_ptr<const tls_context>,
                                    std::vector<oauth::config_error>>
  load(const tls_options& o, std::string_view section, bool asks = true);

  tls_context(const tls_context&) = delete;
  tls_context& operator=(const tls_context&) = delete;
  ~tls_context();

  [[nodiscard]] ssl_ctx_st* get() const noexcept { return context_; }
  /// Whether peers are asked for certificates.
  [[nodiscard]] bool asks_for_certificates() const noexcept { return asks_; }
  [[nodiscard]] const std::vector<certificate_facts>& certificates() const noexcept {
    return certificates_;
  }
  [[nodiscard]] const std::vector<file_end>& ends() const noexcept { return ends_; }

 private:
  tls_context();
  ssl_ctx_st* const context_;
  bool asks_ = false;
  std::vector<certificate_facts> certificates_;
  std::vector<file_end> ends_;
};

}  // namespace mintage::net
