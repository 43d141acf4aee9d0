#include "storage/postgres/link.hpp"

#include <libpq-fe.h>
#include <poll.h>

#include <string_view>
#include <utility>

namespace mintage::storage::postgres {
namespace {

/// SQLSTATE of an error or a notice; empty when there is none.
std::string_view state_of(const PGresult* r) {
  const auto* state = PQresultErrorField(r, PG_DIAG_SQLSTATE);
  return state != nullptr ? std::string_view{state} : std::string_view{};
}

/// Class 01: for example, that a commit stopped to wait for its standby.
constexpr auto warning_class = std::string_view{"01"};

}  // namespace

link::link(checked_connection c, access on) : c_{std::move(c)}, on_{on} {
  PQsetNoticeReceiver(
      c_.link.get(),
      [](void* warned, const PGresult* r) {
        if (state_of(r).starts_with(warning_class)) *static_cast<bool*>(warned) = true;
      },
      &was_warned_);
  if (PQsetnonblocking(c_.link.get(), 1) != 0 || PQenterPipelineMode(c_.link.get()) != 1)
    is_broken_ = true;
  else
    prepare();
}

link::~link() = default;

void link::prepare() {
  auto* c = c_.link.get();
  auto f = flight{.sent_at = std::chrono::steady_clock::now()};
  for (const auto& row : statements) {
    if (row.on != on_) continue;
    // The same names that `execution` sends; the parts are empty.
    f.parts.push_back({row.id, {}});
    is_broken_ |= PQsendPrepare(c, row.name.data(), row.sql.data(), 0, nullptr) != 1;
  }
  is_broken_ |= PQpipelineSync(c) != 1;
  flights_.push_back(std::move(f));
  flush();
}

void link::send(flight f, const shard_facts& facts, array_parameters& scratch) {
  auto* c = c_.link.get();
  for (const auto& part : f.parts) {
    scratch.clear();
    encode(part.what, part.some, facts, scratch);
    is_broken_ |=
        PQsendQueryPrepared(c, oauth::row_of(statements, part.what).name.data(), scratch.count(),
                            scratch.values(), scratch.lengths(), scratch.formats(), 1) != 1;
  }
  is_broken_ |= PQpipelineSync(c) != 1;
  flights_.push_back(std::move(f));
  flush();
}

int link::descriptor() const noexcept {
  return PQsocket(c_.link.get());
}

short link::events() const noexcept {
  return static_cast<short>(wants_to_write_ ? POLLIN | POLLOUT : POLLIN);
}

void link::flush() {
  const auto left = PQflush(c_.link.get());
  is_broken_ |= left < 0;
  wants_to_write_ = left > 0;
}

std::vector<flight> link::advance(short ready) {
  auto landed = std::vector<flight>{};
  auto* c = c_.link.get();
  if ((ready & (POLLIN | POLLERR | POLLHUP)) != 0 && PQconsumeInput(c) != 1) is_broken_ = true;
  flush();
  // One null result separates the results of two statements.
  auto is_separated = false;
  while (!flights_.empty() && PQisBusy(c) == 0) {
    auto* r = PQgetResult(c);
    if (r == nullptr && is_separated) break;
    is_separated = r == nullptr;
    if (r != nullptr) land(r, landed);
  }
  is_broken_ |= PQstatus(c) == CONNECTION_BAD || (is_separated && PQisBusy(c) == 0);
  return landed;
}

void link::land(pg_result* r, std::vector<flight>& landed) {
  auto result = rows{r};  // owns it
  auto& f = flights_.front();
  const auto status = PQresultStatus(r);
  if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK) {
    f.results.push_back(std::move(result));
  } else if (status == PGRES_PIPELINE_SYNC) {
    if (std::exchange(was_warned_, false) && !f.failed)
      f.failed = failure{"01000", "a commit did not wait for its standby"};
    if (!is_prepared_) {
      is_prepared_ = !f.failed;
      is_broken_ |= f.failed.has_value();
    }
    landed.push_back(std::move(f));
    flights_.pop_front();
  } else if (!f.failed) {
    f.failed = failure_of(r);
  }
}

failure link::failure_of(const pg_result* r) const {
  const auto* text = PQresultErrorField(r, PG_DIAG_MESSAGE_PRIMARY);
  return {std::string{state_of(r)}, text != nullptr ? text : "the connection was lost"};
}

}  // namespace mintage::storage::postgres
