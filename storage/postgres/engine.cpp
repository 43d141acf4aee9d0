#include "storage/postgres/engine.hpp"

#include <algorithm>
#include <utility>

#include "storage/postgres/catalog.hpp"
#include "storage/postgres/cutoffs.hpp"
#include "storage/postgres/heart.hpp"
#include "storage/postgres/leased_shard.hpp"
#include "storage/postgres/outbox.hpp"
#include "storage/postgres/schema.hpp"
#include "storage/postgres/shard.hpp"

namespace mintage::storage {
namespace {

using namespace postgres;

using connectors = std::vector<std::unique_ptr<connector>>;

connectors make_connectors(const postgres_options& o, const postgres_node& node) {
  auto made = connectors{};
  const auto cluster = std::make_shared<cluster_identity>();
  for (auto i = std::size_t{0}; i < o.shards.size(); ++i) {
    auto address = parse_address(o.shards[i]);
    if (!address) throw storage_error{"storage.postgres.shards: " + address.error()};
    made.push_back(
        std::make_unique<connector>(std::move(*address),
                                    requirements{.shard = i,
                                                 .shards_count = o.shards.size(),
                                                 .require_sync = o.require_sync,
                                                 .least_bucket_ms = least_bucket_ms(node.tombstone),
                                                 .cluster = cluster},
                                    node.tell));
  }
  return made;
}

class postgres_engine final : public engine {
 public:
  postgres_engine(const postgres_options& o, unsigned max_failures, postgres_node node)
      : options_{o},
        node_{std::move(node)},
        connectors_{make_connectors(options_, node_)},
        heart_{options_, node_, connectors_},
        catalog_{*connectors_.front(), heart_},
        cutoffs_{connectors_},
        logouts_{*connectors_.front()} {
    if (!heart_.await_first(std::chrono::steady_clock::now() + node_.opening)) {
      throw storage_error{"the first shard of the database cannot be used: " +
                          connectors_.front()->last_error()};
    }
    for (auto i = std::size_t{0}; i < connectors_.size(); ++i) {
      loops_.push_back(
          std::make_unique<loop>(*connectors_[i], options_, max_failures, i, node_.tell));
    }
  }

  std::unique_ptr<shard_store> open_shard(std::size_t, std::size_t, owner o, owner) override {
    auto made = make_shard(loops_, std::move(o));
    // Nothing is asked of this node without the lease of the first shard (`fresh`).
    if (loops_.size() == 1) return made;
    return make_leased_shard(std::move(made), [this](oauth::slot s) {
      return heart_.is_leased(s.shard(loops_.size()));
    });
  }
  catalog& records() override { return catalog_; }
  cutoff_table& cutoffs() override { return cutoffs_; }
  outbox& logouts() override { return logouts_; }
  instant void_before() const noexcept override { return heart_.void_before(); }
  void raise_void_before(instant t) override { cutoffs_.raise_void_before(t); }
  std::string_view warning() const noexcept override { return {}; }
  bool writable() const noexcept override {
    return std::any_of(loops_.begin(), loops_.end(), [](const auto& l) { return l->is_up(); });
  }
  bool fresh() const noexcept override { return heart_.fresh(); }
  bool serves(oauth::slot s) const noexcept override {
    const auto shard = s.shard(loops_.size());
    return loops_[shard]->is_up() && heart_.is_leased(shard);
  }
  bool joins_cutoffs() const noexcept override { return true; }
  void watch(std::function<void()> moved) override { heart_.watch(std::move(moved)); }
  std::vector<const metrics::meter_group*> meters() const override {
    auto all = std::vector<const metrics::meter_group*>{&heart_.meters()};
    for (const auto& s : heart_.meters().shards) all.push_back(s.get());
    for (const auto& l : loops_) all.push_back(&l->meters());
    return all;
  }

 private:
  const postgres_options options_;
  const postgres_node node_;
  const connectors connectors_;
  heart heart_;
  postgres_catalog catalog_;
  postgres_cutoffs cutoffs_;
  postgres_outbox logouts_;
  loops loops_;
};

}  // namespace

std::unique_ptr<engine> open_postgres_engine(const postgres_options& o, unsigned max_failures,
                                             postgres_node node) {
  return std::make_unique<postgres_engine>(o, max_failures, std::move(node));
}

}  // namespace mintage::storage
