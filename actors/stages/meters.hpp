/// @file
/// The counters of each actor: written by one thread at a time, read by scrapes. A metric is
/// declared here by one member, or by one constant and its members; docs/OPERATIONS.md lists it.
#pragma once

#include <algorithm>
#include <array>
#include <vector>

#include "actors/stages/pools.hpp"
#include "crypto/key.hpp"
#include "crypto/signatures/choice.hpp"
#include "metrics/group.hpp"
#include "oauth/authorization/purpose.hpp"
#include "oauth/client/client.hpp"
#include "oauth/token/token_query.hpp"
#include "oauth/types.hpp"

namespace mintage::actors {

// --- kinds of requests ---------------------------------------------------------------------------

/// The labels of answers to one kind of request.
struct request_labels {
  std::string_view endpoint;
  std::string_view grant;
  friend bool operator==(const request_labels&, const request_labels&) = default;
};
/// An index into `request_kinds`.
enum class request_kind : std::uint8_t {};

/// The kinds that are counted separately: one for each grant, one for POST /token refused before
/// its grant was known, and one for each purpose of a query and of an authorization request.
constexpr auto request_kinds = [] {
  constexpr auto count = oauth::grants.size() + 1 + oauth::query_purposes.size() +
                         oauth::authorization_purposes.size();
  auto all = std::array<request_labels, count>{};
  auto next = all.begin();
  for (const auto& grant : oauth::grants) *next++ = {label_of(oauth::endpoint::token), grant.name};
  *next++ = {label_of(oauth::endpoint::token), ""};
  for (const auto purpose : oauth::query_purposes) *next++ = {to_string(purpose), ""};
  for (const auto& purpose : oauth::authorization_purposes) *next++ = {purpose.label, ""};
  return all;
}();
constexpr auto unread_token = request_kind{oauth::grants.size()};
[[nodiscard]] constexpr request_kind kind_of(oauth::grant_type g) noexcept {
  return static_cast<request_kind>(g);
}
[[nodiscard]] constexpr request_kind kind_of(oauth::query_purpose p) noexcept {
  return static_cast<request_kind>(static_cast<std::size_t>(unread_token) + 1 +
                                   static_cast<std::size_t>(p));
}
[[nodiscard]] constexpr request_kind kind_of(oauth::authorization_purpose p) noexcept {
  return static_cast<request_kind>(static_cast<std::size_t>(unread_token) + 1 +
                                   oauth::query_purposes.size() + static_cast<std::size_t>(p));
}
[[nodiscard]] constexpr const request_labels& labels_of(request_kind k) noexcept {
  return request_kinds[static_cast<std::size_t>(k)];
}
static_assert(labels_of(unread_token) == request_labels{"token", ""});
static_assert([] {
  for (auto i = std::size_t{0}; i < oauth::grants.size(); ++i) {
    const auto g = static_cast<oauth::grant_type>(i);
    if (labels_of(kind_of(g)) != request_labels{"token", to_string(g)}) return false;
  }
  return std::ranges::all_of(oauth::query_purposes,
                             [](auto p) {
                               return labels_of(kind_of(p)) == request_labels{to_string(p), ""};
                             }) &&
         std::ranges::all_of(oauth::authorization_purposes, [](const auto& p) {
           return labels_of(kind_of(p.id)) == request_labels{p.label, ""};
         });
}());

// --- metrics of several cells --------------------------------------------------------------------

constexpr auto requests_total =
    metrics::metric{"mintage_requests_total", "Answers by endpoint, grant and result."};
constexpr auto request_seconds =
    metrics::metric{"mintage_request_seconds", "From a request's submission to its answer.",
                    metrics::metric_type::histogram, metrics::nanosecond};
constexpr auto pool_queue_depth =
    metrics::metric{"mintage_pool_queue_depth", "Exchanges waiting in the mailboxes of a pool.",
                    metrics::metric_type::gauge};
constexpr auto restarts_total =
    metrics::metric{"mintage_restarts_total", "Actors replaced because they ended, by pool."};
constexpr auto key_fetches_total =
    metrics::metric{"mintage_key_fetches_total", "Key sets that were to be fetched, by cause."};
constexpr auto sign_seconds = metrics::metric{"mintage_sign_seconds", "Time of one signature.",
                                              metrics::metric_type::histogram, metrics::nanosecond};
/// Sampled when the page is rendered.
constexpr auto key_age_seconds = metrics::metric{
    "mintage_key_age_seconds", "Age of each published signing key.", metrics::metric_type::gauge};

// --- pools ---------------------------------------------------------------------------------------

/// Exchanges sent to a pool.
class sent_counter : public metrics::counter {
 public:
  sent_counter(metrics::meter_group& in, std::string pool)
      : metrics::counter{in, pool_queue_depth, {{"pool", std::move(pool)}}} {}
};

/// The counters of a member of any pool.
struct alignas(64) pool_meters : metrics::meter_group {
  explicit pool_meters(const std::string& pool)
      : taken{*this,
              pool_queue_depth,
              {{"pool", pool}},
              metrics::shown::always,
              metrics::sign::minus},
        busy_ns{*this,
                {"mintage_pool_busy_seconds_total", "Time that a pool spent working.",
                 metrics::metric_type::counter, metrics::nanosecond},
                {{"pool", pool}}} {}

