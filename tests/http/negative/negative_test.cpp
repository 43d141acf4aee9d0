// Every row of PROTOCOL.md §11 as a test with its id, and a check that no row is missing.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <set>

#include "tests/http/negative/row.hpp"

namespace mintage::test {

namespace {

class negative : public testing::TestWithParam<row> {
 protected:
  static void SetUpTestSuite() { world_ = std::make_unique<world>(); }
  static void TearDownTestSuite() {
    EXPECT_EQ(world_->server.stop(), 0);
    world_.reset();
  }
  static std::unique_ptr<world> world_;
};
std::unique_ptr<world> negative::world_;

/// Every refusal of a row can be explained, with all that an explanation has.
void expect_explanations(world& w) {
  for (const auto& id : take_refused_ids(w.server.port())) {
    const auto got = w.admin.call("GET", "/admin/refusals/" + id);
    ASSERT_EQ(got.status, 200U) << id << ": " << got.octets;
    const auto told = parse_object(got.body);
    EXPECT_EQ(text_of(told, "request_id"), id);
    for (const auto* name : {"endpoint", "error", "reason", "rule", "expected"}) {
      EXPECT_NE(text_of(told, name), "") << name << " in " << got.body;
    }
  }
}

TEST_P(negative, row) {
  GetParam().run(*world_);
  expect_explanations(*world_);
}

/// The test name of a row: NEG_048_x for NEG-048 with variant x.
std::string name_of(const testing::TestParamInfo<row>& info) {
  auto out = info.param.id;
  if (!info.param.variant.empty()) out += "_" + info.param.variant;
  std::ranges::replace(out, '-', '_');
  return out;
}

INSTANTIATE_TEST_SUITE_P(A_http, negative, testing::ValuesIn(rows_of_http()), name_of);
INSTANTIATE_TEST_SUITE_P(B_parameters, negative, testing::ValuesIn(rows_of_parameters()), name_of);
INSTANTIATE_TEST_SUITE_P(C_client_auth, negative, testing::ValuesIn(rows_of_client_auth()),
                         name_of);
INSTANTIATE_TEST_SUITE_P(D_assertions, negative, testing::ValuesIn(rows_of_assertions()), name_of);
INSTANTIATE_TEST_SUITE_P(E_redemption, negative, testing::ValuesIn(rows_of_redemption()), name_of);
INSTANTIATE_TEST_SUITE_P(F_pkce, negative, testing::ValuesIn(rows_of_pkce()), name_of);

INSTANTIATE_TEST_SUITE_P(G_refresh, negative, testing::ValuesIn(rows_of_refresh()), name_of);
INSTANTIATE_TEST_SUITE_P(H_service, negative, testing::ValuesIn(rows_of_service()), name_of);
INSTANTIATE_TEST_SUITE_P(I_dpop, negative, testing::ValuesIn(rows_of_dpop()), name_of);
INSTANTIATE_TEST_SUITE_P(I_bound_tokens, negative, testing::ValuesIn(rows_of_bound_tokens()),
                         name_of);
INSTANTIATE_TEST_SUITE_P(J_questions, negative, testing::ValuesIn(rows_of_questions()), name_of);
INSTANTIATE_TEST_SUITE_P(K_fapi, negative, testing::ValuesIn(rows_of_fapi()), name_of);

/// The ids of parts A to G and I to K, of client_credentials in H, and of the faults and races in L
/// that apply to one node.
std::set<std::string> ids_of_the_tables() {
  auto out = std::set<std::string>{};
  for (auto [first, last] :
       {std::pair{1, 153}, std::pair{167, 204}, std::pair{205, 206}, std::pair{209, 211}}) {
    for (auto i = first; i <= last; ++i) {
      auto text = std::array<char, 16>{};
      std::snprintf(text.data(), text.size(), "NEG-%03d", i);
      out.insert(text.data());
    }
  }
  return out;
}

/// Whether `text` is a reason: the subject of an issue, a missing feature, or another test.
bool is_reason(std::string_view text) {
  return text.starts_with("waits for ") || text.starts_with("tested elsewhere: tests/");
}

TEST(negative_tables, every_row_is_either_a_test_or_pending_with_a_reason) {
  auto tested = std::set<std::string>{};
  for (auto& part :
       {rows_of_http(), rows_of_parameters(), rows_of_client_auth(), rows_of_assertions(),
        rows_of_redemption(), rows_of_pkce(), rows_of_refresh(), rows_of_service(),
        rows_of_questions(), rows_of_dpop(), rows_of_bound_tokens(), rows_of_fapi()}) {
    for (auto& each : part) tested.insert(each.id);
  }
  auto pending = std::set<std::string>{};
  for (auto& each : pending_rows()) {
    EXPECT_TRUE(pending.emplace(each.id).second) << each.id << " is pending twice";
    EXPECT_TRUE(is_reason(each.reason)) << each.id << ": " << each.reason;
  }
  for (auto& id : ids_of_the_tables()) {
    EXPECT_EQ(tested.count(id) + pending.count(id), 1U) << id;
  }
  for (auto& id : tested) EXPECT_TRUE(ids_of_the_tables().contains(id)) << id;
  for (auto& id : pending) EXPECT_TRUE(ids_of_the_tables().contains(id)) << id;
}

}  // namespace

/// How GoogleTest prints a row.
void PrintTo(const row& r, std::ostream* out) {
  *out << r.id << " " << r.variant;
}

}  // namespace mintage::test
