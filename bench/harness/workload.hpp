/// @file
/// The requests of one thread of a round: kinds by weight, with their codes and tokens.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bench/harness/requests.hpp"
#include "bench/harness/token_check.hpp"

namespace mintage::bench {

/// How the values of a kind are used.
enum class value_use : std::uint8_t {
  none,           ///< the request carries none: all are equal
  once,           ///< each in one request: codes
  until_granted,  ///< each by one request at a time, again until it was granted: codes under
                  ///< overload
  again,          ///< in turn, from the front again at the end: static refresh tokens
  replaced  ///< by one request at a time; its answer has the next value: rotating refresh tokens
};

/// One kind of request in a workload.
struct work {
  request_kind kind = request_kind::code;
  /// Above zero. The share of a kind is its weight by the sum of weights.
  double weight = 1;
  form_template form;
  expectation expected;
  value_use use = value_use::once;
  std::vector<std::string> values;
  /// What the client proves itself with: each in one request. Empty = it makes none.
  std::vector<std::string> proofs = {};
};

/// Used on one thread. Draws kinds in a fixed order that keeps their shares at any time.
class workload {
 public:
  /// A request in flight.
  struct drawn_request {
    std::uint32_t part = 0;
    std::uint32_t value = 0;
  };

  explicit workload(std::vector<work> parts);

  /// Writes the next request to `out`. @returns false when the next kind has no value or proof
  /// left.
  [[nodiscard]] bool next(std::string& out, drawn_request& t);
  [[nodiscard]] request_kind kind_of(const drawn_request& t) const {
    return parts_[t.part].what.kind;
  }
  [[nodiscard]] const expectation& expected(const drawn_request& t) const {
    return parts_[t.part].what.expected;
  }
  /// Reports a good answer. One report per drawn request.
  /// @param refresh_token in the answer; empty when there was none.
  void succeeded(const drawn_request& t, std::string_view refresh_token);
  /// Reports a failure. @param refused by an answer: the value is dropped; otherwise it may be sent
  /// again.
  void failed(const drawn_request& t, bool refused);

  /// The current values of a part, after the round.
  [[nodiscard]] std::vector<std::string> take_values(std::size_t part);

 private:
  struct part {
    work what;
    double credit = 0;
    std::size_t next = 0;
    std::size_t next_proof = 0;
    /// Values that are free, as a ring (`replaced` and `until_granted`): the one unused for longest
    /// is sent next.
    std::vector<std::uint32_t> free;
    std::size_t free_begin = 0;
    std::size_t free_count = 0;
  };

  part& due();
  [[nodiscard]] static std::optional<std::uint32_t> draw(part& p);
  static void put_back(part& p, std::uint32_t value);

  std::vector<part> parts_;
  double weights_ = 0;
};

/// Distributes values over `parts` threads.
[[nodiscard]] std::vector<std::vector<std::string>> deal(std::vector<std::string> values,
                                                         std::size_t parts);

}  // namespace mintage::bench
