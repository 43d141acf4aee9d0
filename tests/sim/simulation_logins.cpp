// Authorization requests of a run: browsers ask, login pages answer, several at once.
#include <algorithm>
#include <utility>

#include "tests/sim/simulation_run.hpp"

namespace mintage::sim {

/// One in three is too long for its handle.
void simulation::begin_login() {
  auto who = std::make_shared<asker>(*this);
  who->question = model_.ask(manner::right, std::nullopt);
  who->owner = luck_.below(applications_.size());
  who->parameters = "response_type=code&scope=openid&client_id=" + applications_[who->owner].id +
                    "&redirect_uri=https%3A%2F%2Fapp.example.com%2Fcb&state=";
  who->parameters.append(luck_.below(3) == 0 ? 3000 : 8, 's');
  auto sent = oauth::read_authorization_query(who->parameters);
  auto& service = world_->service(luck_.below(shape_.io_threads));
  auto x = service::authorization_handle{
      new service::authorization_exchange{who, service.next_request_id(), clock_.now()}};
  x->purpose = oauth::authorization_purpose::begin;
  x->request.sent = std::move(sent.value());
  x->request.who.id = x->request.sent[oauth::authorization_parameter::client_id];
  service.submit(std::move(x));
}

/// Prefers the latest requests, and often sends two answers at once.
void simulation::answer_any() {
  if (requests_.empty()) return begin_login();
  const auto newest = std::min(requests_.size(), std::size_t{2});
  const auto chosen = requests_[requests_.size() - 1 - luck_.below(newest)];
  answer(chosen, luck_.percent(80));
  if (luck_.percent(40)) answer(chosen, luck_.percent(80));
}

void simulation::answer(const held_request& r, bool is_accepted) {
  auto who = std::make_shared<asker>(*this);
  who->question = model_.ask(manner::right, std::nullopt);
  who->request = r.number;
  who->minting.owner = r.owner;
  handle_book_.sent(r.number);
  auto& service = world_->service(luck_.below(shape_.io_threads));
  auto x = service::authorization_handle{
      new service::authorization_exchange{who, service.next_request_id(), clock_.now()}};
  x->purpose =
      is_accepted ? oauth::authorization_purpose::accept : oauth::authorization_purpose::deny;
  x->handle = r.handle;
  if (is_accepted) {
    x->accepted.sub = subjects[luck_.below(subjects.size())];
    x->accepted.auth_time = oauth::numeric_date(clock_.now());
  } else {
    x->not_accepted.error = "access_denied";
  }
  service.submit(std::move(x));
}

void simulation::hear(const asker& from, service::authorization_exchange& x) {
  note(x.denied ? static_cast<std::uint64_t>(x.denied->code) : x.minted ? 103 : 102);
  model_.answered(from.question, x);
  if (x.purpose != oauth::authorization_purpose::begin) {
    handle_book_.answered(from.request, x);
    result_.accepted = handle_book_.accepted();
    result_.answered_before = handle_book_.answered_before();
    if (x.denied || !x.minted) return;
    auto code = from.minting;
    code.text = x.text.reveal();
    code.ref = x.where;
    codes_.push_back(std::move(code));
    return;
  }
  if (x.denied) {
    if (x.denied->code != oauth::errc::temporarily_unavailable)
      model_.fail("a good authorization request is refused");
    return;
  }
  const auto& location = x.to_browser.location;
  requests_.push_back(
      {location.substr(location.find('=') + 1), handle_book_.began(x.received()), from.owner});
}

}  // namespace mintage::sim
