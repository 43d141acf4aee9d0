#include "storage/postgres/desk.hpp"

#include "storage/engine.hpp"

namespace mintage::storage::postgres {
namespace {

constexpr auto limit = std::chrono::seconds{5};

}  // namespace

rows desk::run(const sql& s, const parameters& p) {
  const auto guard = std::scoped_lock{mutex_};
  const auto deadline = std::chrono::steady_clock::now() + limit;
  auto& used = open(deadline);
  auto answer = used.run(s, p, deadline);
  const auto is_waited_for = !used.take_warning();
  if (!used.is_usable() || !is_waited_for) session_.reset();
  if (!answer)
    throw storage_error{what_ + " cannot be read or written: " + to_string(answer.error())};
  if (!is_waited_for) throw storage_error{what_ + ": a commit did not wait for its standby"};
  return std::move(*answer);
}

session& desk::open(steady_time deadline) {
  if (session_ && timeline_ < from_.highest_timeline()) session_.reset();
  if (session_) return *session_;
  auto got = from_.take(deadline);
  if (!got) throw storage_error{what_ + " cannot be reached: " + from_.last_error()};
  timeline_ = got->timeline;
  return session_.emplace(std::move(got->link));
}

}  // namespace mintage::storage::postgres
