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

template <class Handle>
void sign_all(pointer self, const batch<Handle>& b) {
  auto& s = self->state;
  const auto busy = busy_scope{*s.meters};
  auto handles = b.take();
  s.meters->taken.add(handles.size());
  s.work->sign(handles);
  // The others return unanswered: their consumption is released, then 503 (COM-02).
  std::erase_if(handles, [](const Handle& x) { return !is_signed(*x); });
  send_replies(self, *s.to, std::move(handles));
}

}  // namespace

signer_actor::behavior_type signer(pointer self, std::size_t index, const signer_setup* setup) {
  self->state.meters = &setup->meters.at(index);
  self->state.work.emplace(*setup, index);
  return {
      [self](sign_atom, const token_batch& b) {
        when_ready(self, b, sign_all<service::token_handle>);
      },
      [self](sign_atom, const query_batch& b) {
        when_ready(self, b, sign_all<service::query_handle>);
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
