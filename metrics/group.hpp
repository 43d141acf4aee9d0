/// @file
/// Declaration of metrics: name, help, labels and cell in one place.
#pragma once

#include <array>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "metrics/cells.hpp"

namespace mintage::metrics {

enum class metric_type : std::uint8_t { counter, gauge, histogram };

/// Name and meaning of a metric. All declarations of one name are equal. docs/OPERATIONS.md lists
/// the names; tests/tidy compares.
struct metric {
  std::string_view name;  ///< begins with "mintage_"; a literal
  std::string_view help;  ///< one sentence; a literal
  metric_type type = metric_type::counter;
  /// The value on the page of one count of a cell.
  double unit = 1;
};
/// The unit of cells that count nanoseconds; the page shows such metrics in seconds.
constexpr auto nanosecond = 1e-9;

struct label {
  std::string_view name;  ///< a literal
  std::string value;
};
using labels = std::vector<label>;

/// When a series is on the page.
enum class shown : std::uint8_t { always, once_used };
/// Whether a cell is added to its series or subtracted from it. Cells are read one after the other,
/// so a difference may be negative for a moment; the page shows 0 then.
enum class sign : std::uint8_t { plus, minus };

/// One reading of a histogram.
struct histogram_snapshot {
  std::vector<std::uint64_t> bounds;
  std::vector<std::uint64_t> counts;  ///< one more than there are bounds
  std::uint64_t sum = 0;
  bool is_used = false;
};

/// The cells of one writer, and how the page shows them. Cells are members of a derived class and
/// register themselves here when they are constructed. Derived classes are `alignas(64)` and live
/// as long as the server.
class meter_group {
 public:
  meter_group() = default;
  meter_group(const meter_group&) = delete;
  meter_group& operator=(const meter_group&) = delete;

  /// One cell's part of a series. Series of one name with equal labels are summed over all groups.
  struct series {
    metric what;
    labels with;
    shown when = shown::always;
    sign counts = sign::plus;
    /// Reads the cell: a number, a histogram, or numbers by text (`text_label` names their label).
    std::variant<std::function<std::uint64_t()>, std::function<histogram_snapshot()>,
                 const literal_tally*>
        cell;
    std::string_view text_label{};
  };
  void show(series s) { all_.push_back(std::move(s)); }
  [[nodiscard]] const std::vector<series>& all() const noexcept { return all_; }

 private:
  std::vector<series> all_;
};

/// A number on the page: a counter, a gauge, or one summand of them.
template <class Tally>
class basic_counter : public Tally {
 public:
  basic_counter(meter_group& in, const metric& what, labels with = {}, shown when = shown::always,
                sign counts = sign::plus) {
    in.show({what, std::move(with), when, counts, [this] { return this->get(); }});
  }
};
using counter = basic_counter<tally>;
using gauge = basic_counter<tally>;
/// A counter for several writers.
using shared_counter = basic_counter<shared_tally>;

/// A histogram on the page.
template <class Histogram>
class basic_histogram : public Histogram {
 public:
  basic_histogram(meter_group& in, const metric& what, labels with = {},
                  shown when = shown::always) {
    in.show({what, std::move(with), when, sign::plus, [this] { return snapshot(); }});
  }
  /// Makes the page show a series that is shown `once_used`. Any thread.
  void announce() noexcept { announced_.store(true, std::memory_order_relaxed); }

 private:
  [[nodiscard]] histogram_snapshot snapshot() const {
    auto read = histogram_snapshot{Histogram::bounds(), {}, this->sum(), false};
    for (auto b = std::size_t{0}; b <= read.bounds.size(); ++b)
      read.counts.push_back(this->count(b));
    read.is_used = read.sum != 0 || announced_.load(std::memory_order_relaxed);
    return read;
  }

  std::atomic<bool> announced_{false};
};
/// Bounds from 32 µs to 4.3 s, in nanoseconds.
using duration_histogram = basic_histogram<doubling_histogram<32'000, 18>>;
/// Bounds from 1 to 4096.
using size_histogram = basic_histogram<doubling_histogram<1, 13>>;

/// A counter with one series for each text that was counted.
class text_counter : public literal_tally {
 public:
  /// @param text_label the label whose value is the text.
  text_counter(meter_group& in, const metric& what, std::string_view text_label) {
    in.show({what, {}, shown::always, sign::plus, this, text_label});
  }
};

/// An array whose element i is `make(i)`, constructed in place, because cells cannot be moved.
template <class Cell, std::size_t Count, class Make>
[[nodiscard]] std::array<Cell, Count> make_cells(Make make) {
  return [&]<std::size_t... I>(std::index_sequence<I...>) {
    return std::array<Cell, Count>{{make(I)...}};
  }
  (std::make_index_sequence<Count>{});
}

/// The groups that one page shows. Thread-safe.
class board {
 public:
  /// @param g outlives the board.
  void attach(const meter_group& g);
  [[nodiscard]] std::vector<const meter_group*> groups() const;

 private:
  mutable std::mutex mutex_;  // guards groups_
  std::vector<const meter_group*> groups_;
};

}  // namespace mintage::metrics
