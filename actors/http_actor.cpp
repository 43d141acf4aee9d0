#include "actors/http_actor.hpp"

namespace mintage::actors {
namespace {

/// Messages handled before the sockets of the thread are served again.
constexpr std::size_t messages_per_turn = 64;

}  // namespace

http_actor_on_io_thread::http_actor_on_io_thread(caf::actor_config& cfg, request_gateway& p,
                                                 const member_place& place)
    : on_io_thread<http_actor::base>{cfg, p.io_thread(), messages_per_turn},
      gateway_{p},
      place_{place} {
  end_silently_on_exceptions(*this);
}

http_actor_on_io_thread::behavior_type http_actor_on_io_thread::make_behavior() {
  const auto finish_all = [this](auto handles) {
    for (auto& x : handles) gateway_.finish(std::move(x));
  };
  return {
      [=](reply_atom, const token_batch& b) { finish_all(b.take()); },
      [=](reply_atom, const query_batch& b) { finish_all(b.take()); },
      [=](reply_atom, const mint_batch& b) { finish_all(b.take()); },
      [=](reply_atom, const admin_batch& b) { finish_all(b.take()); },
      [=](reply_atom, const authorization_batch& b) { finish_all(b.take()); },
      [this](publish_atom, const oauth::registry_snapshot& clients) { gateway_.publish(clients); },
      [this](publish_atom, const documents& d) { gateway_.publish(d); },
      [this](publish_atom, const oauth::key_snapshot& keys) { gateway_.publish(keys); },
      [this](tick_atom) { gateway_.tick(); },
      [this](routes_atom, const routes_ptr& r) {
        gateway_.reroute(r);
        place_.note_working();
      },
  };
}

}  // namespace mintage::actors
