/// @file
/// Records every secret that this test program made or saw, to search the output of servers for
/// them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace mintage::test {

/// Records a code, a token, a client's secret or a key. Texts that are too short or too common to
/// be recognised are ignored. Thread-safe.
void remember_secret(std::string_view secret);
/// Records the secrets in octets of the wire or in a program's output: members of JSON, parameters
/// of forms, credentials, and whatever has the prefix of our secrets. Stops after some hundred
/// thousand, since load tests repeat themselves. Thread-safe.
void remember_secrets_in(std::string_view octets);

/// Searches the text for recorded secrets, and for their first or last dozen octets: plain,
/// escaped, percent-encoded, or in Base64 of either alphabet and any alignment. @returns at most
/// ten excerpts.
[[nodiscard]] std::vector<std::string> secrets_found_in(std::string_view text);

}  // namespace mintage::test
