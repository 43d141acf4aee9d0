#include "oauth/authorization/browser_answer.hpp"

#include "oauth/authorization/page.hpp"
#include "oauth/endpoints.hpp"
#include "oauth/request/json_writer.hpp"

namespace mintage::oauth {

void send_to_client(browser_answer& out, std::string_view redirect_uri, bool is_form,
                    const authorization_response& r) {
  if (is_form)
    out.page = render_form_post(redirect_uri, r);
  else
    append_location(out.location, redirect_uri, r);
}

std::string redirect_by_continuation(const continuation& c, const options& o, url_seal& seal,
                                     instant now) {
  auto url = std::string{base_url(o)};
  url.append(row_of(endpoints, endpoint::authorize_continue).name).append("?");
  url.append(continuation_parameter).append("=").append(make_continuation(c, seal, now));
  auto body = std::string{};
  auto json = json_writer{body};
  json.string("redirect_to", url);
  json.end();
  return body;
}

}  // namespace mintage::oauth
