/// @file
/// What is said of a token once all is known of it. (INT-02, INT-03, REV-01, UIN-01, UIN-03)
#pragma once

#include "service/service.hpp"

namespace mintage::actors {

/// Answers a question about a token that nothing has to be written for: `done` and `body`, or
/// `denied`; or sets `claims` and `alg` for a signer.
/// @param found as far as it is known: nothing at all of an unknown token, which is not alive.
/// @returns whether a signer must sign the answer first.
[[nodiscard]] bool answer_query(service::query_exchange& x, const oauth::found_token& found,
                                bool alive, const oauth::client_registry& known, oauth::instant now,
                                const oauth::options& rules);

}  // namespace mintage::actors
