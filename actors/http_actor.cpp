#include "actors/http_actor.hpp"

namespace mintage::actors {
namespace {

/// Messages handled before the sockets of the thread get their turn again.
constexpr std::size_t messages_per_turn = 64;

}  // namespace

http_actor_on_lane::http_actor_on_lane(caf::actor_config& cfg, port& p)
    : http_actor::base{cfg}, port_{p}, unit_{&cfg.host->system()} {}

void http_actor_on_lane::enqueue(caf::mailbox_element_ptr message, caf::execution_unit*) {
  // Nobody requests a response from this actor, so a closed mailbox needs no bounce: the message is
  // destroyed here, and the exchanges in it come home through their port.
  if (mailbox().push_back(std::move(message)) != caf::intrusive::inbox_result::unblocked_reader)
    return;
  caf::intrusive_ptr_add_ref(ctrl());  // held until the mailbox is empty again
  port_.lane().post([this] { run(); });
}

void http_actor_on_lane::run() {
  if (resume(&unit_, messages_per_turn) == caf::resumable::resume_later) {
    port_.lane().post([this] { run(); });
  } else {
    caf::intrusive_ptr_release(ctrl());
  }
}

http_actor_on_lane::behavior_type http_actor_on_lane::make_behavior() {
  const auto finish_all = [this](auto handles) {
    for (auto& x : handles) port_.finish(std::move(x));
  };
  return {
      [=](reply_atom, const token_batch& b) { finish_all(b.take()); },
      [=](reply_atom, const mint_batch& b) { finish_all(b.take()); },
      [=](reply_atom, const admin_batch& b) { finish_all(b.take()); },
      [this](publish_atom, const documents& d) { port_.publish(d); },
      [this](publish_atom, const oauth::key_snapshot& keys) { port_.publish(keys); },
      [this](routes_atom, const routes_ptr& r) { port_.reroute(r); },
  };
}

}  // namespace mintage::actors
