#include "actors/stages/code_drawing.hpp"

#include <chrono>
#include <utility>

#include "actors/stages/token_validator.hpp"

namespace mintage::actors {

std::optional<oauth::admin_error> code_drawing::draw(service::drawn_code& to,
                                                     oauth::mint_request&& wanted,
                                                     const oauth::client_registry& clients,
                                                     oauth::instant now,
                                                     std::optional<oauth::slot> near) {
  auto code = oauth::check_mint(clients, std::move(wanted), now, setup_.rules, setup_.pairwise_key);
  if (!code) return std::move(code.error());
  to.expires_in = std::chrono::duration_cast<oauth::seconds>(code->expires - now);
  to.code = std::move(*code);
  const auto& who = to.code->who;
  if (!who.sid.empty() && !clients.find(who.client_id)->backchannel_logout_uri.empty()) {
    to.session = oauth::mark_session(who.sid, who.client_id, now, setup_.rules, hash_);
    near = to.session->name.where;
  }
  to.text = oauth::make_code(near ? *near : draw_slot(), random_);
  to.where = oauth::find_code(to.text.reveal(), hash_).value();
  return std::nullopt;
}

oauth::slot code_drawing::draw_slot() {
  constexpr auto most_draws = 256;
  auto drawn = oauth::slot::draw(random_);
  if (setup_.engine == nullptr) return drawn;
  for (auto i = 1; i < most_draws && !setup_.engine->serves(drawn); ++i)
    drawn = oauth::slot::draw(random_);
  return drawn;
}

}  // namespace mintage::actors