  metrics::counter taken;    ///< exchanges taken out of the mailbox
  metrics::counter busy_ns;  ///< time spent in handlers
};
struct alignas(64) validator_meters : pool_meters {
  validator_meters() : pool_meters{"validator"} {}
  sent_counter sent_to_hashers{*this, "hasher"};
  sent_counter sent_to_key_fetcher{*this, "key_fetcher"};
  sent_counter sent_to_stores{*this, "code_store"};
  sent_counter sent_to_signers{*this, "signer"};
};
struct alignas(64) hasher_meters : pool_meters {
  hasher_meters() : pool_meters{"hasher"} {}
};
struct alignas(64) code_store_meters : pool_meters {
  code_store_meters() : pool_meters{"code_store"} {}
  sent_counter sent_to_validators{*this, "validator"};
  sent_counter sent_to_stores{*this, "code_store"};
  sent_counter sent_to_signers{*this, "signer"};
  metrics::size_histogram batch_size{*this,
                                     {"mintage_store_batch_size", "Codes redeemed in one commit.",
                                      metrics::metric_type::histogram}};
  metrics::duration_histogram commit_ns{
      *this,
      {"mintage_store_commit_seconds", "From a batch's consumption to its verdicts.",
       metrics::metric_type::histogram, metrics::nanosecond}};
};
struct alignas(64) signer_meters : pool_meters {
  signer_meters();
  /// Each is on the page when there is a key for it.
  std::array<metrics::duration_histogram, crypto::jws_algs.size()> sign_ns;
  metrics::counter signature_faults{
      *this,
      {"mintage_signature_faults_total", "Batches withheld because a signature did not verify."},
      {}};
  metrics::counter lane_calls{
      *this, {"mintage_signature_lane_calls_total", "Calls that sign in eight lanes."}, {}};
  metrics::counter lanes{
      *this,
      {"mintage_signature_lanes_total", "Signatures made by them: up to eight in a call."},
      {}};
  [[nodiscard]] metrics::duration_histogram& of(crypto::jws_alg alg) noexcept {
    return sign_ns[static_cast<std::size_t>(alg)];
  }
};

/// Why a key set of a client is fetched.
enum class key_fetch_cause : std::uint8_t { first, refresh, unknown_kid };
constexpr auto key_fetch_causes = oauth::all_of_enum<key_fetch_cause>();
/// As a metric's label. A literal.
[[nodiscard]] std::string_view to_string(key_fetch_cause c) noexcept;

struct alignas(64) key_fetcher_meters : pool_meters {
  key_fetcher_meters();
  sent_counter sent_to_validators{*this, "validator"};
  std::array<metrics::counter, key_fetch_causes.size()> ordered;
  metrics::gauge sets{*this,
                      {"mintage_key_sets", "Key sets at clients' jwks_uri that are remembered.",
                       metrics::metric_type::gauge}};
  metrics::gauge overdue{*this,
                         {"mintage_key_sets_overdue", "Key sets in use beyond their life.",
                          metrics::metric_type::gauge}};
  metrics::gauge waiting{
      *this,
      {"mintage_key_set_waits", "Requests that wait for a key set.", metrics::metric_type::gauge}};
};

/// What the registry counts.
struct alignas(64) registry_meters : metrics::meter_group {
  metrics::gauge registered{
      *this,
      {"mintage_registered_clients", "Clients that have registered themselves.",
       metrics::metric_type::gauge}};
  metrics::counter registrations{
      *this,
      {"mintage_client_registrations_total", "Clients that registered themselves here."},
      {}};
  metrics::counter forgotten{*this,
                             {"mintage_clients_forgotten_total",
                              "Registered clients that were removed because they were not used."},
                             {}};
};

/// What became of what a client was to be told.
enum class logout_result : std::uint8_t {
  ok,       ///< the client has taken it
  failed,   ///< it was tried three times
  dropped,  ///< it was not tried, because the client was changed or it had waited too long
  no_room   ///< it was not queued, because too many for this client wait
};
constexpr auto logout_results = oauth::all_of_enum<logout_result>();
/// As a metric's label. A literal.
[[nodiscard]] std::string_view to_string(logout_result r) noexcept;

/// What the logout notifier counts.
struct alignas(64) logout_meters : metrics::meter_group {
  logout_meters();
  std::array<metrics::counter, logout_results.size()> deliveries;
  [[nodiscard]] metrics::counter& of(logout_result r) noexcept {
    return deliveries[static_cast<std::size_t>(r)];
  }
  metrics::counter retries{
      *this,
      {"mintage_logout_retries_total", "Logout tokens that are sent again after a failure."},
      {}};
  metrics::gauge waiting{
      *this,
      {"mintage_logout_tokens_waiting", "Logout tokens that are neither delivered nor given up.",
       metrics::metric_type::gauge}};
  metrics::gauge in_flight{*this,
                           {"mintage_logout_tokens_in_flight", "Logout tokens that are being sent.",
                            metrics::metric_type::gauge}};
};

/// Which backend signs and verifies; constant.
struct alignas(64) signature_meters : metrics::meter_group {
  explicit signature_meters(const crypto::signature_backends& chosen)
      : chosen_backend{
            *this,
            {"mintage_signature_backend", "1 for the backend that signs and verifies.",
             metrics::metric_type::gauge},
            {{"backend", std::string{to_string(chosen.kind())}}, {"reason", chosen.reason()}}} {
    chosen_backend.add();
  }
  metrics::gauge chosen_backend;
};

/// What the supervisor counts.
struct alignas(64) supervisor_meters : metrics::meter_group {
  supervisor_meters();
  std::array<metrics::counter, pools.size()> restarts;
  [[nodiscard]] metrics::counter& restarts_of(pool p) noexcept {
    return restarts[static_cast<std::size_t>(p)];
  }
};

// --- the gateways --------------------------------------------------------------------------------

/// Answers to one kind of request.
struct answer_meters {
  answer_meters(metrics::meter_group& in, const request_labels& with);

