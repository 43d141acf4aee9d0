/// @file
/// What the tests of client metadata start from.
#pragma once

#include <string>
#include <vector>

#include "oauth/client/metadata.hpp"
#include "tests/unit/oauth/counting_random.hpp"

namespace mintage::oauth {

using texts = std::vector<std::string>;
constexpr auto now = instant{milliseconds{1'700'000'000'900}};

inline client_metadata good_metadata() {
  auto m = client_metadata{};
  m.redirect_uris = texts{"https://app.example/cb"};
  return m;
}

inline admin_result<client> make(const client_metadata& m) {
  auto random = test::counting_random{};
  return make_client(m, now, random);
}

struct refused_row {
  const char* field;  ///< what the description begins with
  void (*change)(client_metadata&);
};

}  // namespace mintage::oauth
