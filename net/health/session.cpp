#include "net/health/session.hpp"

#include "net/router.hpp"
#include "oauth/denial_reasons.hpp"

namespace mintage::net {
namespace {

bool is_probe(admin_endpoint e) noexcept {
  return e == admin_endpoint::livez || e == admin_endpoint::readyz;
}

}  // namespace

void health_session::on_head() {
  if (!is_probe(find_admin(head().path).endpoint)) {
    return send_error({.status = 404}, oauth::errc::not_found, "There is nothing at this path.");
  }
  if (head().method != http_method::get && head().method != http_method::head) {
    return send_error({.status = 405, .allow = "GET, HEAD"}, oauth::errc::invalid_request,
                      "This path is not used with that method.");
  }
  if (!refuse_by_head(0)) receive_body(0);
}

void health_session::on_body() {
  const auto is_live = find_admin(head().path).endpoint == admin_endpoint::livez;
  const auto is_well = is_live || where().is_ready();
  text() = is_well ? R"({"status":"ok"})" : R"({"status":"unavailable"})";
  send({.status = is_well ? 200U : 503U, .body = text()});
}

}  // namespace mintage::net
