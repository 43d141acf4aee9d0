/// @file
/// The outbox of a cluster: a table of the first shard.
#pragma once

#include "storage/outbox.hpp"
#include "storage/postgres/desk.hpp"

namespace mintage::storage::postgres {

class postgres_outbox final : public outbox {
 public:
  /// @param first the first shard; outlives the outbox.
  explicit postgres_outbox(connector& first) : desk_{first, "the outbox"} {}

  std::vector<outbox_id> add(const std::vector<outbox_entry>& entries) override;
  std::vector<outbox_entry> claim(std::size_t most, std::span<const outbox_receiver> passed_over,
                                  instant now, instant until) override;
  void settle(const std::vector<outbox_outcome>& outcomes) override;
  std::size_t size() override;

 private:
  desk desk_;
};

}  // namespace mintage::storage::postgres
