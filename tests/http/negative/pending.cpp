// The rows, of the parts in negative_test.cpp, that have no test in this program, each with a
// reason: what it waits for, or where it is tested.
#include "tests/http/negative/row.hpp"

namespace mintage::test {

std::vector<pending_row> pending_rows() {
  constexpr auto mtls = "tested elsewhere: tests/http/mtls presents certificates";
  return {
      {"NEG-071", mtls},
      {"NEG-072", mtls},
      {"NEG-073", mtls},
      {"NEG-074", mtls},
      {"NEG-075", mtls},
      {"NEG-104", "tested elsewhere: tests/http/fetched_keys has a host of its own"},
      {"NEG-121", "tested elsewhere: tests/sim makes signers and stores fail"},
      {"NEG-182", mtls},
      {"NEG-204", "tested elsewhere: tests/http/authorization has a login page"},
      {"NEG-205", "tested elsewhere: tests/http/faults fills the disk"},
      {"NEG-206", "tested elsewhere: tests/http/faults kills the server under load"},
      {"NEG-209", "tested elsewhere: tests/http/races and tests/sim rotate keys under redemptions"},
      {"NEG-210", "tested elsewhere: tests/unit/app sets the clock back"},
  };
}

}  // namespace mintage::test
