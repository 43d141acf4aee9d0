/// @file
/// Which clients a session has been used at: the names of the index records. (LGO-05)
#pragma once

#include <string_view>
#include <vector>

#include "crypto/digest.hpp"
#include "oauth/grant/slot.hpp"
#include "oauth/options.hpp"
#include "oauth/types.hpp"

namespace mintage::oauth {

/// A record covers what is minted in one period, so that it never needs to be prolonged: a code
/// finds it there, or inserts it. Part of the names: DO NOT CHANGE.
constexpr auto session_period = seconds{90 * 24 * 3600};

/// The name of an index record: the slot of its session, so that one shard has all of them, and
/// SHA-256 over session, client and period.
struct session_client_name {
  slot where;
  crypto::digest hash{};
  friend bool operator==(const session_client_name&, const session_client_name&) = default;
};

/// The slot of a session. A code that is minted with an index record takes it too: both are written
/// in one commit.
[[nodiscard]] slot slot_of_session(std::string_view sid, crypto::sha256_hasher& hash);

struct session_client {
  session_client_name name;
  /// The end of what is minted in the period.
  instant expires;
};
/// The record for what is minted at `now`.
[[nodiscard]] session_client mark_session(std::string_view sid, std::string_view client_id,
                                          instant now, const options& o,
                                          crypto::sha256_hasher& hash);

/// The records of a client that cover what may be valid at `now`, newest first: one for each period
/// in the life of a refresh token.
[[nodiscard]] std::vector<session_client_name> find_session_client(std::string_view sid,
                                                                   std::string_view client_id,
                                                                   instant now, const options& o,
                                                                   crypto::sha256_hasher& hash);

}  // namespace mintage::oauth
