/// @file
/// Every secret that this test program made or saw, so that it can be looked for in what servers
/// tell.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace mintage::test {

/// Remembers a code, a token, a client's secret or a key. Texts too short or too plain to be told
/// from ordinary words are passed over. Thread-safe.
void remember_secret(std::string_view secret);
/// Remembers what is secret in octets of the wire or in a program's output: members of JSON,
/// parameters of forms, credentials, and whatever begins like a secret of ours. After some hundred
/// thousand it stops: the load tests repeat themselves. Thread-safe.
void remember_secrets_in(std::string_view octets);

/// Where the text holds a remembered secret, or its first or last dozen octets: as it is, escaped,
/// percent-encoded, or in Base64 of either alphabet and any alignment. @returns excerpts, ten at
/// most.
[[nodiscard]] std::vector<std::string> secrets_found_in(std::string_view text);

}  // namespace mintage::test
