/// @file
/// Reads the page of metrics that a server renders.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mintage::app {

using label_filter = std::vector<std::pair<std::string_view, std::string_view>>;

/// The samples of one page, in its order. Numbers are as they are on the page: counters count since
/// the start of the server.
class metrics_page {
 public:
  /// @param text the text format of Prometheus (version 0.0.4). Lines that are not of that format
  ///        are left out.
  explicit metrics_page(std::string_view text = {});

  [[nodiscard]] bool has(std::string_view name) const;
  /// The sum of all samples of that name that have all these labels; 0 when there is none.
  [[nodiscard]] double sum(std::string_view name, const label_filter& with = {}) const;
  /// The same for each value of a label, in the order of the page.
  [[nodiscard]] std::vector<std::pair<std::string, double>> by(std::string_view name,
                                                               std::string_view label,
                                                               const label_filter& with = {}) const;
  /// The value of a label in the first sample of that name; empty when there is none.
  [[nodiscard]] std::string label_of(std::string_view name, std::string_view label) const;

 private:
  struct sample {
    std::string name;
    std::vector<std::pair<std::string, std::string>> labels;
    double value = 0;

    [[nodiscard]] const std::string* find(std::string_view label) const;
    [[nodiscard]] bool matches(std::string_view wanted, const label_filter& with) const;
  };
  [[nodiscard]] static std::optional<sample> read_line(std::string_view line);

  std::vector<sample> samples_;
};

/// Two pages of one server.
struct page_span {
  const metrics_page& before;
  const metrics_page& now;
  double seconds = 1;

  /// How much a counter grew in a second; 0 when the server was started again.
  [[nodiscard]] double rate(std::string_view name, const label_filter& with = {}) const;
  /// The quantile of what a histogram counted between the two pages, as Prometheus computes it.
  /// @param name without "_bucket". @returns nothing when it counted nothing.
  [[nodiscard]] std::optional<double> quantile(double q, std::string_view name,
                                               const label_filter& with = {}) const;
  /// The mean of what a histogram counted; nothing when it counted nothing.
  [[nodiscard]] std::optional<double> mean(std::string_view name,
                                           const label_filter& with = {}) const;
};

}  // namespace mintage::app
