/// @file
/// Operations on their way to a database: the batch that a code store asked for, and each of its
/// operations with the statement that it needs next.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "storage/postgres/statements.hpp"
#include "storage/shard_store.hpp"

namespace mintage::storage::postgres {

using steady_time = std::chrono::steady_clock::time_point;

struct lookup_op {
  table kind;
  record_key key;
};

/// The operations of one call of a `shard_store`, and their results in the same order.
template <class Op, class Result>
struct call {
  using op_type = Op;
  using result_type = Result;
  std::vector<Op> ops;
  std::vector<Result> results;
};
using insert_call = call<insert_op, verdict>;
using read_call = call<lookup_op, read_result>;
using consume_call = call<consume_op, consume_result>;
using release_call = call<release_op, verdict>;
using rotate_call = call<rotate_op, rotate_result>;
using revoke_call = call<revoke_op, verdict>;
using any_call =
    std::variant<insert_call, read_call, consume_call, release_call, rotate_call, revoke_call>;

/// One call. Its operations may concern several databases, whose loops write disjoint results.
struct batch : std::enable_shared_from_this<batch> {
  any_call what;
  instant now{};
  /// Operations without a result.
  std::atomic<std::size_t> left{0};
  /// Called once, on the thread of the loop that gives the last result.
  std::function<void()> finished;
};

/// One operation of a batch. Owned by the place where it is: the inbox of a loop, a queue, a claim,
/// or a flight.
struct operation {
  std::shared_ptr<batch> of;
  std::size_t index = 0;
  statement step{};
  record_key key{};
  /// What its claim is on.
  table kind{};
  /// No other operation of this node on the same record may run beside it.
  bool is_write = false;
  /// It counts as running in `claims`.
  bool holds = false;
  /// Of a release: the code's value.
  std::string value;
  /// Of a replay id: tells a repeated insertion from that of another request.
  attempt_id attempt{};
  steady_time asked_at{};
  std::optional<steady_time> first_sent{};
  /// It may only be sent on a timeline that is at least this high.
  std::uint32_t least_timeline = 0;
  bool was_repeated = false;
  /// Times that it was judged anew, because another node was at the record meanwhile.
  unsigned rounds = 1;

  template <class Call>
  [[nodiscard]] const auto& op() const {
    return std::get<Call>(of->what).ops[index];
  }
  template <class Call>
  [[nodiscard]] auto& result() {
    return std::get<Call>(of->what).results[index];
  }
};
using operation_ptr = std::unique_ptr<operation>;

}  // namespace mintage::storage::postgres
