#include <algorithm>
#include <utility>

#include "tests/sim/simulation_run.hpp"

namespace mintage::sim {

std::string refresh_token_in(const std::string& body) {
  constexpr auto name = std::string_view{R"("refresh_token":")"};
  const auto at = body.find(name);
  if (at == std::string::npos) return {};
  return body.substr(at + name.size(), body.find('"', at + name.size()) - at - name.size());
}

void simulation::hear_refresh(const asker& from, const service::token_exchange& x) {
  auto successor = refresh_token_in(x.body);
  model_.families.answered(from.question, x, successor, hear_assertion(from, x.denied));
  if (!x.denied) ++result_.refreshed;
  if (!from.family) return;
  auto& f = families_[*from.family];
  f.is_waiting = false;
  // Some answers are lost: the application then retries.
  constexpr auto lost_answers = std::size_t{20};
  if (x.denied || successor.empty() || luck_.percent(lost_answers)) return;
  if (successor != f.current) f.former.push_back(std::exchange(f.current, std::move(successor)));
}

void simulation::hear(const asker& from, service::query_exchange& x) {
  note(x.done ? 103 : 102);
  model_.families.answered(from.question, x, hear_assertion(from, x.denied));
}

void simulation::hear(const service::admin_exchange& x) {
  note(x.answer ? 105 : 104);
  if (x.error && x.error->code != oauth::errc::temporarily_unavailable)
    model_.fail("a good admin call is refused: " + x.error->description);
}

/// A refresh by an honest application, or by one with a token that is not current or not its own.
void simulation::refresh_any() {
  if (families_.empty()) return redeem_any();
  const auto newest = std::min(families_.size(), std::size_t{3});
  const auto chosen = luck_.percent(70) ? families_.size() - 1 - luck_.below(newest)
                                        : luck_.below(families_.size());
  const auto io_thread = luck_.below(shape_.io_threads);
  if (luck_.percent(75)) return refresh_honestly(chosen, io_thread);
  const auto& f = families_[chosen];
  const auto how = luck_.percent(40)
                       ? refresh_manner::right
                       : static_cast<refresh_manner>(luck_.below(refresh_manners_count));
  const auto is_former = !f.former.empty() && luck_.percent(50);
  refresh(is_former ? f.former[luck_.below(f.former.size())] : f.current, f.owner, how, io_thread);
}

void simulation::refresh_honestly(std::size_t family, std::size_t io_thread) {
  auto& f = families_[family];
  if (std::exchange(f.is_waiting, true)) return;
  refresh(f.current, f.owner, refresh_manner::right, io_thread, family);
}

void simulation::speak(asker& who, oauth::presented_credentials& to, std::size_t owner,
                       refresh_manner how) {
  if (how == refresh_manner::wrong_client)
    owner = (owner + 1 + luck_.below(2)) % applications_.size();
  // Changes a character of the MAC.
  if (how == refresh_manner::wrong_mac)
    who.refresh_token[50] = who.refresh_token[50] == 'A' ? 'B' : 'A';
  identify(who, to, owner, how == refresh_manner::wrong_secret, false);
}

void simulation::refresh(const std::string& token, std::size_t owner, refresh_manner how,
                         std::size_t io_thread, std::optional<std::size_t> family) {
  auto who = std::make_shared<asker>(*this);
  who->question = model_.families.ask_refresh(how, token);
  who->refresh_token = token;
  who->family = family;
  auto& service = world_->service(io_thread);
  auto x = service::token_handle{
      new service::token_exchange{who, service.next_request_id(), clock_.now()}};
  speak(*who, x->request.who, owner, how);
  x->request.grant = oauth::grant_type::refresh_token;
  x->request.refresh_token = who->refresh_token;
  service.submit(std::move(x));
}

void simulation::revoke_any() {
  if (families_.empty()) return;
  const auto& f = families_[luck_.below(families_.size())];
  const auto how = static_cast<refresh_manner>(luck_.below(refresh_manners_count));
  auto who = std::make_shared<asker>(*this);
  who->question = model_.families.ask_revocation(how, f.current);
  who->refresh_token = f.current;
  auto& service = world_->service(luck_.below(shape_.io_threads));
  auto x = service::query_handle{
      new service::query_exchange{who, service.next_request_id(), clock_.now()}};
  speak(*who, x->request.who, f.owner, how);
  x->request.purpose = oauth::query_purpose::revoke;
  x->request.token = who->refresh_token;
  service.submit(std::move(x));
}

void simulation::cut_off_any() {
  auto& service = world_->service(luck_.below(shape_.io_threads));
  auto x = service::admin_handle{new service::admin_exchange{
      std::make_shared<asker>(*this), service.next_request_id(), clock_.now()}};
  x->call = oauth::cut_off{oauth::cutoff_kind::subject,
                           std::string{subjects[luck_.below(subjects.size())]}};
  service.submit(std::move(x));
}

void simulation::hear(const asker& from, service::mint_exchange& x) {
  model_.answered(from.question, x);
  note(x.minted ? 101 : 100);
  if (!x.minted) return;
  auto code = from.minting;
  code.text = x.text.reveal();
  code.ref = x.where;
  codes_.push_back(std::move(code));
}

}  // namespace mintage::sim
