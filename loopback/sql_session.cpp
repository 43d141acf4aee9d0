#include "loopback/sql_session.hpp"

#include <libpq-fe.h>
#include <poll.h>

#include <algorithm>

namespace mintage::loopback {

using steady = std::chrono::steady_clock;

namespace {

sql_rows rows_of(const PGresult* result) {
  auto out = sql_rows{};
  for (auto row = 0; row < PQntuples(result); ++row) {
    auto& values = out.emplace_back();
    for (auto column = 0; column < PQnfields(result); ++column) {
      if (PQgetisnull(result, row, column) != 0) {
        values.emplace_back();
      } else {
        values.emplace_back(std::in_place, PQgetvalue(result, row, column),
                            static_cast<std::size_t>(PQgetlength(result, row, column)));
      }
    }
  }
  return out;
}

bool is_good(const PGresult* result) {
  const auto status = PQresultStatus(result);
  return status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK || status == PGRES_EMPTY_QUERY;
}

std::string state_of(const PGresult* result) {
  const auto* state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
  return state == nullptr ? "" : state;
}

}  // namespace

void sql_session::close::operator()(pg_conn* connection) const noexcept {
  PQfinish(connection);
}
void sql_session::clear::operator()(pg_result* result) const noexcept {
  PQclear(result);
}

sql_session::sql_session(const std::string& conninfo, std::chrono::milliseconds patience)
    : connection_{PQconnectStart(conninfo.c_str())}, patience_{patience} {
  if (!connection_) throw sql_error{"no memory for a connection", ""};
  connect();
  PQsetNoticeProcessor(
      connection_.get(), [](void*, const char*) {}, nullptr);
}

void sql_session::connect() {
  const auto end = steady::now() + patience_;
  auto next =
      PQstatus(connection_.get()) == CONNECTION_BAD ? PGRES_POLLING_FAILED : PGRES_POLLING_WRITING;
  while (next == PGRES_POLLING_READING || next == PGRES_POLLING_WRITING) {
    wait(next == PGRES_POLLING_READING ? POLLIN : POLLOUT, end);
    next = PQconnectPoll(connection_.get());
  }
  if (next != PGRES_POLLING_OK) fail("connect");
}

void sql_session::wait(short events, steady::time_point end) {
  auto waiting = pollfd{PQsocket(connection_.get()), events, 0};
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - steady::now()).count();
  if (::poll(&waiting, 1, static_cast<int>(std::max<std::int64_t>(left, 0))) != 1) {
    throw sql_error{"PostgreSQL is silent", ""};
  }
}

void sql_session::fail(const std::string& what) {
  throw sql_error{what + ": " + PQerrorMessage(connection_.get()), ""};
}

sql_rows sql_session::finish(bool is_sent) {
  if (!is_sent) fail("send");
  const auto end = steady::now() + patience_;
  auto out = sql_rows{};
  auto failed = std::optional<sql_error>{};
  for (;;) {
    while (PQisBusy(connection_.get()) != 0) {
      wait(POLLIN, end);
      if (PQconsumeInput(connection_.get()) == 0) fail("receive");
    }
    const auto result = std::unique_ptr<pg_result, clear>{PQgetResult(connection_.get())};
    if (!result) break;
    if (is_good(result.get())) {
      out = rows_of(result.get());
    } else if (!failed) {
      failed.emplace(PQresultErrorMessage(result.get()), state_of(result.get()));
    }
  }
  if (failed) throw *failed;
  return out;
}

sql_rows sql_session::run(const std::string& text) {
  return finish(PQsendQuery(connection_.get(), text.c_str()) == 1);
}

std::string sql_session::ask(const std::string& text) {
  const auto rows = run(text);
  if (rows.size() != 1 || rows[0].size() != 1) throw sql_error{"not one value: " + text, ""};
  return rows[0][0].value_or("");
}

void sql_session::prepare(const std::string& name, const std::string& text) {
  finish(PQsendPrepare(connection_.get(), name.c_str(), text.c_str(), 0, nullptr) == 1);
}

sql_rows sql_session::run_prepared(const std::string& name, std::span<const sql_value> values) {
  auto pointers = std::vector<const char*>{};
  for (const auto& value : values) pointers.push_back(value ? value->c_str() : nullptr);
  return finish(PQsendQueryPrepared(connection_.get(), name.c_str(),
                                    static_cast<int>(pointers.size()), pointers.data(), nullptr,
                                    nullptr, 0) == 1);
}

}  // namespace mintage::loopback
