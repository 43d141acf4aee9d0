// The time of a refusal does not reveal whether a client exists. (TOK-21, CAU-12)
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>

#include "tests/support/test_clients.hpp"

namespace mintage::test {

namespace {

using namespace std::chrono_literals;
using microseconds = std::chrono::duration<double, std::micro>;

microseconds median(std::vector<microseconds> times) {
  std::ranges::nth_element(times, times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2));
  return times[times.size() / 2];
}

struct medians {
  microseconds unknown_client;
  microseconds wrong_secret;
  [[nodiscard]] bool are_near() const {
    const auto larger = std::max(unknown_client, wrong_secret);
    const auto smaller = std::min(unknown_client, wrong_secret);
    return larger - smaller <= smaller * 0.25 + 200us;
  }
};

microseconds time_of(connection& wire, const token_call& call) {
  const auto octets = call.render();
  const auto begun = std::chrono::steady_clock::now();
  wire.send(octets);
  const auto got = wire.receive();
  const auto took = std::chrono::steady_clock::now() - begun;
  check_answer(got, call, invalid_client_401);
  return took;
}

/// Measures both in turn, so that other load on the machine slows both.
medians measure(const stage& s, const party& unknown, const party& wrong, int pairs) {
  auto wire = connection{s.server.port()};
  auto times = std::array<std::vector<microseconds>, 2>{};
  for (auto i = 0; i < pairs; ++i) {
    const auto first = static_cast<std::size_t>(i % 2);
    for (const auto which : {first, 1 - first}) {
      times[which].push_back(time_of(wire, redemption(which == 0 ? unknown : wrong, "no-code")));
    }
  }
  return {median(times[0]), median(times[1])};
}

/// Repeats the measurement: a real difference appears each time, a disturbance does not.
void expect_equal_times(const stage& s, const party& unknown, const party& wrong, int pairs) {
  auto seen = medians{};
  for (auto attempt = 0; attempt < 3; ++attempt) {
    seen = measure(s, unknown, wrong, pairs);
    if (seen.are_near()) return;
  }
  ADD_FAILURE() << "unknown client " << seen.unknown_client.count() << " us, wrong secret "
                << seen.wrong_secret.count() << " us";
}

/// Another text of the same form.
std::string varied(std::string text) {
  auto& last = text.at(text.size() - 2);
  last = last == 'x' ? 'y' : 'x';
  return text;
}

TEST(a_refusal, takes_as_long_for_an_unknown_client_as_for_a_wrong_secret_with_generated_ids) {
  auto s = stage{{{"http.failures_per_minute", "0"}}};
  auto wrong = s.c1;
  wrong.secret = varied(wrong.secret);
  auto unknown = wrong;
  unknown.id = varied(unknown.id);
  expect_equal_times(s, unknown, wrong, 300);
}

/// A client whose id and secret were chosen elsewhere.
party make_imported(stage& s) {
  return make_party(s.admin,
                    {{"client_id", "chosen-by-hand"}, {"client_secret", "a secret of old times"}});
}

void expect_times_of_an_unknown_client(stage& s, party wrong) {
  wrong.secret = "a secret of no time";
  auto unknown = wrong;
  unknown.id = "not-known-at-all";
  expect_equal_times(s, unknown, wrong, 25);
}

TEST(a_refusal, takes_as_long_for_an_unknown_client_as_for_a_wrong_secret_with_chosen_ids) {
  auto s = stage{{{"http.failures_per_minute", "0"}}};
  const auto known = make_imported(s);
  s.expect_live(known, s.mint(known));  // a proven secret must not speed up the wrong one
  expect_times_of_an_unknown_client(s, known);
}

TEST(a_refusal, takes_as_long_for_an_unknown_client_as_for_one_with_two_chosen_secrets) {
  auto s = stage{{{"http.failures_per_minute", "0"}}};
  const auto known = make_imported(s);
  ASSERT_EQ(s.admin
                .call("POST", "/admin/clients/" + known.id + "/secrets",
                      R"({"client_secret":"a secret of new times"})")
                .status,
            201U);
  expect_times_of_an_unknown_client(s, known);
}

TEST(a_refusal, takes_as_long_for_an_unknown_client_as_for_a_chosen_secret_never_proven) {
  auto s = stage{{{"http.failures_per_minute", "0"}}};
  expect_times_of_an_unknown_client(s, make_imported(s));
}

}  // namespace

}  // namespace mintage::test
