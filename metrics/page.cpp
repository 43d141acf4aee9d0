#include "metrics/page.hpp"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <array>
#include <limits>
#include <map>
#include <utility>

namespace mintage::metrics {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

constexpr auto nanosecond = 1e-9;
using labels = std::vector<std::pair<std::string, std::string>>;

MetricFamily metric_family(std::string name, std::string help, MetricType type) {
  auto f = MetricFamily{};
  f.name = std::move(name);
  f.help = std::move(help);
  f.type = type;
  return f;
}

ClientMetric& add(MetricFamily& f, const labels& with) {
  auto& m = f.metric.emplace_back();
  for (const auto& [name, value] : with) m.label.push_back({name, value});
  return m;
}

void add_value(MetricFamily& f, const labels& with, double value) {
  auto& m = add(f, with);
  if (f.type == MetricType::Counter)
    m.counter.value = value;
  else
    m.gauge.value = value;
}

/// One histogram, summed over `parts`, each bound and the sum times `unit`.
template <class Histogram>
void add_histogram(MetricFamily& f, const labels& with, const std::vector<const Histogram*>& parts,
                   double unit) {
  auto& h = add(f, with).histogram;
  auto bounds = Histogram::bounds();
  auto total = std::uint64_t{0};
  for (auto b = std::size_t{0}; b <= bounds.size(); ++b) {
    for (const auto* p : parts) total += p->count(b);
    const auto bound = b < bounds.size() ? static_cast<double>(bounds[b]) * unit
                                         : std::numeric_limits<double>::infinity();
    h.bucket.push_back({total, bound});
  }
  h.sample_count = total;
  for (const auto* p : parts) h.sample_sum += static_cast<double>(p->sum()) * unit;
}

/// The sum of one number over the members of a pool.
template <class Members, class Number>
std::uint64_t sum(const Members& members, Number number) {
  auto total = std::uint64_t{0};
  for (const auto& m : members) total += number(m);
  return total;
}

template <class Members, class Histogram>
std::vector<const Histogram*> all(const Members& members, Histogram Members::value_type::*which) {
  auto found = std::vector<const Histogram*>{};
  for (const auto& m : members) found.push_back(&(m.*which));
  return found;
}

struct endpoint_and_grant {
  const char* endpoint;
  const char* grant;
};
/// In the order of `request_kind`.
constexpr auto kind_labels =
    std::array<endpoint_and_grant, request_kinds_count>{{{"token", "authorization_code"},
                                                         {"token", "refresh_token"},
                                                         {"token", "client_credentials"},
                                                         {"token", ""},
                                                         {"introspect", ""},
                                                         {"revoke", ""},
                                                         {"userinfo", ""}}};

/// The error as it was sent, but for the two that are sent alike.
std::string result_label(oauth::errc code) {
  return code == oauth::errc::slow_down ? "slow_down" : std::string{to_string(code)};
}

MetricFamily requests(const meter_board& board) {
  auto f = metric_family("mintage_requests_total", "Answers by endpoint, grant and result.",
                         MetricType::Counter);
  const auto count = [&](auto number) {
    return static_cast<double>(sum(board.io_threads, number));
  };
  for (auto kind = std::size_t{0}; kind < request_kinds_count; ++kind) {
    const auto [endpoint, grant] = kind_labels[kind];
    // What cannot succeed, since nobody read its grant, is shown by its refusals alone.
    if (static_cast<request_kind>(kind) != request_kind::unread_token)
      add_value(f, {{"endpoint", endpoint}, {"grant", grant}, {"result", "ok"}},
                count([&](const io_thread_meters& m) { return m.answers[kind].ok.get(); }));
    for (auto code = std::size_t{0}; code < std::tuple_size_v<decltype(answer_meters::refused)>;
         ++code) {
      const auto n =
          count([&](const io_thread_meters& m) { return m.answers[kind].refused[code].get(); });
      if (n > 0)
        add_value(f,
                  {{"endpoint", endpoint},
                   {"grant", grant},
                   {"result", result_label(static_cast<oauth::errc>(code))}},
                  n);
    }
  }
  add_value(f, {{"endpoint", "admin_codes"}, {"grant", ""}, {"result", "ok"}},
            count([](const io_thread_meters& m) { return m.minted.get(); }));
  return f;
}

std::vector<const duration_histogram*> durations(const meter_board& board,
                                                 std::string_view endpoint) {
  auto found = std::vector<const duration_histogram*>{};
  for (const auto& io_thread : board.io_threads)
    for (auto kind = std::size_t{0}; kind < request_kinds_count; ++kind)
      if (kind_labels[kind].endpoint == endpoint) found.push_back(&io_thread.answers[kind].ns);
  return found;
}

MetricFamily refusals(const meter_board& board) {
  auto f =
      metric_family("mintage_refused_total", "Refusals by their true reason.", MetricType::Counter);
  auto counts = std::map<std::string_view, std::uint64_t>{};
  for (const auto& io_thread : board.io_threads)
    for (const auto& e : io_thread.refused_by_reason.entries()) counts[e.text] += e.count;
  for (const auto& [reason, n] : counts)
    add_value(f, {{"reason", std::string{reason}}}, static_cast<double>(n));
  return f;
}

/// What was sent to a pool and not taken out of a mailbox yet. The two sides are read one after the
/// other, so a moment's difference may be below zero: that is none.
double depth(std::uint64_t taken, std::uint64_t sent) {
  return sent > taken ? static_cast<double>(sent - taken) : 0;
}

void add_pools(std::vector<MetricFamily>& page, const meter_board& board) {
  auto queue = metric_family("mintage_pool_queue_depth",
                             "Exchanges waiting in the mailboxes of a pool.", MetricType::Gauge);
  auto busy = metric_family("mintage_pool_busy_seconds_total", "Time that a pool spent working.",
                            MetricType::Counter);
  const auto add_pool = [&](const char* name, const auto& members, std::uint64_t sent) {
    const auto taken = sum(members, [](const pool_meters& m) { return m.taken.get(); });
    const auto ns = sum(members, [](const pool_meters& m) { return m.busy_ns.get(); });
    add_value(queue, {{"pool", name}}, depth(taken, sent));
    add_value(busy, {{"pool", name}}, static_cast<double>(ns) * nanosecond);
  };
  const auto& v = board.validators;
  add_pool("validator", v, sum(board.io_threads, [](const io_thread_meters& m) {
             return m.sent_to_validators.get();
           }));
  add_pool("hasher", board.hashers,
           sum(v, [](const validator_meters& m) { return m.sent_to_hashers.get(); }));
  add_pool("code_store", board.code_stores,
           sum(v, [](const validator_meters& m) { return m.sent_to_stores.get(); }));
  const auto to_signers = [](const auto& m) { return m.sent_to_signers.get(); };
  add_pool("signer", board.signers, sum(board.code_stores, to_signers) + sum(v, to_signers));
  page.push_back(std::move(queue));
  page.push_back(std::move(busy));
}

MetricFamily key_ages(const oauth::key_ring& keys, oauth::instant now) {
  auto f = metric_family("mintage_key_age_seconds", "Age of each published signing key.",
                         MetricType::Gauge);
  for (const auto& k : keys.keys)
    add_value(f, {{"kid", k.key.kid()}, {"state", std::string{to_string(k.state)}}},
              std::chrono::duration<double>(now - k.created).count());
  return f;
}

}  // namespace

