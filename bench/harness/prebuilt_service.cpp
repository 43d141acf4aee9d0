#include "bench/harness/prebuilt_service.hpp"

#include "oauth/request/response.hpp"

namespace mintage::bench {

std::string prebuilt_body() {
  const auto part = std::string(300, 'A');
  auto jws = std::string(90, 'A');
  jws.append(1, '.').append(part).append(1, '.').append(86, 'A');
  auto out = std::string{};
  oauth::append_token_answer(out, {.access_token = jws,
                                   .expires_in = oauth::seconds{600},
                                   .scope = "openid profile",
                                   .refresh_token = {},
                                   .id_token = jws});
  return out;
}

}  // namespace mintage::bench
