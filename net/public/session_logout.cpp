// The logout endpoint: browsers on their way from an application to the login page. (LGO-02)
#include <utility>

#include "net/public/session.hpp"

namespace mintage::net {

/// GET takes its parameters from the query, POST from the form. @see RP-Initiated Logout §2
void session::begin_logout() {
  if (!is_admitted()) return;
  auto asked = head().method == http_method::post
                   ? oauth::read_logout_form(rules_head().content_type, body())
                   : oauth::read_logout_query(input().writable(head().query));
  if (!asked) return refuse_request(asked.error());
  auto x = make_authorization(oauth::authorization_purpose::begin_logout);
  x->logout = *asked;
  x->request.who.id = asked->client_id;
  where().service().submit(std::move(x));
}

}  // namespace mintage::net
