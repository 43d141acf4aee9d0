#include "actors/port.hpp"

#include <utility>

#include "actors/metrics.hpp"
#include "crypto/base64.hpp"
#include "oauth/response.hpp"

namespace mintage::actors {
namespace {

/// The endpoint of a query, as refusals name it.
std::string_view endpoint_of(oauth::query_purpose p) noexcept {
  switch (p) {
    case oauth::query_purpose::introspect:
      return "introspect";
    case oauth::query_purpose::revoke:
      return "revoke";
    case oauth::query_purpose::userinfo:
      break;
  }
  return "userinfo";
}

/// What a refusal by net/ is counted as; nothing for endpoints that are not about tokens.
std::optional<request_kind> kind_of_endpoint(std::string_view endpoint) noexcept {
  if (endpoint == "token") return request_kind::unread_token;
  for (const auto p : {oauth::query_purpose::introspect, oauth::query_purpose::revoke,
                       oauth::query_purpose::userinfo})
    if (endpoint == endpoint_of(p)) return kind_of(p);
  return std::nullopt;
}

/// Keeps an exchange between two threads; deletes it if its task is never run.
struct stray {
  std::unique_ptr<oauth::exchange> x;
};

}  // namespace

port::port(std::uint32_t lane_index, oauth::io_lane& lane, std::size_t limit,
           const oauth::clock& clock, oauth::journal& journal, const storage::engine& engine,
           meter_board& board)
    : lane_index_{lane_index},
      lane_{lane},
      admission_{limit},
      clock_{clock},
      journal_{journal},
      engine_{engine},
      board_{board},
      meters_{board.lanes.at(lane_index)} {}

bool port::ready() const {
  return routes_ != nullptr && documents_ != nullptr && clients_ != nullptr && engine_.writable();
}

oauth::request_id port::next_request_id() {
  // 16 octets make 22 characters.
  auto id = oauth::request_id{};
  crypto::base64url_write(id.text.data(), random_.take<16>());
  return id;
}

bool port::has_room() {
  return admission_.has_room(ticks(), in_flight_, lane_.busy_since());
}

template <class Handle>
void port::admit(Handle x, std::vector<Handle>& to) {
  x->origin = this;
  x->lane = lane_index_;
  const auto now = ticks();
  if (!admission_.has_room(now, in_flight_, lane_.busy_since())) {
    x->denied = oauth::overloaded();
    refuse(std::move(x));
    return;
  }
  meters_.in_flight.set(++in_flight_);
  x->submitted_at = now;
  to.push_back(std::move(x));
  depart_soon();
}

void port::submit(oauth::token_handle x) {
  admit(std::move(x), tokens_);
}

void port::submit(oauth::query_handle x) {
  admit(std::move(x), queries_);
}

void port::submit(oauth::mint_handle x) {
  x->origin = this;
  x->lane = lane_index_;
  mints_.push_back(std::move(x));
  depart_soon();
}

void port::submit(oauth::admin_handle x) {
  x->origin = this;
  x->lane = lane_index_;
  if (!routes_) {
    tell(std::move(x));
  } else if (oauth::is_about_keys(x->call)) {
    caf::anon_send(routes_->key_keeper, admin_atom_v, admin_batch{std::move(x)});
  } else {
    caf::anon_send(routes_->registry, admin_atom_v, admin_batch{std::move(x)});
  }
}

// The lane runs the task behind all sockets that are ready now: what they submit leaves together.
void port::depart_soon() {
  if (departing_) return;
  departing_ = true;
  lane_.post([this] { depart(); });
}

void port::depart() {
  departing_ = false;
  auto tokens = std::exchange(tokens_, {});
  auto queries = std::exchange(queries_, {});
  auto mints = std::exchange(mints_, {});
  if (!routes_) {
    for (auto& x : tokens) finish(std::move(x));
    for (auto& x : queries) finish(std::move(x));
    for (auto& x : mints) finish(std::move(x));
    return;
  }
  const auto& validators = routes_->validators;
  const auto next = [&]() -> const validator_actor& {
    return validators[next_on_lane(lane_index_, routes_->http.size(), validators.size(),
                                   next_validator_++)];
  };
  meters_.sent_to_validators.add(tokens.size() + queries.size() + mints.size());
  if (!tokens.empty()) caf::anon_send(next(), validate_atom_v, token_batch{std::move(tokens)});
  if (!queries.empty()) caf::anon_send(next(), validate_atom_v, query_batch{std::move(queries)});
  if (!mints.empty()) caf::anon_send(next(), validate_atom_v, mint_batch{std::move(mints)});
}

template <class Exchange>
void port::tell(oauth::handle<Exchange> x) {
  const auto last = std::unique_ptr<Exchange>{x.release()};
  last->who().answered(*last);
}

void port::note_refusal(std::string_view endpoint, const oauth::request_id& id,
                        const oauth::denial& why) {
  if (const auto kind = kind_of_endpoint(endpoint))
    count_refusal(*kind, why);
  else
    meters_.refused_by_reason.add(why.reason);
  journal_.refused(endpoint, id, {}, why);
}

void port::count_refusal(request_kind kind, const oauth::denial& why) {
  meters_.of(kind).refused_as(why.code).add();
  meters_.refused_by_reason.add(why.reason);
}

std::string port::metrics() const {
  return render_metrics(board_, keys_ ? *keys_ : oauth::key_ring{}, clock_.now());
}

void port::refuse(oauth::token_handle x) {
  count_refusal(kind_of(x->request.grant), *x->denied);
  journal_.refused("token", x->id(), x->request.who.id, *x->denied);
  tell(std::move(x));
}

void port::refuse(oauth::query_handle x) {
  count_refusal(kind_of(x->request.purpose), *x->denied);
  journal_.refused(endpoint_of(x->request.purpose), x->id(), x->request.who.id, *x->denied);
  tell(std::move(x));
}

void port::finish(oauth::token_handle x) {
  auto& count = meters_.of(kind_of(x->request.grant));
  meters_.in_flight.set(--in_flight_);
  const auto now = ticks();
  count.ns.add(now - x->submitted_at);
  admission_.left(now, in_flight_, lane_.busy_since());
  if (!x->is_answered()) x->denied = oauth::lost();
  if (x->denied) return refuse(std::move(x));
  count.ok.add();
  journal_.exchanged(*x);
  tell(std::move(x));
}

void port::finish(oauth::query_handle x) {
  auto& count = meters_.of(kind_of(x->request.purpose));
  meters_.in_flight.set(--in_flight_);
  const auto now = ticks();
  count.ns.add(now - x->submitted_at);
  admission_.left(now, in_flight_, lane_.busy_since());
  if (!x->done && !x->denied) x->denied = oauth::lost();
  if (x->denied) return refuse(std::move(x));
  count.ok.add();
  journal_.queried(*x);
  tell(std::move(x));
}

void port::finish(oauth::mint_handle x) {
  if (x->minted) meters_.minted.add();
  journal_.minted(*x);
  tell(std::move(x));
}

void port::finish(oauth::admin_handle x) {
  journal_.administered(*x);
  tell(std::move(x));
}

void port::come_home(oauth::exchange* x) noexcept {
  auto found = std::make_shared<stray>();
  found->x.reset(x);
  lane_.post([this, found] { returned(std::move(found->x)); });
}

void port::returned(std::unique_ptr<oauth::exchange> x) {
  if (dynamic_cast<oauth::mint_exchange*>(x.get()) != nullptr) {
    finish(oauth::mint_handle{static_cast<oauth::mint_exchange*>(x.release())});
    return;
  }
  if (dynamic_cast<oauth::admin_exchange*>(x.get()) != nullptr) {
    finish(oauth::admin_handle{static_cast<oauth::admin_exchange*>(x.release())});
    return;
  }
  // Nothing of a question about a token needs to be taken back.
  if (dynamic_cast<oauth::query_exchange*>(x.get()) != nullptr) {
    finish(oauth::query_handle{static_cast<oauth::query_exchange*>(x.release())});
    return;
  }
  auto token = oauth::token_handle{static_cast<oauth::token_exchange*>(x.release())};
  // Consumed, but no octet of an answer has left: the grant may be released (COM-02).
  if (token->consumed && !token->is_answered() && !token->release_tried && routes_) {
    token->release_tried = true;
    const auto& stores = routes_->code_stores;
    const auto shard = token->code.where.shard(stores.size());
    caf::anon_send(stores[shard], release_atom_v, token_batch{std::move(token)});
    return;
  }
  finish(std::move(token));
}

}  // namespace mintage::actors
