#include "storage/postgres/session.hpp"

#include <libpq-fe.h>
#include <poll.h>

#include <algorithm>
#include <array>
#include <climits>
#include <cstring>

namespace mintage::storage::postgres {
namespace {

// Object identifiers of types in the headers of binary arrays. @see PostgreSQL's pg_type.dat
constexpr auto bool_oid = std::uint32_t{16};
constexpr auto bytea_oid = std::uint32_t{17};
constexpr auto int8_oid = std::uint32_t{20};
constexpr auto int2_oid = std::uint32_t{21};
constexpr auto int4_oid = std::uint32_t{23};
constexpr auto uuid_oid = std::uint32_t{2950};

template <class Unsigned>
void append_big_endian(std::string& to, Unsigned v) {
  for (auto shift = static_cast<int>(sizeof v) * 8 - 8; shift >= 0; shift -= 8) {
    to.push_back(static_cast<char>(static_cast<unsigned char>(v >> shift)));
  }
}

template <class Unsigned>
Unsigned read_big_endian(const char* from) noexcept {
  auto v = Unsigned{0};
  for (auto i = std::size_t{0}; i < sizeof v; ++i) {
    v = static_cast<Unsigned>(static_cast<Unsigned>(v << 8U) | static_cast<unsigned char>(from[i]));
  }
  return v;
}

template <class Integer>
std::string number(Integer v) {
  auto octets = std::string{};
  append_big_endian(octets, static_cast<std::make_unsigned_t<Integer>>(v));
  return octets;
}

/// The header of an array of one dimension.
std::string array_header(std::uint32_t element_oid, std::size_t count, bool has_null) {
  auto octets = std::string{};
  append_big_endian(octets, std::uint32_t{count == 0 ? 0U : 1U});
  append_big_endian(octets, std::uint32_t{has_null ? 1U : 0U});
  append_big_endian(octets, element_oid);
  if (count == 0) return octets;
  append_big_endian(octets, static_cast<std::uint32_t>(count));
  append_big_endian(octets, std::uint32_t{1});  // lower bound
  return octets;
}

template <class Element, class Encode>
std::string array_of(std::uint32_t oid, std::span<const Element> all, Encode encode) {
  auto octets = array_header(oid, all.size(), false);
  for (const auto& each : all) {
    const auto one = encode(each);
    append_big_endian(octets, static_cast<std::uint32_t>(one.size()));
    octets += one;
  }
  return octets;
}

/// Notes warnings; other notices say nothing about durability.
void note_warning(void* warned, const PGresult* notice) {
  const auto* state = PQresultErrorField(notice, PG_DIAG_SQLSTATE);
  if (state != nullptr && std::strncmp(state, "01", 2) == 0) *static_cast<bool*>(warned) = true;
}

void ignore_notice(void*, const PGresult*) {}

failure failure_of(const PGresult* result) {
  const auto field = [&](int code) {
    const auto* text = PQresultErrorField(result, code);
    return std::string{text == nullptr ? "" : text};
  };
  // The primary message alone: detail and context may quote values.
  return {field(PG_DIAG_SQLSTATE), field(PG_DIAG_MESSAGE_PRIMARY)};
}

/// Milliseconds for poll(2), rounded up; -1 = without end.
int poll_time(steady_time deadline) {
  if (deadline == steady_time::max()) return -1;
  const auto left =
      std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
  return static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, INT_MAX));
}

}  // namespace

std::string to_string(const failure& f) {
  return f.state.empty() ? f.message : f.message + " (SQLSTATE " + f.state + ')';
}

void close_connection::operator()(pg_conn* c) const noexcept {
  PQfinish(c);
}

