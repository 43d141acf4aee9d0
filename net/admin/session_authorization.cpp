// What a login page asks about authorization requests, and says of them. (MINT-01)
#include <utility>

#include "net/admin/session.hpp"
#include "oauth/denial_reasons.hpp"

namespace mintage::net {
namespace {

constexpr auto bad_verdict = oauth::denial_reason{"the JSON of an admin call is not valid"};

}  // namespace

service::authorization_handle admin_session::make_authorization(oauth::authorization_purpose p) {
  auto& service = where().service();
  auto x = service::authorization_handle{new service::authorization_exchange{
      shared_from_this(), service.next_request_id(), service.now()}};
  x->purpose = p;
  x->handle = id_;
  x->tag = 200;
  return x;
}

void admin_session::show_authorization() {
  where().service().submit(make_authorization(oauth::authorization_purpose::show));
}

void admin_session::accept_authorization() {
  auto said = json_.read_acceptance({body().data(), body().size()});
  if (!said) return send_failure(said.error(), bad_verdict);
  auto x = make_authorization(oauth::authorization_purpose::accept);
  x->accepted = std::move(*said);
  where().service().submit(std::move(x));
}

void admin_session::deny_authorization() {
  auto said = json_.read_denial({body().data(), body().size()});
  if (!said) return send_failure(said.error(), bad_verdict);
  auto x = make_authorization(oauth::authorization_purpose::deny);
  x->not_accepted = std::move(*said);
  where().service().submit(std::move(x));
}

/// A verdict on a logout has no members.
void admin_session::ask_about_logout(oauth::authorization_purpose p) {
  where().service().submit(make_authorization(p));
}

void admin_session::answered_authorization(service::authorization_exchange& x) {
  auto error = std::move(x.error);
  if (!error && x.denied) {
    error = oauth::admin_error{x.denied->code, std::string{x.denied->description}};
  }
  text().clear();
  if (x.is_answered()) text() = std::move(x.body);
  send_answer(std::move(error), x);
}

}  // namespace mintage::net
