#include "actors/code_store.hpp"

#include <algorithm>
#include <caf/actor_cast.hpp>
#include <caf/send.hpp>
#include <utility>

#include "actors/dealing.hpp"
#include "actors/member.hpp"

namespace mintage::actors {
namespace {

using pointer = code_store_actor::stateful_pointer<code_store_state>;

/// Size of the groups for signers: answers of one group are sent while the next is signed.
constexpr std::size_t signed_at_once = 16;

/// Sends the exchanges of one commit to the signers of this actor's own I/O thread.
template <class Handle>
void to_signers(pointer self, std::vector<Handle> some) {
  auto& s = self->state;
  const auto& signers = s.to->signers;
  const auto io_threads = s.to->http.size();
  s.meters->sent_to_signers.add(some.size());
  for (auto first = std::size_t{0}; first < some.size(); first += signed_at_once) {
    const auto last = std::min(first + signed_at_once, some.size());
    auto part = std::vector<Handle>{
        std::make_move_iterator(some.begin() + static_cast<std::ptrdiff_t>(first)),
        std::make_move_iterator(some.begin() + static_cast<std::ptrdiff_t>(last))};
    self->send(signers[next_on_io_thread(io_thread_of(s.index, io_threads), io_threads,
                                         signers.size(), s.next_signer++)],
               sign_atom_v, batch<Handle>{std::move(part)});
  }
}

/// Sends exchanges on whose replay id is recorded: to the shard of the next one, or to the stage
/// that their validator has chosen.
template <class Handle>
void send_on(pointer self, std::vector<Handle> recorded) {
  auto ways = std::vector<next_stage>{};
  ways.reserve(recorded.size());
  for (const auto& x : recorded)
    ways.push_back(x->replay_ids.empty() ? x->after : next_stage::record);
  auto aside = std::vector<Handle>{};  // stays empty: no proof is recorded before its secret
  auto to_sign = std::vector<Handle>{};
  deal(self, std::move(recorded), std::span<const next_stage>{ways}, aside, to_sign);
  to_signers(self, std::move(to_sign));
}

/// Sends requests that were looked for to a validator of this actor's own I/O thread.
void to_validator(pointer self, std::vector<service::authorization_handle> some) {
  auto& s = self->state;
  const auto io_threads = s.to->http.size();
  const auto& validators = s.to->validators;
  s.meters->sent_to_validators.add(some.size());
  self->send(validators[next_on_io_thread(io_thread_of(s.index, io_threads), io_threads,
                                          validators.size(), s.next_validator++)],
             validate_atom_v, authorization_batch{std::move(some)});
}

/// Everything in the mailbox now precedes the flush message, and will be one commit.
void flush_later(pointer self) {
  if (self->state.flush_sent) return;
  self->state.flush_sent = true;
  self->send(code_store_actor{self}, flush_atom_v);
}

template <class Handle>
void collect(pointer self, std::vector<Handle>& into, std::vector<Handle> some) {
  self->state.meters->taken.add(some.size());
  if (into.empty())
    into = std::move(some);
  else
    std::move(some.begin(), some.end(), std::back_inserter(into));
}

/// Takes up to `most` from the front.
template <class Handle>
std::vector<Handle> take(std::vector<Handle>& from, std::size_t most) {
  if (from.size() <= most) return std::exchange(from, {});
  const auto end = from.begin() + static_cast<std::ptrdiff_t>(most);
  auto some =
      std::vector<Handle>{std::make_move_iterator(from.begin()), std::make_move_iterator(end)};
  from.erase(from.begin(), end);
  return some;
}

void flush(pointer self, std::size_t batch_max) {
  auto& s = self->state;
  const auto busy = busy_scope{*s.meters};
  s.flush_sent = false;
  if (!s.to_record.empty()) s.work->replays.record(take(s.to_record, batch_max));
  if (!s.queries_to_record.empty()) s.work->replays.record(take(s.queries_to_record, batch_max));
  if (!s.authorizations_to_record.empty())
    s.work->replays.record(take(s.authorizations_to_record, batch_max));
  if (!s.to_keep.empty()) s.work->requests.keep(take(s.to_keep, batch_max));
  if (!s.to_find.empty()) s.work->requests.find(take(s.to_find, batch_max));
  if (!s.accepted.empty()) s.work->codes.put(take(s.accepted, batch_max));
  if (!s.mints.empty()) s.work->codes.put(take(s.mints, batch_max));
  if (!s.redemptions.empty()) s.work->codes.redeem(take(s.redemptions, batch_max));
  if (!s.refreshes.empty()) s.work->families.refresh(take(s.refreshes, batch_max));
  if (!s.issues.empty()) s.work->opaque.issue(take(s.issues, batch_max));
  if (!s.releases.empty()) s.work->codes.release(take(s.releases, batch_max));
  if (!s.queries.empty()) s.work->questions.query(take(s.queries, batch_max));
  if (!s.mints.empty() || !s.redemptions.empty() || !s.refreshes.empty() || !s.issues.empty() ||
      !s.releases.empty() || !s.queries.empty() || !s.to_record.empty() ||
      !s.queries_to_record.empty() || !s.authorizations_to_record.empty() || !s.to_keep.empty() ||
      !s.to_find.empty() || !s.accepted.empty())
    flush_later(self);
}

/// The engine's path to this actor. It must not keep the actor alive, because the actor owns the
/// shard, which owns this function.
storage::owner way_back(pointer self) {
  return [self_address = self->address()](std::function<void()> run) {
    if (const auto strong = caf::actor_cast<caf::strong_actor_ptr>(self_address))
      caf::anon_send(caf::actor_cast<code_store_actor>(strong), run_atom_v,
                     task{std::make_shared<std::function<void()>>(std::move(run))});
  };
}

/// Delays fsyncs until this actor's I/O thread has nothing else to do.
storage::owner when_idle(const code_store_setup& setup, std::size_t index) {
  if (setup.io_threads.empty()) return {};
  auto& io_thread = *setup.io_threads[io_thread_of(index, setup.io_threads.size())];
  return [&io_thread](std::function<void()> run) { io_thread.post_when_idle(std::move(run)); };
}

}  // namespace

code_store_actor::behavior_type code_store(pointer self, std::size_t index,
                                           const code_store_setup* setup) {
  self->state.index = index;
  self->state.meters = &setup->meters.at(index);
  self->state.work.emplace(
      *setup, index,
      setup->engine.open_shard(index, setup->shards_count, way_back(self),
                               when_idle(*setup, index)),
      shard_exits{
          [self](std::vector<service::token_handle> some) { to_signers(self, std::move(some)); },
          [self](std::vector<service::token_handle> some) {
            send_replies(self, *self->state.to, std::move(some));
          },
          [self](std::vector<service::mint_handle> some) {
            send_replies(self, *self->state.to, std::move(some));
          },
          [self](std::vector<service::query_handle> some) { to_signers(self, std::move(some)); },
          [self](std::vector<service::query_handle> some) {
            send_replies(self, *self->state.to, std::move(some));
          },
          [self](std::vector<service::token_handle> some) { send_on(self, std::move(some)); },
          [self](std::vector<service::query_handle> some) { send_on(self, std::move(some)); },
          [self](std::vector<service::authorization_handle> some) {
            to_signers(self, std::move(some));
          },
          [self](std::vector<service::authorization_handle> some) {
            send_replies(self, *self->state.to, std::move(some));
          },
          [self](std::vector<service::authorization_handle> some) {
            send_on(self, std::move(some));
          },
          [self](std::vector<service::authorization_handle> some) {
            to_validator(self, std::move(some));
          },
          [self](session_search_handle found) {
            self->send(self->state.to->logout_notifier, found_atom_v,
                       session_search_batch{std::move(found)});
          }});
  return {
      [self](redeem_atom, const token_batch& b) {
        collect(self, self->state.redemptions, b.take());
        flush_later(self);
      },
      [self](refresh_atom, const token_batch& b) {
        collect(self, self->state.refreshes, b.take());
        flush_later(self);
      },
      [self](issue_atom, const token_batch& b) {
        collect(self, self->state.issues, b.take());
        flush_later(self);
      },
      [self](query_atom, const query_batch& b) {
        collect(self, self->state.queries, b.take());
        flush_later(self);
      },
      [self](put_atom, const mint_batch& b) {
        collect(self, self->state.mints, b.take());
        flush_later(self);
      },
      [self](record_atom, const token_batch& b) {
        collect(self, self->state.to_record, b.take());
        flush_later(self);
      },
      [self](record_atom, const query_batch& b) {
        collect(self, self->state.queries_to_record, b.take());
        flush_later(self);
      },
      [self](put_atom, const authorization_batch& b) {
        collect(self, self->state.accepted, b.take());
        flush_later(self);
      },
      [self](record_atom, const authorization_batch& b) {
        collect(self, self->state.authorizations_to_record, b.take());
        flush_later(self);
      },
      [self](keep_atom, const authorization_batch& b) {
        collect(self, self->state.to_keep, b.take());
        flush_later(self);
      },
      [self](find_atom, const authorization_batch& b) {
        collect(self, self->state.to_find, b.take());
        flush_later(self);
      },
      [self](find_atom, const session_search_batch& b) {
        when_ready(self, b, [](pointer me, const session_search_batch& some) {
          me->state.work->sessions.find(some.take());
        });
      },
      [self](release_atom, const token_batch& b) {
        auto some = b.take();
        std::move(some.begin(), some.end(), std::back_inserter(self->state.releases));
        flush_later(self);
      },
      [self, batch_max = setup->batch_max](flush_atom message) {
        when_ready(self, message, [batch_max](pointer me, flush_atom) { flush(me, batch_max); });
      },
      [self](run_atom, const task& t) {
        const auto busy = busy_scope{*self->state.meters};
        (*t.run)();
      },
      [self](publish_atom, const oauth::registry_snapshot& clients) {
        self->state.work->publish(clients);
        begin_if_ready(self);
      },
      [self](routes_atom, const routes_ptr& to) {
        self->state.to = to;
        begin_if_ready(self);
      },
  };
}

}  // namespace mintage::actors