  /// `unread_token` never succeeds, so it has no such series.
  metrics::counter ok;
  std::array<metrics::counter, oauth::errcs.size()> refused;

  [[nodiscard]] metrics::counter& refused_as(oauth::errc code) noexcept {
    return refused[static_cast<std::size_t>(code)];
  }
};

struct alignas(64) io_thread_meters : metrics::meter_group {
  io_thread_meters();

  std::array<answer_meters, request_kinds.size()> answers;
  metrics::counter minted{
      *this, requests_total, {{"endpoint", "admin_codes"}, {"grant", ""}, {"result", "ok"}}};
  metrics::text_counter refused_by_reason{
      *this, {"mintage_refused_total", "Refusals by their true reason."}, "reason"};
  /// From submission to answer.
  std::array<metrics::duration_histogram, request_kinds.size()> answer_ns;
  metrics::gauge in_flight{
      *this,
      {"mintage_in_flight", "Requests about tokens admitted and not answered yet.",
       metrics::metric_type::gauge}};
  sent_counter sent_to_validators{*this, "validator"};

  [[nodiscard]] answer_meters& of(request_kind k) noexcept {
    return answers[static_cast<std::size_t>(k)];
  }
  [[nodiscard]] metrics::duration_histogram& ns_of(request_kind k) noexcept {
    return answer_ns[static_cast<std::size_t>(k)];
  }
};

/// The meters of all actors of one server, and of the parts that attach theirs. Constructed before
/// the actors and outlives them. A replacement of a member continues with the numbers of its
/// predecessor.
struct meter_board : metrics::board {
  meter_board(std::size_t io_threads, std::size_t validators, std::size_t code_stores,
              std::size_t signers, std::size_t hashers);

  std::vector<io_thread_meters> io_threads;
  std::vector<validator_meters> validators;
  std::vector<hasher_meters> hashers;
  std::vector<code_store_meters> code_stores;
  std::vector<signer_meters> signers;
  key_fetcher_meters key_fetcher;
  registry_meters registry;
  logout_meters logouts;
  supervisor_meters supervisor;
  /// Who works; not on the page.
  member_board members;
};

/// Adds the time of a scope to a member's busy time.
class busy_scope {
 public:
  explicit busy_scope(pool_meters& m) noexcept : meters_{m}, since_{metrics::ticks()} {}
  busy_scope(const busy_scope&) = delete;
  busy_scope& operator=(const busy_scope&) = delete;
  ~busy_scope() { meters_.busy_ns.add(metrics::ticks() - since_); }

 private:
  pool_meters& meters_;
  std::uint64_t since_;
};

}  // namespace mintage::actors
