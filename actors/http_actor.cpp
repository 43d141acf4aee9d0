#include "actors/http_actor.hpp"

namespace mintage::actors {
namespace {

/// Messages handled before the sockets of the thread get their turn again.
constexpr std::size_t messages_per_turn = 64;

}  // namespace

http_actor_on_lane::http_actor_on_lane(caf::actor_config& cfg, port& p)
    : on_lane<http_actor::base>{cfg, p.lane(), messages_per_turn}, port_{p} {}

http_actor_on_lane::behavior_type http_actor_on_lane::make_behavior() {
  const auto finish_all = [this](auto handles) {
    for (auto& x : handles) port_.finish(std::move(x));
  };
  return {
      [=](reply_atom, const token_batch& b) { finish_all(b.take()); },
      [=](reply_atom, const query_batch& b) { finish_all(b.take()); },
      [=](reply_atom, const mint_batch& b) { finish_all(b.take()); },
      [=](reply_atom, const admin_batch& b) { finish_all(b.take()); },
      [this](publish_atom, const oauth::registry_snapshot& clients) { port_.publish(clients); },
      [this](publish_atom, const documents& d) { port_.publish(d); },
      [this](publish_atom, const oauth::key_snapshot& keys) { port_.publish(keys); },
      [this](routes_atom, const routes_ptr& r) { port_.reroute(r); },
  };
}

}  // namespace mintage::actors
