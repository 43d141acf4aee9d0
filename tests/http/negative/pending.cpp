// The rows of parts A, B, C, E and F that no test of this program holds, each with its reason: the
// subject of the issue it waits for, or where else it is tested.
#include "tests/http/negative/row.hpp"

namespace mintage::test {

std::vector<pending_row> pending_rows() {
  constexpr auto after_birth = "waits for: Tokens after their birth";
  constexpr auto mtls = "waits for client certificates: no issue yet";
  return {
      {"NEG-026", after_birth},  // CORS for registered origins
      {"NEG-036", after_birth},  // registered resources
      {"NEG-071", mtls},
      {"NEG-072", mtls},
      {"NEG-073", mtls},
      {"NEG-074", mtls},
      {"NEG-075", mtls},
      {"NEG-111", after_birth},  // its access token is shown to /userinfo; the rest is NEG-110
      {"NEG-118", after_birth},  // subjects that can be revoked
      {"NEG-119", after_birth},  // registered resources
      {"NEG-121", "tested elsewhere: tests/sim makes signers and stores fail"},
  };
}

}  // namespace mintage::test
