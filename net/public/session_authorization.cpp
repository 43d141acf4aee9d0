// The authorization endpoint: browsers on their way to the login page and back, and clients that
// push their requests. (AUZ-*, PAR-*)
#include <utility>

#include "net/public/session.hpp"
#include "oauth/authorization/page.hpp"
#include "oauth/request/came.hpp"
#include "oauth/request/response.hpp"

namespace mintage::net {

using oauth::authorization_purpose;

service::authorization_handle session::make_authorization(authorization_purpose p) {
  auto& service = where().service();
  auto x = service::authorization_handle{new service::authorization_exchange{
      shared_from_this(), service.next_request_id(), service.now()}};
  x->purpose = p;
  x->source = peer().source();
  if (p == authorization_purpose::push) return x;
  x->is_posted = head().method == http_method::post;
  if (!head().cookie) return x;
  x->browser = site_.cookie.find(*head().cookie);
  x->posting_browser = site_.cookie.find(*head().cookie, oauth::browser_cookie_use::posted);
  return x;
}

/// GET takes its parameters from the query, POST from the form. @see Core §3.1.2.1
void session::begin_authorization() {
  if (!is_admitted()) return;
  auto sent = head().method == http_method::post
                  ? oauth::read_authorization_form(rules_head().content_type, body())
                  : oauth::read_authorization_query(input().writable(head().query));
  if (!sent) return refuse_request(sent.error());
  auto x = make_authorization(authorization_purpose::begin);
  x->request.sent = std::move(*sent);
  x->request.who.id = x->request.sent[oauth::authorization_parameter::client_id];
  where().service().submit(std::move(x));
}

void session::continue_authorization() {
  if (!is_admitted()) return;
  auto x = make_authorization(authorization_purpose::proceed);
  x->handle = oauth::find_continuation(head().query).value_or("");
  where().service().submit(std::move(x));
}

void session::push_authorization() {
  if (!is_admitted()) return;
  auto refused = oauth::partly_read_request{};
  auto request =
      oauth::read_pushed_authorization(rules_head(), authorization_octets(), body(), &refused);
  if (!request) return refuse_request(request.error(), oauth::came_with(refused));
  auto x = make_authorization(authorization_purpose::push);
  x->request = std::move(*request);
  if (!take_certificate(*x)) return;
  present_proofs(*x);
  where().service().submit(std::move(x));
}

void session::answered_authorization(service::authorization_exchange& x) {
  dpop_nonce_ = std::move(x.dpop_nonce);
  to_browser_ = std::move(x.to_browser);
  // An error that goes to the client is both a denial and a redirect.
  const auto is_for_client = !to_browser_.empty();
  if (!is_for_client && (x.denied || !x.is_answered())) {
    const auto why = x.denied.value_or(oauth::lost());
    return x.purpose == authorization_purpose::push
               ? deny_client(why, x.request.who.by_header, x.id())
               : show_error(why, false, x.id());
  }
  if (!is_for_client) {
    text() = std::move(x.body);
    return send({.status = 201, .body = text(), .dpop_nonce = dpop_nonce_}, x.id());
  }
  const auto is_redirect = !to_browser_.location.empty();
  send({.status = is_redirect ? 303U : 200U,
        .body = to_browser_.page,
        .content_type = is_redirect ? std::string_view{} : oauth::page_content_type,
        .location = to_browser_.location,
        .set_cookie = to_browser_.cookie,
        .more_fields = oauth::page_header_fields},
       x.id());
}

/// AUZ-02: a local page, never a redirect.
void session::show_error(const oauth::denial& why, bool, const service::request_id& id) {
  const auto special = oauth::head_of(why.code, false, id.view());
  text() = oauth::render_error_page(why, id.view());
  send({.status = special.status,
        .body = text(),
        .content_type = oauth::page_content_type,
        .more_fields = oauth::page_header_fields,
        .retry_after = special.retry_after},
       id);
}

}  // namespace mintage::net
