#include "actors/signer.hpp"

#include <utility>

#include "actors/member.hpp"

namespace mintage::actors {
namespace {

using pointer = signer_actor::stateful_pointer<signer_state>;

bool is_signed(const service::token_exchange& x) noexcept {
  return x.is_answered();
}
bool is_signed(const service::query_exchange& x) noexcept {
  return x.done;
}
bool is_signed(const service::authorization_exchange& x) noexcept {
  return x.is_answered();
}

template <class Handle>
void sign_all(pointer self, std::vector<Handle> handles) {
  if (handles.empty()) return;
  auto& s = self->state;
  s.work->sign(handles);
  // The others return unanswered: their consumption is released, then 503 (COM-02).
  std::erase_if(handles, [](const Handle& x) { return !is_signed(*x); });
  send_replies(self, *s.to, std::move(handles));
}

template <class Handle>
std::vector<Handle> take(pointer self, const batch<Handle>& b) {
  auto handles = b.take();
  self->state.meters->taken.add(handles.size());
  return handles;
}

template <class Batch>
void sign_now(pointer self, const Batch& b) {
  const auto busy = busy_scope{*self->state.meters};
  sign_all(self, take(self, b));
}

/// Signs what fills the lanes. The rest waits: more of it may come from requests that are ready.
void sign_in_lanes(pointer self, const token_batch& b, const signer_setup& setup) {
  auto& s = self->state;
  s.waiting.add(take(self, b));
  sign_all(self, s.waiting.take_full());
  if (!s.waiting.empty()) flush_when_idle<signer_actor>(self, setup.io_threads);
}

}  // namespace

signer_actor::behavior_type signer(pointer self, std::size_t index, const signer_setup* setup) {
  self->state.index = index;
  self->state.meters = &setup->meters.at(index);
  self->state.work.emplace(*setup, index);
  return {
      [self, setup](sign_atom, const token_batch& b) {
        when_ready(self, b, [setup](pointer me, const token_batch& x) {
          const auto busy = busy_scope{*me->state.meters};
          if (setup->signs_in_lanes())
            sign_in_lanes(me, x, *setup);
          else
            sign_all(me, take(me, x));
        });
      },
      [self](sign_atom, const query_batch& b) { when_ready(self, b, sign_now<query_batch>); },
      [self](sign_atom, const authorization_batch& b) {
        when_ready(self, b, sign_now<authorization_batch>);
      },
      [self](flush_atom) {
        const auto busy = busy_scope{*self->state.meters};
        self->state.flush_asked = false;
        sign_all(self, self->state.waiting.take_all());
      },
      [self](publish_atom, const oauth::key_snapshot& keys) {
        self->state.work->publish(keys);
        begin_if_ready(self);
      },
      [self](routes_atom, const routes_ptr& to) {
        self->state.to = to;
        begin_if_ready(self);
      },
  };
}

}  // namespace mintage::actors
