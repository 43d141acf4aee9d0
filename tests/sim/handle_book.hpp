/// @file
/// What login pages may be answered about authorization requests. (MINT-01)
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "service/exchange.hpp"

namespace mintage::sim {

/// Rules: of all answers to one request one succeeds at most. `already_answered` is told only when
/// another answer was sent; `unknown_request` only when the handle has expired; 503 only while
/// there is a fault.
class handle_book {
 public:
  using complaint = std::function<void(std::string)>;
  handle_book(const oauth::clock& clock, const oauth::options& rules, complaint complain)
      : clock_{clock}, rules_{rules}, complain_{std::move(complain)} {}

  /// @param asked when the browser asked. @returns the number of the request.
  std::size_t began(oauth::instant asked);
  /// A login page answers.
  void sent(std::size_t number) { ++requests_.at(number).sent; }
  void answered(std::size_t number, const service::authorization_exchange& x);

  /// No faults occur from now on.
  void note_calm() noexcept { is_calm_ = true; }
  /// Whether a request had an answer that succeeded or was lost. To be called when all are quiet.
  void check_answered(std::size_t number);

  [[nodiscard]] std::size_t accepted() const noexcept { return accepted_; }
  [[nodiscard]] std::size_t answered_before() const noexcept { return answered_before_; }

 private:
  struct request {
    oauth::instant expires;
    int sent = 0;
    int succeeded = 0;
  };

  const oauth::clock& clock_;
  const oauth::options& rules_;
  complaint complain_;
  std::vector<request> requests_;
  bool is_calm_ = false;
  std::size_t accepted_ = 0;
  std::size_t answered_before_ = 0;
};

}  // namespace mintage::sim
