/// @file
/// Handles: the opaque texts that name an authorization request, for the login page and as
/// `request_uri` of /par. (AUZ-01, PAR-01, PAR-03)
///
/// A short request is sealed into its handle, `h.` and base64url. For a long one the handle is a
/// random name, `r.` and base64url of slot (2 octets) and 32 random octets, and the sealed request
/// is a record under the SHA-256 of the text.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "crypto/random.hpp"
#include "crypto/secret.hpp"
#include "oauth/authorization/authorization_request.hpp"
#include "oauth/authorization/url_seal.hpp"
#include "oauth/grant/slot.hpp"
#include "oauth/types.hpp"

namespace mintage::oauth {

/// The longest handle that contains its request.
inline constexpr auto longest_handle = std::size_t{2048};
/// The length of one that does not.
inline constexpr auto named_handle_size = std::size_t{2 + 46};

/// Whom a handle is for. Neither opens what the other seals.
enum class handle_use : std::uint8_t {
  login,  ///< the login page
  pushed  ///< /authorize, after /par; without the prefix of the URN
};

/// The name of a record with a request.
struct handle_ref {
  slot where;
  crypto::digest hash{};
};
/// A record that must be stored before the handle is sent (table `authorization_requests`).
struct handle_record {
  handle_ref key;
  std::string sealed;
  /// As of the request.
  instant expires{};
};
struct made_handle {
  std::string text;
  /// Nothing when the handle contains the request.
  std::optional<handle_record> record;
};
/// @param random of the slot and the name of a record.
[[nodiscard]] made_handle make_handle(const authorization_request& r, handle_use use,
                                      url_seal& seal, instant now, crypto::random_source& random,
                                      crypto::sha256_hasher& hash);

/// A request and the octets that its views refer to. Views stay valid when it is moved.
class opened_request {
 public:
  opened_request(opened_request&&) noexcept = default;
  opened_request& operator=(opened_request&&) noexcept = default;
  [[nodiscard]] const authorization_request& get() const noexcept { return request_; }
  [[nodiscard]] const authorization_request* operator->() const noexcept { return &request_; }

 private:
  friend std::optional<opened_request> open_sealed(std::string_view, handle_use, url_seal&,
                                                   instant);
  opened_request() = default;
  crypto::secret_string octets_;
  authorization_request request_;
};

/// Whether the text is that of a handle whose request is in a record, and where.
[[nodiscard]] std::optional<handle_ref> find_handle_record(std::string_view text,
                                                           crypto::sha256_hasher& hash);
/// Opens a handle that contains its request.
/// @returns nothing when it is none, was altered, is for another use, or has expired.
[[nodiscard]] std::optional<opened_request> open_handle(std::string_view text, handle_use use,
                                                        url_seal& seal, instant now);
/// Opens the value of a record. @returns as `open_handle`.
[[nodiscard]] std::optional<opened_request> open_sealed(std::string_view sealed, handle_use use,
                                                        url_seal& seal, instant now);

}  // namespace mintage::oauth
