// The order of a node's operations on one record, without a database.
#include "storage/postgres/claims.hpp"

#include <gtest/gtest.h>

namespace mintage::storage::postgres {
namespace {

record_key key(std::uint16_t n) {
  return {oauth::slot{n}, crypto::bytes<16>{}};
}

/// Operations of one call, ready to enter.
template <class Call>
std::vector<operation_ptr> operations(std::vector<typename Call::op_type> ops) {
  auto b = std::make_shared<batch>();
  const auto count = ops.size();
  b->what = Call{std::move(ops), std::vector<typename Call::result_type>(count)};
  auto all = std::vector<operation_ptr>{};
  for (auto i = std::size_t{0}; i < count; ++i) {
    auto o = std::make_unique<operation>();
    o->of = b;
    o->index = i;
    EXPECT_TRUE(begin(*o, {}));
    all.push_back(std::move(o));
  }
  return all;
}

operation_ptr rotation(std::uint16_t n, std::uint32_t presented) {
  auto op = rotate_op{};
  op.key = key(n);
  op.presented = presented;
  op.successor = presented + 1;
  return std::move(operations<rotate_call>({op})[0]);
}
operation_ptr reading(std::uint16_t n) {
  return std::move(operations<read_call>({lookup_op{table::grants, key(n)}})[0]);
}
operation_ptr revocation(std::uint16_t n) {
  return std::move(operations<revoke_call>({revoke_op{table::grants, key(n)}})[0]);
}

class claimed_records : public testing::Test {
 protected:
  /// @returns whether it began at once.
  bool enter(operation_ptr o) {
    auto begun = held.enter(std::move(o));
    if (begun) running.push_back(std::move(begun));
    return !running.empty() && running.back();
  }
  std::vector<statement> leave(operation_ptr o) {
    freed.clear();
    held.leave(*o, freed);
    auto steps = std::vector<statement>{};
    for (const auto& f : freed) steps.push_back(f->step);
    return steps;
  }
  operation_ptr take() {
    auto o = std::move(running.back());
    running.pop_back();
    return o;
  }

  claims held;
  std::vector<operation_ptr> running;
  std::vector<operation_ptr> freed;
};

TEST_F(claimed_records, let_operations_on_different_records_run_together) {
  EXPECT_NE(held.enter(rotation(1, 0)), nullptr);
  EXPECT_NE(held.enter(rotation(2, 0)), nullptr);
  EXPECT_NE(held.enter(reading(3)), nullptr);
  EXPECT_EQ(held.waiting(), 0U);
}

TEST_F(claimed_records, let_reads_run_beside_reads) {
  EXPECT_NE(held.enter(reading(1)), nullptr);
  EXPECT_NE(held.enter(reading(1)), nullptr);
  EXPECT_NE(held.enter(rotation(1, 0)), nullptr) << "a read holds nothing";
}

TEST_F(claimed_records, free_equal_rotations_as_one_group_of_looks) {  // RFT-05
  ASSERT_TRUE(enter(rotation(1, 0)));
  auto first = take();
  for (auto i = 0; i < 1'000; ++i) EXPECT_EQ(held.enter(rotation(1, 0)), nullptr);
  EXPECT_EQ(held.enter(rotation(1, 1)), nullptr);
  EXPECT_EQ(held.waiting(), 1'001U);
  EXPECT_EQ(leave(std::move(first)), std::vector<statement>(1'000, statement::find_family));
  // The other one waits for the last of them.
  auto looks = std::move(freed);
  for (auto i = std::size_t{0}; i + 1 < looks.size(); ++i)
    EXPECT_TRUE(leave(std::move(looks[i])).empty());
  EXPECT_EQ(leave(std::move(looks.back())), std::vector{statement::find_family});
  EXPECT_EQ(held.waiting(), 0U);
}

TEST_F(claimed_records, keep_the_order_of_reads_and_writes) {
  ASSERT_TRUE(enter(revocation(1)));
  auto first = take();
  EXPECT_EQ(held.enter(reading(1)), nullptr);
  EXPECT_EQ(held.enter(reading(1)), nullptr);
  EXPECT_EQ(held.enter(revocation(1)), nullptr);
  EXPECT_EQ(held.enter(reading(1)), nullptr);
  EXPECT_EQ(leave(std::move(first)), std::vector<statement>(2, statement::find_family));
  auto reads = std::move(freed);
  EXPECT_TRUE(leave(std::move(reads[0])).empty());
  EXPECT_EQ(leave(std::move(reads[1])), std::vector{statement::revoke_family});
  auto write = std::move(freed[0]);
  EXPECT_EQ(leave(std::move(write)), std::vector{statement::find_family});
  auto last = std::move(freed[0]);
  EXPECT_TRUE(leave(std::move(last)).empty());
  EXPECT_NE(held.enter(revocation(1)), nullptr) << "the record is free again";
}

TEST_F(claimed_records, let_a_look_alone_write_at_once) {
  ASSERT_TRUE(enter(rotation(1, 0)));
  EXPECT_EQ(held.enter(rotation(1, 0)), nullptr);
  static_cast<void>(leave(take()));
  auto look = std::move(freed[0]);
  freed.clear();
  look->step = statement::rotate;
  look = held.upgrade(std::move(look), freed);
  ASSERT_NE(look, nullptr);
  EXPECT_TRUE(look->is_write);
  EXPECT_EQ(held.enter(reading(1)), nullptr);
}

TEST_F(claimed_records, let_one_of_a_group_write_and_the_others_look_again) {
  ASSERT_TRUE(enter(rotation(1, 0)));
  for (auto i = 0; i < 3; ++i) EXPECT_EQ(held.enter(rotation(1, 0)), nullptr);
  static_cast<void>(leave(take()));
  auto looks = std::move(freed);
  freed.clear();
  ASSERT_EQ(looks.size(), 3U);
  for (auto& look : looks) {  // the first write had failed: all find the former generation
    look->step = statement::rotate;
    EXPECT_EQ(held.upgrade(std::move(look), freed), nullptr);
  }
  ASSERT_EQ(freed.size(), 1U);
  EXPECT_EQ(freed[0]->step, statement::rotate);
  EXPECT_TRUE(freed[0]->is_write);
  auto writer = std::move(freed[0]);
  EXPECT_EQ(leave(std::move(writer)), std::vector<statement>(2, statement::find_family));
}

}  // namespace
}  // namespace mintage::storage::postgres
