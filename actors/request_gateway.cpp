#include "actors/request_gateway.hpp"

#include <caf/send.hpp>
#include <chrono>
#include <span>
#include <type_traits>
#include <utility>

#include "crypto/base64.hpp"
#include "metrics/page.hpp"
#include "oauth/request/came.hpp"
#include "oauth/request/response.hpp"

namespace mintage::actors {
namespace {

/// The kind under which a refusal by net/ is counted; nothing for endpoints without one.
std::optional<request_kind> kind_of_endpoint(std::string_view endpoint) noexcept {
  if (endpoint == labels_of(unread_token).endpoint) return unread_token;
  for (const auto p : oauth::query_purposes)
    if (endpoint == to_string(p)) return kind_of(p);
  for (const auto& p : oauth::authorization_purposes)
    if (endpoint == p.label) return kind_of(p.id);
  return std::nullopt;
}

/// What must be recorded before an answer was not: the exchange was lost on its way (CAU-07).
template <class Exchange>
void deny_unrecorded(Exchange& x) {
  if (!x.replay_ids.empty()) x.denied = oauth::lost();
}

/// How often exchanges that wait for room in the journal are tried again.
constexpr auto parked_interval = std::chrono::milliseconds{20};

/// Sets 503 on an exchange that was not executed.
template <class Exchange>
void deny_untold(Exchange& x) {
  x.denied = oauth::untold();
}
oauth::admin_error untold_error() {
  return {oauth::untold().code, std::string{oauth::untold().description}};
}
void deny_untold(service::mint_exchange& x) {
  x.error = untold_error();
}
void deny_untold(service::admin_exchange& x) {
  x.error = untold_error();
}

/// Refusals of authenticated callers must be recorded; others may be dropped.
template <class Exchange>
service::line_use use_of_line(const Exchange& x) {
  return x.line && !x.client.is_public ? service::line_use::reserved : service::line_use::droppable;
}

/// Whether the limit of exchanges in flight does not count it.
template <class Exchange>
bool is_bounded_by_sessions(const Exchange& x) noexcept {
  if constexpr (std::is_same_v<Exchange, service::authorization_exchange>)
    return x.is_admin();
  else
    return std::is_same_v<Exchange, service::mint_exchange> ||
           std::is_same_v<Exchange, service::admin_exchange>;
}

std::string came_of(const service::token_exchange& x, const oauth::refusal_context& around) {
  return oauth::came_with(x.request, around);
}
std::string came_of(const service::query_exchange& x, const oauth::refusal_context& around) {
  return oauth::came_with(x.request, around);
}
std::string came_of(const service::authorization_exchange& x,
                    const oauth::refusal_context& around) {
  if (x.is_admin()) return {};
  const auto* const c = around.known == nullptr ? nullptr : around.known->find(x.request.who.id);
  return oauth::came_with(x.request.sent, around.why, c);
}

/// Overload says nothing about its request, and its refusal must cost little.
bool is_worth_remembering(const oauth::denial& why) noexcept {
  return why.reason != oauth::overloaded().reason;
}

/// Owns an exchange between two threads; deletes it if its task never runs.
struct returning_exchange {
  std::unique_ptr<service::exchange> x;
};

}  // namespace

request_gateway::request_gateway(std::uint32_t index, service::io_thread& io_thread,
                                 std::size_t limit, oauth::clock& clock, service::journal& journal,
                                 const storage::engine& engine, meter_board& board,
                                 refusal_book& refusals, service::operations* operations)
    : index_{index},
      io_thread_{io_thread},
      admission_{limit},
      clock_{clock},
      journal_{journal},
      engine_{engine},
      board_{board},
      refusals_{refusals},
      operations_{operations},
      meters_{board.io_threads.at(index)},
      most_parked_{limit / 2} {}

bool request_gateway::ready() const {
  return routes_ != nullptr && documents_ != nullptr && clients_ != nullptr &&
         board_.members.all_work() && engine_.writable() && engine_.fresh() &&
         clock_.is_confirmed();
}

service::request_id request_gateway::next_request_id() {
  // 16 octets make 22 characters.
  auto id = service::request_id{};
  crypto::base64url_write(id.text.data(), random_.take<16>());
  return id;
}

bool request_gateway::has_room() {
  return admission_.has_room(metrics::ticks(), in_flight_, io_thread_.busy_since());
}

template <class Handle>
void request_gateway::admit(Handle x, std::vector<Handle>& to) {
  const auto now = metrics::ticks();
  if (!admission_.has_room(now, in_flight_, io_thread_.busy_since())) {
    x->denied = oauth::overloaded();
    refuse(std::move(x));
    return;
  }
  meters_.in_flight.set(++in_flight_);
  x->submitted_at = now;
  to.push_back(std::move(x));
  depart_soon();
}

void request_gateway::submit(service::handle<service::exchange> x) {
  x->origin = this;
  x->io_thread = index_;
  service::visit(std::move(x), [this](auto own) { send_off(std::move(own)); });
}

void request_gateway::send_off(service::token_handle x) {
  admit(std::move(x), tokens_);
}

void request_gateway::send_off(service::query_handle x) {
  admit(std::move(x), queries_);
}

void request_gateway::send_off(service::mint_handle x) {
  x->submitted_at = metrics::ticks();
  mints_.push_back(std::move(x));
  depart_soon();
}

void request_gateway::send_off(service::authorization_handle x) {
  if (!x->is_admin()) return admit(std::move(x), authorizations_);
  x->submitted_at = metrics::ticks();
  authorizations_.push_back(std::move(x));
  depart_soon();
}

void request_gateway::send_off(service::admin_handle x) {
  x->submitted_at = metrics::ticks();
  if (!oauth::is_reading(x->call) && !x->line.reserve(journal_))
    return park(std::move(x), parked_admin_);
  send_to_owner(std::move(x));
}

void request_gateway::send_to_owner(service::admin_handle x) {
  if (std::holds_alternative<oauth::confirm_clock>(x->call)) {
    const auto moved = clock_.confirm();
    x->answer = oauth::confirmed_clock{clock_.now(), moved};
    finish(std::move(x));
  } else if (const auto* asked = std::get_if<oauth::show_refusal>(&x->call)) {
    tell_refusal(std::move(x), *asked);
  } else if (const auto* latest = std::get_if<oauth::list_refusals>(&x->call)) {
    x->answer = oauth::refusal_list{refusals_.last(latest->last)};
    finish(std::move(x));
  } else if (oauth::is_about_process(x->call)) {
    if (operations_ == nullptr) return tell(std::move(x));
    operations_->perform(std::move(x));
  } else if (!routes_ || !engine_.fresh()) {
    tell(std::move(x));
  } else if (oauth::is_about_keys(x->call)) {
    caf::anon_send(routes_->key_keeper, admin_atom_v, admin_batch{std::move(x)});
  } else {
    caf::anon_send(routes_->registry, admin_atom_v, admin_batch{std::move(x)});
  }
}

// The I/O thread runs the task after all sockets that are ready now, so their exchanges form one
// batch.
void request_gateway::depart_soon() {
  if (departing_) return;
  departing_ = true;
  io_thread_.post([this] { depart(); });
}

void request_gateway::depart() {
  departing_ = false;
  auto tokens = std::exchange(tokens_, {});
  auto queries = std::exchange(queries_, {});
  auto mints = std::exchange(mints_, {});
  auto authorizations = std::exchange(authorizations_, {});
  if (!routes_ || !engine_.fresh()) {
    for (auto& x : tokens) finish(std::move(x));
    for (auto& x : queries) finish(std::move(x));
    for (auto& x : mints) finish(std::move(x));
    for (auto& x : authorizations) finish(std::move(x));
    return;
  }
  const auto& validators = routes_->validators;
  const auto next = [&]() -> const validator_actor& {
    return validators[next_on_io_thread(index_, routes_->http.size(), validators.size(),
                                        next_validator_++)];
  };
  meters_.sent_to_validators.add(tokens.size() + queries.size() + mints.size() +
                                 authorizations.size());
  if (!tokens.empty()) caf::anon_send(next(), validate_atom_v, token_batch{std::move(tokens)});
  if (!queries.empty()) caf::anon_send(next(), validate_atom_v, query_batch{std::move(queries)});
  if (!mints.empty()) caf::anon_send(next(), validate_atom_v, mint_batch{std::move(mints)});
  if (!authorizations.empty())
    caf::anon_send(next(), validate_atom_v, authorization_batch{std::move(authorizations)});
}

template <class Handle>
void request_gateway::park(Handle x, std::vector<Handle>& with) {
  x->awaits_line = false;
  if (!is_bounded_by_sessions(*x) &&
      parked_tokens_.size() + parked_queries_.size() >= most_parked_) {
    deny_untold(*x);
    return finish(std::move(x));
  }
  with.push_back(std::move(x));
  tick_soon();
}

void request_gateway::tick_soon() {
  if (is_ticking_ || !routes_) return;
  is_ticking_ = true;
  caf::delayed_anon_send(routes_->http[index_], parked_interval, tick_atom_v);
}

template <class Handle>
void request_gateway::retry(std::vector<Handle>& parked, std::vector<Handle>& to) {
  const auto longest =
      static_cast<std::uint64_t>(std::chrono::nanoseconds{journal_.line_wait()}.count());
  const auto now = metrics::ticks();
  for (auto& x : std::exchange(parked, {})) {
    if (routes_ && x->line.reserve(journal_)) {
      to.push_back(std::move(x));
    } else if (!routes_ || now - x->submitted_at >= longest) {
      deny_untold(*x);
      finish(std::move(x));
    } else {
      parked.push_back(std::move(x));
    }
  }
}

void request_gateway::retry_parked() {
  auto calls = std::vector<service::admin_handle>{};
  retry(parked_tokens_, tokens_);
  retry(parked_queries_, queries_);
  retry(parked_mints_, mints_);
  retry(parked_authorizations_, authorizations_);
  retry(parked_admin_, calls);
  for (auto& x : calls) send_to_owner(std::move(x));
  if (!tokens_.empty() || !queries_.empty() || !mints_.empty() || !authorizations_.empty())
    depart_soon();
  if (!parked_tokens_.empty() || !parked_queries_.empty() || !parked_mints_.empty() ||
      !parked_admin_.empty() || !parked_authorizations_.empty())
    tick_soon();
}

void request_gateway::tick() {
  is_ticking_ = false;
  retry_parked();
}

// The tick of an ended HTTP actor is lost; without actors no exchange waits any longer.
void request_gateway::reroute(routes_ptr r) {
  if (!r || !routes_ || routes_->http[index_].address() != r->http[index_].address())
    is_ticking_ = false;
  routes_ = std::move(r);
  retry_parked();
}

template <class Exchange>
void request_gateway::tell(service::handle<Exchange> x) {
  const auto last = std::unique_ptr<Exchange>{x.release()};
  last->who().answered(*last);
}

void request_gateway::tell_refusal(service::admin_handle x, const oauth::show_refusal& asked) {
  if (auto found = refusals_.find(asked.request_id)) {
    x->answer = *std::move(found);
  } else {
    x->error = oauth::admin_error{
        oauth::errc::not_found,
        "no such refusal is remembered: others came since, or another node refused the request"};
  }
  finish(std::move(x));
}

void request_gateway::note_refusal(std::string_view endpoint, const service::request_id& id,
                                   const oauth::denial& why, std::string_view came) {
  if (const auto kind = kind_of_endpoint(endpoint))
    count_refusal(*kind, why);
  else
    meters_.refused_by_reason.add(why.reason);
  if (is_worth_remembering(why) && endpoint != "tls") {
    remember({.id = std::string{id.view()},
              .at = clock_.now(),
              .endpoint = endpoint,
              .grant = {},
              .client = {},
              .why = why,
              .came = std::string{came}});
  }
  journal_.refused(endpoint, id, {}, why, came, service::line_use::droppable);
}

void request_gateway::remember(oauth::refused_request refused) {
  refusals_.note(index_, std::move(refused));
}

template <class Exchange>
void request_gateway::report_refusal(const Exchange& x, std::string_view endpoint,
                                     std::string_view grant) {
  auto came = std::string{};
  if (is_worth_remembering(*x.denied)) {
    const auto now = clock_.now();
    came = came_of(x, {.why = x.denied->reason,
                       .proof = x.dpop.value_or(""),
                       .known = clients_.get(),
                       .now = now});
    remember({.id = std::string{x.id().view()},
              .at = now,
              .endpoint = endpoint,
              .grant = grant,
              .client = oauth::escape_for_people(x.request.who.id),
              .why = *x.denied,
              .came = came});
  }
  journal_.refused(endpoint, x.id(), x.request.who.id, *x.denied, came, use_of_line(x));
}

void request_gateway::count_refusal(request_kind kind, const oauth::denial& why) {
  meters_.of(kind).refused_as(why.code).add();
  meters_.refused_by_reason.add(why.reason);
}

std::string request_gateway::metrics() const {
  auto ages = metrics::sampled_gauge{key_age_seconds, {}};
  const auto now = clock_.now();
  for (const auto& k : keys_ ? std::span{keys_->keys} : std::span<const oauth::ring_key>{})
    ages.samples.push_back({{{"kid", k.key.kid()}, {"state", std::string{to_string(k.state)}}},
                            std::chrono::duration<double>(now - k.created).count()});
  return metrics::render_metrics(board_, {std::move(ages)});
}

void request_gateway::refuse(service::token_handle x) {
  count_refusal(kind_of(x->request.grant), *x->denied);
  report_refusal(*x, label_of(oauth::endpoint::token), to_string(x->request.grant));
  tell(std::move(x));
}

void request_gateway::refuse(service::query_handle x) {
  count_refusal(kind_of(x->request.purpose), *x->denied);
  report_refusal(*x, to_string(x->request.purpose), {});
  tell(std::move(x));
}

void request_gateway::refuse(service::authorization_handle x) {
  count_refusal(kind_of(x->purpose), *x->denied);
  report_refusal(*x, to_string(x->purpose), {});
  tell(std::move(x));
}

void request_gateway::finish(service::token_handle x) {
  if (x->awaits_line) return park(std::move(x), parked_tokens_);
  const auto kind = kind_of(x->request.grant);
  meters_.in_flight.set(--in_flight_);
  const auto now = metrics::ticks();
  meters_.ns_of(kind).add(now - x->submitted_at);
  admission_.left(now, in_flight_, io_thread_.busy_since());
  if (!x->is_answered()) x->denied = oauth::lost();
  deny_unrecorded(*x);
  if (x->denied) return refuse(std::move(x));
  meters_.of(kind).ok.add();
  if (x->client.is_registered) note_use(x->client.id);
  journal_.exchanged(*x);
  tell(std::move(x));
}

/// The registry hears of it once a day (DCR-07).
void request_gateway::note_use(std::string_view client_id) {
  const auto* const found = clients_ ? clients_->find(client_id) : nullptr;
  if (found == nullptr || !routes_ || !oauth::is_use_due(*found, clock_.now())) return;
  caf::anon_send(routes_->registry, use_atom_v, std::string{client_id});
}

void request_gateway::finish(service::query_handle x) {
  if (x->awaits_line) return park(std::move(x), parked_queries_);
  const auto kind = kind_of(x->request.purpose);
  meters_.in_flight.set(--in_flight_);
  const auto now = metrics::ticks();
  meters_.ns_of(kind).add(now - x->submitted_at);
  admission_.left(now, in_flight_, io_thread_.busy_since());
  if (!x->done && !x->denied) x->denied = oauth::lost();
  deny_unrecorded(*x);
  if (x->denied) return refuse(std::move(x));
  meters_.of(kind).ok.add();
  journal_.queried(*x);
  tell(std::move(x));
}

void request_gateway::finish(service::authorization_handle x) {
  if (x->awaits_line) return park(std::move(x), parked_authorizations_);
  const auto kind = kind_of(x->purpose);
  const auto now = metrics::ticks();
  meters_.ns_of(kind).add(now - x->submitted_at);
  if (!x->is_admin()) {
    meters_.in_flight.set(--in_flight_);
    admission_.left(now, in_flight_, io_thread_.busy_since());
  }
  if (!x->is_answered() || !x->replay_ids.empty()) {
    x->denied = oauth::lost();
    x->to_browser = {};  // where it would go is not stored
  }
  if (x->denied) return refuse(std::move(x));
  if (x->error) {
    meters_.of(kind).refused_as(x->error->code).add();
  } else {
    meters_.of(kind).ok.add();
    if (x->minted) meters_.minted.add();
  }
  journal_.authorized(*x);
  tell(std::move(x));
}

void request_gateway::finish(service::mint_handle x) {
  if (x->awaits_line) return park(std::move(x), parked_mints_);
  if (x->minted) meters_.minted.add();
  journal_.minted(*x);
  tell(std::move(x));
}

void request_gateway::finish(service::admin_handle x) {
  journal_.administered(*x);
  tell(std::move(x));
}

void request_gateway::returned(service::exchange* x) noexcept {
  auto found = std::make_shared<returning_exchange>();
  found->x.reset(x);
  io_thread_.post([this, found] {
    service::visit(service::handle<service::exchange>{found->x.release()},
                   [this](auto own) { take_back(std::move(own)); });
  });
}

void request_gateway::take_back(service::token_handle x) {
  // Consumed, and no octet of an answer was sent: the grant may be released (COM-02).
  if (x->consumed && !x->is_answered() && !x->release_tried && routes_) {
    x->release_tried = true;
    const auto& stores = routes_->code_stores;
    const auto shard = x->code.where.shard(stores.size());
    caf::anon_send(stores[shard], release_atom_v, token_batch{std::move(x)});
    return;
  }
  finish(std::move(x));
}

// The other kinds change nothing that must be taken back.
void request_gateway::take_back(service::query_handle x) {
  finish(std::move(x));
}

void request_gateway::take_back(service::mint_handle x) {
  finish(std::move(x));
}

void request_gateway::take_back(service::admin_handle x) {
  finish(std::move(x));
}

void request_gateway::take_back(service::authorization_handle x) {
  finish(std::move(x));
}

}  // namespace mintage::actors
