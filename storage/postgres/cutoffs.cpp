#include "storage/postgres/cutoffs.hpp"

namespace mintage::storage::postgres {
namespace {

constexpr auto cut_statement = sql{"cut", R"(
INSERT INTO mintage.cutoff (key, before, forget) VALUES ($1::uuid, $2::int8, $3::int8)
ON CONFLICT (key) DO UPDATE SET before = greatest(cutoff.before, excluded.before),
  forget = greatest(cutoff.forget, excluded.forget))"};
constexpr auto raise_statement =
    sql{"raise", "UPDATE mintage.self SET void_before = greatest(void_before, $1::int8)"};

}  // namespace

postgres_cutoffs::postgres_cutoffs(const std::vector<std::unique_ptr<connector>>& shards) {
  for (auto i = std::size_t{0}; i < shards.size(); ++i) {
    desks_.push_back(std::make_unique<desk>(*shards[i], "shard " + std::to_string(i)));
  }
}

void postgres_cutoffs::put(const crypto::digest& key, instant before, instant forget) {
  for (const auto& d : desks_) {
    static_cast<void>(d->run(cut_statement, parameters{}
                                                .uuid(name_cutoff(key))
                                                .int8(before.time_since_epoch().count())
                                                .int8(forget.time_since_epoch().count())));
  }
}

void postgres_cutoffs::raise_void_before(instant t) {
  for (const auto& d : desks_) {
    static_cast<void>(d->run(raise_statement, parameters{}.int8(t.time_since_epoch().count())));
  }
}

}  // namespace mintage::storage::postgres