std::string render_metrics(const meter_board& board, const oauth::key_ring& keys,
                           oauth::instant now) {
  auto page = std::vector<MetricFamily>{requests(board), refusals(board)};

  auto seconds = metric_family("mintage_request_seconds",
                               "From a request's submission to its answer.", MetricType::Histogram);
  for (const auto* endpoint : {"token", "introspect", "revoke", "userinfo"})
    add_histogram(seconds, {{"endpoint", endpoint}}, durations(board, endpoint), nanosecond);
  page.push_back(std::move(seconds));

  auto in_flight =
      metric_family("mintage_in_flight", "Requests about tokens admitted and not answered yet.",
                    MetricType::Gauge);
  add_value(in_flight, {}, static_cast<double>(sum(board.io_threads, [](const io_thread_meters& m) {
              return m.in_flight.get();
            })));
  page.push_back(std::move(in_flight));

  add_pools(page, board);

  auto batch = metric_family("mintage_store_batch_size", "Codes redeemed in one commit.",
                             MetricType::Histogram);
  add_histogram(batch, {}, all(board.code_stores, &code_store_meters::batch_size), 1);
  page.push_back(std::move(batch));

  auto commit = metric_family("mintage_store_commit_seconds",
                              "From a batch's consumption to its verdicts.", MetricType::Histogram);
  add_histogram(commit, {}, all(board.code_stores, &code_store_meters::commit_ns), nanosecond);
  page.push_back(std::move(commit));

  auto sign =
      metric_family("mintage_sign_seconds", "Time of one signature.", MetricType::Histogram);
  for (const auto alg : crypto::jws_algs) {
    auto parts = std::vector<const duration_histogram*>{};
    for (const auto& m : board.signers) parts.push_back(&m.of(alg));
    const auto is_used = [&](const auto* h) { return h->sum() != 0; };
    if (keys.active(alg) == nullptr && std::none_of(parts.begin(), parts.end(), is_used)) continue;
    add_histogram(sign, {{"alg", std::string{to_string(alg)}}}, parts, nanosecond);
  }
  page.push_back(std::move(sign));

  page.push_back(key_ages(keys, now));
  return prometheus::TextSerializer{}.Serialize(page);
}

}  // namespace mintage::metrics
