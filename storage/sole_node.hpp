/// @file
/// The parts of engine and catalog that are trivial when no other process shares the database.
#pragma once

#include "storage/engine.hpp"

namespace mintage::storage {

/// A catalog without other writers: what is written is known to all.
class sole_catalog : public catalog {
 public:
  void published(catalog_reader, revision) override {}
  [[nodiscard]] bool is_known_to_all(revision) const noexcept override { return true; }
};

/// An engine whose process alone decides what is true: its view is never old.
class sole_engine : public engine {
 public:
  [[nodiscard]] bool fresh() const noexcept override { return true; }
  [[nodiscard]] bool serves(oauth::slot) const noexcept override { return true; }
  [[nodiscard]] bool joins_cutoffs() const noexcept override { return false; }
  void watch(std::function<void()>) override {}
  [[nodiscard]] std::vector<const metrics::meter_group*> meters() const override { return {}; }
};

}  // namespace mintage::storage
