/// @file
/// DPoP proofs in the rows of the tables.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "tests/http/negative/row.hpp"
#include "tests/support/proof_claims.hpp"

namespace mintage::test {

constexpr auto invalid_dpop_proof = expected{400, "invalid_dpop_proof", false, false};

inline http_answer send(const stage& s, const token_call& call) {
  return call.send_to(s.server.port());
}

/// The nonce of a refusal; exactly one field has it (DPO-11).
inline std::string nonce_in(const http_answer& got) {
  EXPECT_EQ(got.count("DPoP-Nonce"), 1U) << got.octets;
  return got.field("DPoP-Nonce");
}

inline std::string proof_with_nonce(const std::string& nonce) {
  auto claims = proof_claims();
  claims["nonce"] = nonce;
  return key().sign(boost::json::serialize(claims));
}

}  // namespace mintage::test