parameters& parameters::add(std::string octets) {
  values_.emplace_back(std::move(octets));
  return *this;
}
parameters& parameters::int2(std::int16_t v) {
  return add(number(v));
}
parameters& parameters::int4(std::int32_t v) {
  return add(number(v));
}
parameters& parameters::int8(std::int64_t v) {
  return add(number(v));
}
parameters& parameters::boolean(bool v) {
  return add(std::string(1, v ? '\1' : '\0'));
}
parameters& parameters::uuid(const crypto::bytes<16>& v) {
  return octets(crypto::as_chars(v));
}
parameters& parameters::octets(std::string_view v) {
  return add(std::string{v});
}
parameters& parameters::null() {
  values_.emplace_back();
  return *this;
}
parameters& parameters::int2s(std::span<const std::int16_t> all) {
  return add(array_of(int2_oid, all, number<std::int16_t>));
}
parameters& parameters::int4s(std::span<const std::int32_t> all) {
  return add(array_of(int4_oid, all, number<std::int32_t>));
}
parameters& parameters::int8s(std::span<const std::int64_t> all) {
  return add(array_of(int8_oid, all, number<std::int64_t>));
}
parameters& parameters::uuids(std::span<const crypto::bytes<16>> all) {
  return add(array_of(uuid_oid, all, [](const auto& v) { return crypto::as_chars(v); }));
}
parameters& parameters::booleans(std::span<const std::uint8_t> all) {
  return add(array_of(bool_oid, all,
                      [](std::uint8_t v) { return std::string(1, static_cast<char>(v != 0)); }));
}
parameters& parameters::byteas(std::span<const std::optional<std::string>> all) {
  const auto has_null =
      std::any_of(all.begin(), all.end(), [](const auto& each) { return !each.has_value(); });
  auto octets = array_header(bytea_oid, all.size(), has_null);
  for (const auto& each : all) {
    append_big_endian(octets, each ? static_cast<std::uint32_t>(each->size()) : 0xffffffffU);
    if (each) octets += *each;
  }
  return add(std::move(octets));
}

void rows::clear::operator()(pg_result* r) const noexcept {
  PQclear(r);
}
int rows::count() const noexcept {
  return PQntuples(result_.get());
}
bool rows::is_null(int row, int column) const noexcept {
  return PQgetisnull(result_.get(), row, column) != 0;
}
std::string_view rows::octets(int row, int column) const noexcept {
  return {PQgetvalue(result_.get(), row, column),
          static_cast<std::size_t>(PQgetlength(result_.get(), row, column))};
}
bool rows::boolean(int row, int column) const noexcept {
  const auto v = octets(row, column);
  return !v.empty() && v[0] != '\0';
}
std::int16_t rows::int2(int row, int column) const noexcept {
  const auto v = octets(row, column);
  return v.size() == 2 ? static_cast<std::int16_t>(read_big_endian<std::uint16_t>(v.data()))
                       : std::int16_t{0};
}
std::int32_t rows::int4(int row, int column) const noexcept {
  const auto v = octets(row, column);
  return v.size() == 4 ? static_cast<std::int32_t>(read_big_endian<std::uint32_t>(v.data())) : 0;
}
std::int64_t rows::int8(int row, int column) const noexcept {
  const auto v = octets(row, column);
  return v.size() == 8 ? static_cast<std::int64_t>(read_big_endian<std::uint64_t>(v.data())) : 0;
}
crypto::bytes<16> rows::uuid(int row, int column) const noexcept {
  auto id = crypto::bytes<16>{};
  const auto v = octets(row, column);
  if (v.size() == id.size()) std::memcpy(id.data(), v.data(), id.size());
  return id;
}

session::session(connection c, interruption stop) : link_{std::move(c)}, stop_{std::move(stop)} {
  PQsetNoticeReceiver(link_.get(), note_warning, warned_.get());
}
session::~session() = default;
session::session(session&&) noexcept = default;
session& session::operator=(session&&) noexcept = default;

session::result<session> session::dial(const host_address& host, steady_time deadline,
                                       interruption stop) {
  auto names = std::vector<const char*>{};
  auto values = std::vector<const char*>{};
  for (const auto& [name, value] : host.keywords) {
    names.push_back(name.c_str());
    values.push_back(value.c_str());
  }
  names.push_back(nullptr);
  values.push_back(nullptr);
  auto begun = connection{PQconnectStartParams(names.data(), values.data(), 0)};
  if (begun == nullptr) return tl::unexpected{failure{{}, "out of memory"}};
  auto made = session{std::move(begun), std::move(stop)};
  if (auto connected = made.connect(deadline); !connected)
    return tl::unexpected{std::move(connected.error())};
  return made;
}

