/// @file
/// A connection of the health listener. Internal to net/.
#pragma once

#include "net/connection.hpp"

namespace mintage::net {

/// Answers /livez and /readyz to any peer, without a token: a balancer on another host cannot reach
/// the admin listener. Nothing else is there.
class health_session final : public connection {
 public:
  health_session(event_loop& l, const options& o, connection_gate& gate, channel to_peer)
      : connection{l, o, gate, std::move(to_peer), 0} {}

  void answered(service::exchange&) noexcept override {}

 private:
  void on_head() override;
  void on_body() override;
};

}  // namespace mintage::net
