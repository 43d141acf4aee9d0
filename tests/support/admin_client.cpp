#include "tests/support/admin_client.hpp"

#include <stdexcept>

namespace mintage::test {

boost::json::object parse_object(std::string_view text) {
  return boost::json::parse(boost::json::string_view{text.data(), text.size()}).as_object();
}

admin_client::admin_client(std::uint16_t port, std::string token)
    : port_{port}, token_{std::move(token)} {}

std::string admin_client::head(std::string_view method, std::string_view target) const {
  auto out = std::string{method} + " " + std::string{target} + " HTTP/1.1\r\nHost: 127.0.0.1\r\n";
  if (!token_.empty()) out += "Authorization: Bearer " + token_ + "\r\n";
  return out;
}

http_answer admin_client::call(std::string_view method, std::string_view target,
                               std::string_view body) {
  auto request = head(method, target);
  if (!body.empty()) request += "Content-Type: application/json\r\n";
  if (method != "GET" && method != "HEAD") {
    request += "Content-Length: " + std::to_string(body.size()) + "\r\n";
  }
  request += "\r\n" + std::string{body};
  if (!connection_) connection_.emplace(port_);
  connection_->send(request);
  auto out = connection_->receive(method == "HEAD");
  if (out.field("Connection") == "close") connection_.reset();
  return out;
}

namespace {
const http_answer& demand(const http_answer& got, unsigned status, std::string_view what) {
  if (got.status != status) throw std::runtime_error{std::string{what} + ": " + got.octets};
  return got;
}
}  // namespace

boost::json::object admin_client::create(const boost::json::object& metadata) {
  auto got = call("POST", "/admin/clients", boost::json::serialize(metadata));
  return parse_object(demand(got, 201, "client not created").body);
}

void admin_client::change(std::string_view id, const boost::json::object& metadata) {
  demand(call("PATCH", "/admin/clients/" + std::string{id}, boost::json::serialize(metadata)), 200,
         "client not changed");
}

void admin_client::remove(std::string_view id) {
  auto got = call("DELETE", "/admin/clients/" + std::string{id});
  if (got.status / 100 != 2) throw std::runtime_error{"client not removed: " + got.octets};
}

std::string admin_client::mint(const boost::json::object& request) {
  auto got = call("POST", "/admin/codes", boost::json::serialize(request));
  return text_of(parse_object(demand(got, 201, "code not minted").body), "code");
}

std::vector<std::string> admin_client::bulk(const std::vector<std::string>& lines) {
  auto wire = connection{port_};
  return loopback::exchange_lines(wire, head("POST", "/admin/codes"), lines.size(),
                                  [&](std::size_t n) -> std::string_view { return lines[n]; });
}

std::vector<std::string> admin_client::mint_many(const boost::json::object& request,
                                                 std::size_t count) {
  auto line = boost::json::serialize(request) + "\n";
  return loopback::codes_in(bulk(std::vector<std::string>(count, line)), count);
}

}  // namespace mintage::test