session::result<void> session::connect(steady_time deadline) {
  for (auto state = PGRES_POLLING_WRITING; state != PGRES_POLLING_OK;) {
    if (PQstatus(link_.get()) == CONNECTION_BAD || state == PGRES_POLLING_FAILED)
      return tl::unexpected{broken(connection_message())};
    const auto events = state == PGRES_POLLING_READING ? short{POLLIN} : short{POLLOUT};
    if (auto waited = wait(events, deadline); !waited) return waited;
    state = PQconnectPoll(link_.get());
  }
  return {};
}

session::result<void> session::wait(short events, steady_time deadline) {
  const auto may_stop = stop_.fd >= 0;
  for (;;) {
    auto fds = std::array<pollfd, 2>{{{PQsocket(link_.get()), events, 0}, {stop_.fd, POLLIN, 0}}};
    auto pause = deadline;
    if (stop_.every.count() > 0)
      pause = std::min(pause, std::chrono::steady_clock::now() + stop_.every);
    const auto ready = ::poll(fds.data(), may_stop ? 2 : 1, poll_time(pause));
    if (ready > 0 && fds[0].revents != 0) return {};
    if (may_stop && stop_.wanted()) return tl::unexpected{broken("the wait was ended")};
    if (std::chrono::steady_clock::now() >= deadline)
      return tl::unexpected{broken("the server is silent")};
  }
}

session::result<rows> session::run(const sql& s, const parameters& p, steady_time deadline) {
  const auto name = std::string{s.name};
  if (s.name.empty() || !prepared_.contains(s.name)) {
    const auto text = std::string{s.text};
    const auto sent = PQsendPrepare(link_.get(), name.c_str(), text.c_str(), 0, nullptr) == 1;
    if (auto prepared = finish(sent, deadline); !prepared) return prepared;
    prepared_.insert(s.name);
  }
  constexpr auto binary = 1;
  auto values = std::vector<const char*>{};
  auto lengths = std::vector<int>{};
  for (const auto& v : p.values()) {
    values.push_back(v ? v->data() : nullptr);
    lengths.push_back(v ? static_cast<int>(v->size()) : 0);
  }
  const auto formats = std::vector<int>(values.size(), binary);
  const auto sent = PQsendQueryPrepared(link_.get(), name.c_str(), static_cast<int>(values.size()),
                                        values.data(), lengths.data(), formats.data(), binary) == 1;
  return finish(sent, deadline);
}

session::result<rows> session::run_script(const std::string& text, steady_time deadline) {
  return finish(PQsendQuery(link_.get(), text.c_str()) == 1, deadline);
}

session::result<rows> session::finish(bool is_sent, steady_time deadline) {
  if (!is_sent) return tl::unexpected{broken(connection_message())};
  auto last = rows{nullptr};
  auto failed = std::optional<failure>{};
  for (;;) {
    while (PQisBusy(link_.get()) != 0) {
      if (auto waited = wait(POLLIN, deadline); !waited)
        return tl::unexpected{std::move(waited.error())};
      if (PQconsumeInput(link_.get()) == 0) return tl::unexpected{broken(connection_message())};
    }
    auto* next = PQgetResult(link_.get());
    if (next == nullptr) break;
    const auto status = PQresultStatus(next);
    auto taken = rows{next};
    if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK) {
      last = std::move(taken);
    } else if (!failed) {
      failed = failure_of(next);
    }
  }
  if (failed && PQstatus(link_.get()) == CONNECTION_BAD)
    return tl::unexpected{broken(failed->message)};
  if (failed) return tl::unexpected{std::move(*failed)};
  return last;
}

failure session::broken(std::string message) {
  usable_ = false;
  return {{}, std::move(message)};
}

std::string session::connection_message() const {
  auto text = std::string{PQerrorMessage(link_.get())};
  // One line for a log.
  while (!text.empty() && text.back() == '\n') text.pop_back();
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text.empty() ? "the connection is lost" : text;
}

bool session::take_warning() noexcept {
  return std::exchange(*warned_, false);
}

bool session::is_usable() const noexcept {
  return usable_ && link_ != nullptr;
}

connection session::release() noexcept {
  PQsetNoticeReceiver(link_.get(), ignore_notice, nullptr);
  usable_ = false;
  return std::move(link_);
}

}  // namespace mintage::storage::postgres
