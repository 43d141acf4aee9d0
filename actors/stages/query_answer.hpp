/// @file
/// Sets the answer of oauth/token/query_answer.hpp in an exchange.
#pragma once

#include "service/service.hpp"

namespace mintage::actors {

/// Answers a question that needs no write: sets `done` and `body`, or `denied`; or sets `claims`
/// and `alg` for a signer.
/// @param found as far as known; empty for an unknown token, which is not valid.
/// @returns whether a signer must sign the answer first.
[[nodiscard]] bool answer_query(service::query_exchange& x, const oauth::found_token& found,
                                bool alive, const oauth::client_registry& known, oauth::instant now,
                                const oauth::options& rules);

}  // namespace mintage::actors
