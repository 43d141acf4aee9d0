/// @file
/// The octets that the harness sends to a token endpoint.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace mintage::bench {

/// Who exchanges the codes, and where.
struct client {
  std::string id;
  /// Sent by Basic; a client without one is public and sends `client_id`.
  std::string secret;
  std::string redirect_uri;
  /// The PKCE verifier of every code; empty = the codes carry no challenge.
  std::string verifier;
};

/// `text` as a value of application/x-www-form-urlencoded.
[[nodiscard]] std::string form_encode(std::string_view text);

/// Code exchanges, each code once. One per thread.
class code_requests {
 public:
  /// @param host value of the Host field. @param path of the token endpoint.
  code_requests(const client& who, std::string_view host, std::string_view path,
                std::vector<std::string> codes);

  /// Writes the next request to `out`. @returns false when no code is left.
  [[nodiscard]] bool next(std::string& out);
  /// Begins again with the first code when all are used: for a server that does not look at them.
  void repeat() noexcept { repeats_ = true; }

 private:
  std::string before_length_;
  std::string after_code_;
  std::vector<std::string> codes_;
  std::size_t next_ = 0;
  bool repeats_ = false;
};

/// Deals codes to `parts` threads.
[[nodiscard]] std::vector<std::vector<std::string>> deal(std::vector<std::string> codes,
                                                         std::size_t parts);

}  // namespace mintage::bench
