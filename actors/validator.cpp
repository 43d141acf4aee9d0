#include "actors/validator.hpp"

#include <algorithm>
#include <iterator>
#include <optional>
#include <span>
#include <type_traits>
#include <utility>

#include "actors/dealing.hpp"
#include "actors/member.hpp"

namespace mintage::actors {
namespace {

using pointer = validator_actor::stateful_pointer<validator_state>;

using next = token_validator::next;

template <class Handle>
void to_hashers(pointer self, std::vector<Handle> some) {
  auto& s = self->state;
  s.meters->sent_to_hashers.add(some.size());
  for (auto& x : some) {
    s.slow->push({std::move(x), s.index});
    self->send(s.to->hashers[s.next_hasher++ % s.to->hashers.size()], verify_atom_v);
  }
}

/// Tells the hashers of all that waits: a hasher that has ended may have been told of it. One that
/// finds the queue empty does nothing.
void wake_hashers(pointer self) {
  auto& s = self->state;
  for (auto left = s.slow->waiting(); left != 0; --left)
    self->send(s.to->hashers[s.next_hasher++ % s.to->hashers.size()], verify_atom_v);
}

template <class Handle>
void to_signer(pointer self, std::vector<Handle> some) {
  if (some.empty()) return;
  auto& s = self->state;
  s.meters->sent_to_signers.add(some.size());
  const auto io_threads = s.to->http.size();
  const auto& signer = s.to->signers[next_on_io_thread(
      io_thread_of(s.index, io_threads), io_threads, s.to->signers.size(), s.next_signer++)];
  self->send(signer, sign_atom_v, batch<Handle>{std::move(some)});
}

template <class Handle>
void to_key_fetcher(pointer self, std::vector<Handle> some) {
  if (some.empty()) return;
  auto& s = self->state;
  s.meters->sent_to_key_fetcher.add(some.size());
  auto all = std::vector<key_wait>{};
  for (auto& x : some) {
    auto what = std::move(*std::exchange(x->wanted_keys, std::nullopt));
    all.push_back({std::move(x), std::move(what), s.index, {}});
  }
  self->send(s.to->key_fetcher, fetch_atom_v, key_wait_batch{std::move(all)});
}

/// Sends the exchanges of a batch to their next stages.
/// @param ways the next stage of each.
template <class Handle>
void send_on(pointer self, std::vector<Handle> handles, std::span<const next> ways) {
  auto aside = std::vector<Handle>{};
  auto to_sign = std::vector<Handle>{};
  deal(self, std::move(handles), ways, aside, to_sign);
  if constexpr (!std::is_same_v<Handle, service::mint_handle>) {
    const auto to_fetch = std::stable_partition(
        aside.begin(), aside.end(), [](const auto& x) { return !x->wanted_keys.has_value(); });
    to_key_fetcher(self, std::vector<Handle>{std::make_move_iterator(to_fetch),
                                             std::make_move_iterator(aside.end())});
    aside.erase(to_fetch, aside.end());
    to_hashers(self, std::move(aside));
    to_signer(self, std::move(to_sign));
  }
}

/// Whether a request comes with a signature of its client.
bool is_signed(const service::token_exchange& x) noexcept {
  return x.dpop.has_value() || !x.request.who.assertion.empty();
}
bool is_signed(const service::query_exchange& x) noexcept {
  return x.dpop.has_value() || !x.request.who.assertion.empty();
}
bool is_signed(const service::authorization_exchange& x) noexcept {
  using parameter = oauth::authorization_parameter;
  return x.dpop.has_value() || !x.request.who.assertion.empty() ||
         x.request.sent.has(parameter::request) || x.request.sent.has(parameter::id_token_hint) ||
         !x.logout.id_token_hint.empty();
}

auto& waiting_of(validator_state& s, const service::token_handle*) {
  return s.signed_requests;
}
auto& waiting_of(validator_state& s, const service::query_handle*) {
  return s.signed_queries;
}
auto& waiting_of(validator_state& s, const service::authorization_handle*) {
  return s.signed_authorizations;
}

template <class Handle>
void check(pointer self, std::vector<Handle> handles) {
  if (handles.empty()) return;
  const auto ways = self->state.work->check(std::span<const Handle>{handles});
  send_on(self, std::move(handles), ways);
}

/// Checks what needs no verification, and the requests that fill the lanes. The rest waits: more of
/// it may come from connections that are ready.
template <class Handle>
void check_in_lanes(pointer self, std::vector<Handle> handles, const validator_setup& setup) {
  const auto with_signature = std::stable_partition(handles.begin(), handles.end(),
                                                    [](const auto& x) { return !is_signed(*x); });
  if (with_signature == handles.end()) return check(self, std::move(handles));
  auto& waiting = waiting_of(self->state, handles.data());
  waiting.add({std::make_move_iterator(with_signature), std::make_move_iterator(handles.end())});
  handles.erase(with_signature, handles.end());
  check(self, std::move(handles));
  check(self, waiting.take_full());
  if (!waiting.empty()) flush_when_idle<validator_actor>(self, setup.io_threads);
}

/// The handler of a batch.
template <class Handle>
auto taker(const validator_setup* setup) {
  return [setup](pointer self, const batch<Handle>& b) {
    static_cast<void>(setup);  // mints have no signatures
    auto& s = self->state;
    auto handles = b.take();
    s.meters->taken.add(handles.size());
    const auto busy = busy_scope{*s.meters};
    if constexpr (!std::is_same_v<Handle, service::mint_handle>)
      if (setup->verifies_in_lanes()) return check_in_lanes(self, std::move(handles), *setup);
    check(self, std::move(handles));
  };
}

void flush(pointer self) {
  auto& s = self->state;
  const auto busy = busy_scope{*s.meters};
  s.flush_asked = false;
  check(self, s.signed_requests.take_all());
  check(self, s.signed_queries.take_all());
  check(self, s.signed_authorizations.take_all());
}

template <class Handle>
void settle(pointer self, const batch<Handle>& b) {
  auto& s = self->state;
  auto handles = b.take();
  const auto busy = busy_scope{*s.meters};
  const auto ways = s.work->settle(std::span<const Handle>{handles});
  send_on(self, std::move(handles), ways);
}

}  // namespace

validator_actor::behavior_type validator(pointer self, std::size_t index,
                                         const validator_setup* setup) {
  self->state.index = index;
  self->state.slow = setup->slow;
  self->state.meters = &setup->meters.at(index);
  self->state.work.emplace(*setup);
  return {
      [self, setup](validate_atom, const token_batch& b) {
        when_ready(self, b, taker<service::token_handle>(setup));
      },
      [self, setup](validate_atom, const query_batch& b) {
        when_ready(self, b, taker<service::query_handle>(setup));
      },
      [self, setup](validate_atom, const mint_batch& b) {
        when_ready(self, b, taker<service::mint_handle>(setup));
      },
      [self, setup](validate_atom, const authorization_batch& b) {
        when_ready(self, b, taker<service::authorization_handle>(setup));
      },
      [self](flush_atom) { flush(self); },
      // A hasher may learn of a new validator before that one has the clients.
      [self](verified_atom, const token_batch& b) {
        when_ready(self, b, settle<service::token_handle>);
      },
      [self](verified_atom, const query_batch& b) {
        when_ready(self, b, settle<service::query_handle>);
      },
      [self](verified_atom, const authorization_batch& b) {
        when_ready(self, b, settle<service::authorization_handle>);
      },
      [self](publish_atom, const oauth::registry_snapshot& clients) {
        self->state.work->publish(clients);
        begin_if_ready(self);
      },
      [self](publish_atom, const oauth::key_snapshot& keys) {
        self->state.work->publish(keys);
        begin_if_ready(self);
      },
      [self](publish_atom, const oauth::remote_keys_snapshot& keys) {
        self->state.work->publish(keys);
      },
      [self](routes_atom, const routes_ptr& to) {
        self->state.to = to;
        wake_hashers(self);
        begin_if_ready(self);
      },
  };
}

}  // namespace mintage::actors
