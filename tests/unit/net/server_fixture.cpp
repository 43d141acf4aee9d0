#include "tests/unit/net/server_fixture.hpp"

#include <utility>

#include "crypto/digest.hpp"

namespace mintage::net {
namespace {

constexpr auto form_fields = "Content-Type: application/x-www-form-urlencoded\r\n";

}  // namespace

server_test::server_test() {
  settings.listen = settings.admin_listen = "127.0.0.1:0";
  settings.io_threads = 1;
}

server_test::~server_test() {
  if (server_) server_->stop();
  services_.clear();
}

void server_test::start(std::vector<handed_socket> handed) {
  EXPECT_TRUE(check(settings).empty());
  auto tokens = oauth::admin_tokens{};
  tokens.admin = crypto::sha256(admin_token);
  tokens.minter = crypto::sha256(mint_token);
  server_ = std::make_unique<server>(settings, rules, tokens, std::move(handed));
  auto all = std::vector<service::token_service*>{};
  for (auto* io_thread : server_->io_threads()) {
    all.push_back(services_.emplace_back(std::make_unique<fake_service>(*io_thread)).get());
  }
  server_->start(all);
}

received server_test::ask(std::string_view octets, bool has_body) {
  auto p = connect();
  p.send(octets);
  return p.receive(has_body);
}

received server_test::ask_admin(std::string_view octets, bool has_body) {
  auto p = connect_admin();
  p.send(octets);
  return p.receive(has_body);
}

std::string token_body(std::string_view code) {
  return "grant_type=authorization_code&client_id=p&redirect_uri=https%3A%2F%2Fa%2Fcb"
         "&code_verifier=" +
         std::string(43, 'v') + "&code=" + std::string{code};
}

std::string token_request(std::string_view code, std::string_view fields) {
  return request("POST", "/token", form_fields + std::string{fields}, token_body(code));
}

std::string request(std::string_view method, std::string_view target, std::string_view fields,
                    std::string_view body) {
  auto out = std::string{method} + " " + std::string{target} + " HTTP/1.1\r\nHost: localhost\r\n";
  out += fields;
  if (!body.empty()) out += "Content-Length: " + std::to_string(body.size()) + "\r\n";
  return out + "\r\n" + std::string{body};
}

std::string bearer(std::string_view token) {
  return "Authorization: Bearer " + std::string{token} + "\r\n";
}

}  // namespace mintage::net
