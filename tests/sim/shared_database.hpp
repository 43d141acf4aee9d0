/// @file
/// A database that several simulated nodes share: the memory engine behind a lock, with a catalog
/// whose revisions all nodes must publish.
#pragma once

#include <array>
#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "storage/engine.hpp"

namespace mintage::sim {

/// Outlives the engines of its nodes. Thread-safe.
class shared_database {
 public:
  explicit shared_database(unsigned max_failures);
  ~shared_database();

  /// The engine of one more node. @returns its number in `number`, from 0.
  [[nodiscard]] std::unique_ptr<storage::engine> make_node(std::size_t& number);

  /// While a node is deaf, it hears of no change, so that it publishes none.
  void make_deaf(std::size_t node, bool deaf);
  /// Whether the node can read its keys.
  void fail_keys(std::size_t node, bool fail);
  /// Whether the node's view is fresh.
  void set_fresh(std::size_t node, bool fresh);
  /// Slots below this one are not served.
  void serve_from(std::uint16_t slot) { first_served_ = slot; }
  /// Called before each write to the catalog, without the lock.
  std::function<void()> before_write;
  /// Writes that were refused because another node was faster.
  [[nodiscard]] int refused() const noexcept { return refused_; }

 private:
  class node;
  class shard;
  using body = std::variant<std::monostate, oauth::client, oauth::resource,
                            oauth::registration_token, storage::key_record>;

  storage::revision write(storage::revision seen, std::vector<std::pair<std::string, body>> all);
  void call_watchers();

  std::mutex mutex_;  // guards what follows
  std::unique_ptr<storage::engine> inner_;
  storage::revision at_ = 1;
  /// By kind and id; an empty body is an erased record.
  std::map<std::string, std::pair<storage::revision, body>> records_;
  std::vector<node*> nodes_;
  std::atomic<int> refused_{0};
  std::atomic<std::uint16_t> first_served_{0};
};

}  // namespace mintage::sim
