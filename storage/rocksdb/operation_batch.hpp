/// @file
/// A batch of operations that a shard has not answered yet.
#pragma once

#include <cstddef>
#include <list>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

#include "storage/shard_store.hpp"

namespace mintage::storage {

/// The outcome of trying an operation.
enum class progress : std::uint8_t {
  settled,  ///< its result is final
  written,  ///< its result is final if the commit that it joined becomes durable
  waits,    ///< a record that it needs is locked: try it again once that is released
};

class operation_batch {
 public:
  virtual ~operation_batch() = default;
  [[nodiscard]] virtual progress decide(std::size_t index) = 0;
  /// The commit that the operation joined failed: its result is `unknown`.
  virtual void fail(std::size_t index) = 0;
  /// Calls the done handler with the results. Once, when no operation is open.
  virtual void answer() = 0;

  std::size_t open = 0;
  /// Position in the list of its shard.
  std::list<std::unique_ptr<operation_batch>>::iterator place;
};

/// One operation of a batch; valid until it is settled.
struct batch_item {
  operation_batch* batch = nullptr;
  std::size_t index = 0;
};

/// @tparam Decide callable as progress(Op&, Result&, batch_item).
template <class Op, class Result, class Decide>
class batch_of final : public operation_batch {
 public:
  batch_of(std::vector<Op> ops, done_handler<Result> done, Decide decide)
      : ops_{std::move(ops)}, results_(ops_.size()), done_{std::move(done)}, decide_{decide} {
    open = ops_.size();
  }
  progress decide(std::size_t index) override {
    return decide_(ops_[index], results_[index], batch_item{this, index});
  }
  void fail(std::size_t index) override { results_[index] = unknown(); }
  void answer() override { done_(std::move(results_)); }

 private:
  static Result unknown() {
    if constexpr (std::is_same_v<Result, verdict>) {
      return verdict::unknown;
    } else {
      return {};
    }
  }
  std::vector<Op> ops_;
  std::vector<Result> results_;
  done_handler<Result> done_;
  Decide decide_;
};

}  // namespace mintage::storage
