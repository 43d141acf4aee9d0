#include "actors/stages/logout_delivery.hpp"

#include <algorithm>
#include <exception>
#include <utility>

#include "crypto/base64.hpp"
#include "storage/codec.hpp"

namespace mintage::actors {
namespace {

using service::fetch_failure;

/// Whether nothing was sent because this server is busy: that is no try.
bool is_own_fault(fetch_failure why) noexcept {
  return why == fetch_failure::no_room || why == fetch_failure::limited ||
         why == fetch_failure::stopped;
}

}  // namespace

void logout_delivery::publish(oauth::registry_snapshot clients) {
  if (clients == clients_) return;
  clients_ = std::move(clients);
  concerned_.clear();
  clients_->for_each([this](const oauth::client& c) {
    if (!c.backchannel_logout_uri.empty()) concerned_.push_back(c.id);
  });
  std::erase_if(receivers_, [this](const auto& r) {
    return r.second.in_flight == 0 && clients_->find(r.first) == nullptr;
  });
}

void logout_delivery::publish(const oauth::key_snapshot& keys) {
  contexts_.clear();
  for (const auto& k : keys->keys) {
    if (k.state != oauth::key_state::active) continue;
    contexts_.insert_or_assign(
        k.key.alg(),
        context{crypto::jws_signer{k.key}, crypto::jose_header(k.key, oauth::logout_token_type)});
  }
}

session_search_handle logout_delivery::begin(service::admin_handle& x) {
  if (concerned_.empty()) {
    x->answer = oauth::removed{};
    return nullptr;
  }
  auto search = std::make_unique<session_search>();
  search->sid = std::get<oauth::cut_off>(x->call).name;
  const auto now = setup_.clock.now();
  const auto rules = with_lives(setup_.rules, counting_lives(setup_.lives, setup_.rules));
  for (const auto& id : concerned_) {
    for (const auto& name : oauth::find_session_client(search->sid, id, now, rules, hash_)) {
      search->keys.push_back(storage::record_key::of(name));
      search->clients.push_back(id);
    }
  }
  search->asked = std::move(x);
  return search;
}

void logout_delivery::queue(session_search& found) {
  const auto now = setup_.clock.now();
  auto entries = std::vector<storage::outbox_entry>{};
  auto notices = std::map<storage::outbox_id, oauth::logout_notice>{};
  auto told = std::string{};  // the records of one client follow each other
  for (auto i = std::size_t{0}; i < found.found.size(); ++i) {
    if (found.found[i].what == storage::verdict::unknown) return;
    if (found.found[i].what != storage::verdict::ok || found.clients[i] == told) continue;
    auto sub = storage::decode_session_client(found.found[i].value);
    if (!sub) continue;
    told = found.clients[i];
    auto id = random_.take<16>();
    const auto mark = mark_of(told);
    std::copy(mark.begin(), mark.end(), id.begin());
    auto notice = oauth::logout_notice{.client_id = told,
                                       .sub = std::move(*sub),
                                       .sid = found.sid,
                                       .jti = crypto::base64url(id),
                                       .created = now};
    entries.push_back({.id = id, .due = now, .tries = 0, .value = storage::encode(notice)});
    notices.emplace(id, std::move(notice));
  }
  try {
    if (!entries.empty())
      for (const auto& id : setup_.outbox.add(entries)) {
        setup_.meters.of(logout_result::no_room).add();
        setup_.journal.logout_told(notices.at(id), 0, to_string(logout_result::no_room));
      }
    found.asked->answer = oauth::removed{};
  } catch (const storage::storage_error&) {
    found.asked->error = oauth::admin_error{oauth::errc::temporarily_unavailable,
                                            "what clients are to be told could not be stored"};
  }
}

/// What the ids of a client's entries begin with.
storage::outbox_receiver logout_delivery::mark_of(std::string_view client_id) {
  const auto whole = hash_(client_id);
  auto out = storage::outbox_receiver{};
  std::copy_n(whole.begin(), out.size(), out.begin());
  return out;
}

std::vector<storage::outbox_receiver> logout_delivery::without_room() {
  auto out = std::vector<storage::outbox_receiver>{};
  for (const auto& [id, r] : receivers_)
    if (!r.has_room()) out.push_back(mark_of(id));
  return out;
}

std::vector<logout_order> logout_delivery::take_due() {
  auto orders = std::vector<logout_order>{};
  if (setup_.sender == nullptr) return orders;
  const auto now = setup_.clock.now();
  try {
    for (auto is_any = true; is_any && in_flight_.size() < most_in_flight;) {
      const auto room = std::min(most_in_flight - in_flight_.size(), most_of_one_client);
      is_any = false;
      for (const auto& e : setup_.outbox.claim(room, without_room(), now, now + lease)) {
        auto o = order_of(e);
        if (!o) continue;
        orders.push_back(std::move(*o));
        is_any = true;
      }
    }
  } catch (const storage::storage_error&) {
    // What was claimed is claimed again at the end of its lease.
  }
  setup_.meters.in_flight.set(in_flight_.size());
  return orders;
}

std::optional<logout_order> logout_delivery::order_of(const storage::outbox_entry& e) {
  if (in_flight_.contains(e.id)) return std::nullopt;  // it takes longer than its lease
  auto notice = storage::decode_logout_notice(e.value);
  if (!notice) {
    outcomes_.push_back({e.id, std::nullopt});
    return std::nullopt;
  }
  auto f = flight{std::move(*notice), e.tries};
  const auto* const c = clients_->find(f.notice.client_id);
  const auto gone = [&](std::string_view why) {
    give_up(e.id, f, why);
    return std::nullopt;
  };
  if (c == nullptr || c->backchannel_logout_uri.empty()) return gone("client_gone");
  if (setup_.clock.now() - f.notice.created > longest_wait) return gone("too_old");
  const auto known = receivers_.find(c->id);
  if (known != receivers_.end() && !known->second.has_room()) {
    try_later(e.id, e.tries - 1, pauses.front());
    return std::nullopt;
  }
  const auto token = make_token(f.notice, c->id_token_alg);
  if (token.empty()) {
    fail(e.id, f, "no_key");
    return std::nullopt;
  }
  ++receivers_[c->id].in_flight;
  in_flight_.emplace(e.id, std::move(f));
  return logout_order{e.id, c->backchannel_logout_uri, oauth::logout_form(token)};
}

/// @returns an empty text when there is no such key, or no signature that verifies.
std::string logout_delivery::make_token(const oauth::logout_notice& n, crypto::jws_alg alg) {
  const auto found = contexts_.find(alg);
  if (found == contexts_.end()) return {};
  auto& [signer, header] = found->second;
  auto claims = std::string{};
  oauth::append_logout_claims(claims, n, setup_.clock.now(), setup_.rules);
  auto token = std::string{};
  try {
    signer.append_compact(token, header, claims);
  } catch (const std::exception&) {
    return {};
  }
  if (crypto::verify_compact(signer.key().public_part(), token)) return token;
  setup_.journal.signature_failed(signer.key(), "openssl");
  return {};
}

void logout_delivery::conclude(const storage::outbox_id& id,
                               const service::fetch_outcome& outcome) {
  const auto found = in_flight_.find(id);
  if (found == in_flight_.end()) return;
  const auto& f = found->second;
  const auto to = receivers_.find(f.notice.client_id);
  --to->second.in_flight;
  if (outcome || !is_own_fault(outcome.error())) to->second.is_failing = !outcome;
  if (to->second.in_flight == 0 && !to->second.is_failing) receivers_.erase(to);
  if (outcome) {
    outcomes_.push_back({id, std::nullopt});
    setup_.meters.of(logout_result::ok).add();
    setup_.journal.logout_told(f.notice, f.tries, {});
  } else if (is_own_fault(outcome.error())) {
    try_later(id, f.tries - 1, pauses.front());
  } else {
    fail(id, f, to_string(outcome.error()));
  }
}

void logout_delivery::fail(const storage::outbox_id& id, const flight& f, std::string_view why) {
  if (f.tries > pauses.size()) {
    outcomes_.push_back({id, std::nullopt});
    setup_.meters.of(logout_result::failed).add();
    return setup_.journal.logout_told(f.notice, f.tries, why);
  }
  setup_.meters.retries.add();
  try_later(id, f.tries, pauses[f.tries - 1]);
}

void logout_delivery::give_up(const storage::outbox_id& id, const flight& f, std::string_view why) {
  outcomes_.push_back({id, std::nullopt});
  setup_.meters.of(logout_result::dropped).add();
  setup_.journal.logout_told(f.notice, f.tries, why);
}

void logout_delivery::try_later(const storage::outbox_id& id, std::uint32_t tries,
                                oauth::seconds pause) {
  outcomes_.push_back(
      {id, storage::outbox_outcome::postponement{setup_.clock.now() + pause, tries}});
}

void logout_delivery::settle() {
  if (outcomes_.empty()) return;
  try {
    setup_.outbox.settle(outcomes_);
  } catch (const storage::storage_error&) {
    return;
  }
  for (const auto& o : outcomes_) in_flight_.erase(o.id);
  outcomes_.clear();
  setup_.meters.in_flight.set(in_flight_.size());
}

void logout_delivery::measure() {
  try {
    setup_.meters.waiting.set(setup_.outbox.size());
  } catch (const storage::storage_error&) {
    // The gauge keeps its value.
  }
}

}  // namespace mintage::actors
