/// @file
/// The book of a failover: what the nodes were told, and what the database holds afterwards.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <ostream>
#include <string>
#include <vector>

#include "loopback/postgres.hpp"
#include "storage/shard_store.hpp"

namespace mintage::storage {

/// What is wrong with a run. All zero when nothing is.
struct findings {
  /// Codes that two attempts were told to have consumed.
  std::size_t doubled = 0;
  /// Consumptions and mints that were acknowledged and are not in the database.
  std::size_t lost = 0;
  /// Codes that are live in the database although their consumption was acknowledged.
  std::size_t revived = 0;
  /// Families whose generation in the database is less than one that was acknowledged.
  std::size_t behind = 0;
  /// Minted codes that no attempt was told to have consumed.
  std::size_t unusable = 0;
  friend bool operator==(const findings&, const findings&) = default;
};
inline void PrintTo(const findings& f, std::ostream* out) {
  *out << f.doubled << " doubled, " << f.lost << " lost, " << f.revived << " revived, " << f.behind
       << " families behind, " << f.unusable << " unusable";
}

/// Thread-safe, except for `compare`.
class book {
 public:
  void minted(const record_key& code);
  void consumed(const record_key& code, const attempt_id& by);
  void rotated(const record_key& family, std::uint32_t generation);
  /// An operation that was answered with `verdict::unknown`.
  void unknown();

  [[nodiscard]] findings compare(const loopback::postgres& primary) const;
  /// Longest time between two acknowledged writes of which the later one is in [from, to].
  [[nodiscard]] std::chrono::milliseconds longest_gap(
      std::chrono::steady_clock::time_point from, std::chrono::steady_clock::time_point to) const;
  [[nodiscard]] std::size_t consumed_count() const { return winners_.size(); }
  [[nodiscard]] std::size_t families_count() const { return generations_.size(); }
  [[nodiscard]] std::size_t unknown_count() const { return unknown_; }

 private:
  void acknowledged();

  mutable std::mutex guard_;
  // Keys and attempts in hexadecimal, as PostgreSQL prints them.
  std::vector<std::string> minted_;
  std::map<std::string, std::vector<std::string>> winners_;
  std::map<std::string, std::uint32_t> generations_;
  std::vector<std::chrono::steady_clock::time_point> times_;
  std::size_t unknown_ = 0;
};

}  // namespace mintage::storage
