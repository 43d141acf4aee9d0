#include "oauth/grant/pkce.hpp"

#include <algorithm>
#include <array>

#include "crypto/base64.hpp"
#include "crypto/digest.hpp"
#include "oauth/denial_reasons.hpp"
#include "oauth/grant/code.hpp"
#include "oauth/request/text.hpp"

namespace mintage::oauth {
namespace {

constexpr std::size_t challenge_size = crypto::base64url_size(sizeof(crypto::digest));

}  // namespace

bool is_code_verifier(std::string_view verifier) noexcept {
  return verifier.size() >= 43 && verifier.size() <= 128 &&
         std::all_of(verifier.begin(), verifier.end(), is_unreserved);
}

bool is_s256_challenge(std::string_view challenge) noexcept {
  // 43 characters have 258 bits: two bits of the last one are unused and must be zero.
  constexpr auto last_characters = std::string_view{"AEIMQUYcgkosw048"};
  return challenge.size() == challenge_size &&
         std::all_of(challenge.begin(), challenge.end(), is_base64url) &&
         last_characters.find(challenge.back()) != std::string_view::npos;
}

denial malformed_verifier() noexcept {
  return {errc::invalid_request, "code_verifier must be 43 to 128 unreserved characters",
          "malformed code_verifier"};
}

result<void> check_pkce_s256(std::string_view verifier, std::string_view challenge) {
  if (!is_code_verifier(verifier)) return refusal{malformed_verifier()};
  auto computed = std::array<char, challenge_size>{};
  crypto::base64url_write(computed.data(), crypto::sha256(verifier));
  if (!crypto::constant_time_equal(std::string_view{computed.data(), computed.size()}, challenge)) {
    return deny(errc::invalid_grant, unknown_code().description,
                "code_verifier does not match the code_challenge");
  }
  return {};
}

}  // namespace mintage::oauth
