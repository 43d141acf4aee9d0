/// @file
/// The scope of a client's own token. (CCG-01, CCG-02)
#pragma once

#include <string>
#include <string_view>

#include "oauth/client/client.hpp"
#include "oauth/types.hpp"

namespace mintage::oauth {

/// Chooses the scope of a client's own token: the requested one, or without it everything that the
/// client is registered for except openid and offline_access, which concern a person.
/// @returns unauthorized_client for public clients (CCG-01); invalid_scope for a token that is
///          malformed, not registered, openid or offline_access, and when the result is empty
///          (CCG-02).
/// @see RFC 6749 §4.4
[[nodiscard]] result<std::string> choose_client_scope(const client& c, std::string_view requested);

}  // namespace mintage::oauth
