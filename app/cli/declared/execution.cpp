#include "app/cli/declared/execution.hpp"

#include <boost/json.hpp>
#include <chrono>
#include <iostream>
#include <thread>
#include <utility>

#include "app/cli/text_table.hpp"

namespace mintage::app {
namespace {

namespace json = boost::json;

constexpr auto conflict = 409U;
constexpr auto not_found = 404U;
constexpr auto unavailable = 503U;

/// Sends a request again while the server says that it cannot store it now.
admin_reply send_patiently(admin_access& server, std::string_view method, const std::string& target,
                           const std::optional<json::object>& body = std::nullopt) {
  constexpr auto tries = 5;
  for (auto i = 1;; ++i) {
    auto reply = server.send(method, target, body);
    if (reply.status != unavailable || i == tries) return reply;
    std::this_thread::sleep_for(std::chrono::seconds{1});
  }
}

step_result result_of(const admin_reply& reply) {
  return {reply.is_success() ? std::string{} : sentence_of(reply)};
}

std::string path_of(const step& s) {
  return (s.kind == declared_kind::client ? "/admin/clients/" : "/admin/resources/") +
         path_segment(s.id);
}

json::object object_of(const admin_reply& reply) {
  auto failed = json::error_code{};
  auto read = json::parse(reply.body, failed);
  return !failed && read.is_object() ? std::move(read.as_object()) : json::object{};
}

void put_secret(json::object& body, const secret_options& o) {
  const auto put = [&](const char* member, const std::optional<crypto::secret_string>& secret) {
    if (secret) body[member] = json::string{secret->reveal().data(), secret->reveal().size()};
  };
  put("client_secret", chosen_secret(o));
  put("client_secret_hash", chosen_hash(o));
}

void print_warnings(const step& s, const json::object& made) {
  const auto* warnings = made.if_contains("warnings");
  if (warnings == nullptr || !warnings->is_array()) return;
  for (const auto& each : warnings->get_array())
    std::cerr << "Warning: " << name_of(s) << ": " << cell_of(&each) << '\n';
}

/// The client is there: another run made it after the plan. It is changed where it differs.
step_result catch_up(admin_access& server, const step& s, const declared_client& wanted,
                     const admin_reply& refused) {
  const auto shown = server.send("GET", path_of(s));
  if (!shown.is_success()) return result_of(refused);
  const auto change = change_of(wanted, object_of(shown));
  if (!change.obstacle.empty()) return {change.obstacle};
  if (change.changes.empty()) return {{}, true};
  return result_of(send_patiently(server, "PATCH", path_of(s), change.body));
}

step_result add_client(admin_access& server, const step& s, const declared_client& wanted) {
  auto body = s.body;
  put_secret(body, s.secret);
  const auto reply = send_patiently(server, "POST", "/admin/clients", body);
  if (reply.status == conflict) return catch_up(server, s, wanted, reply);
  if (reply.is_success()) print_warnings(s, object_of(reply));
  return result_of(reply);
}

step_result remove(admin_access& server, const step& s) {
  const auto reply = send_patiently(server, "DELETE", path_of(s));
  if (reply.status == not_found) return {{}, true};
  return result_of(reply);
}

}  // namespace

step_result perform(admin_access& server, const step& s, const declared_client* wanted) {
  if (!s.obstacle.empty()) return {s.obstacle};
  switch (s.action) {
    case step_action::remove:
      return remove(server, s);
    case step_action::add:
    case step_action::change:
      break;
  }
  if (s.kind == declared_kind::resource)
    return result_of(send_patiently(server, "POST", "/admin/resources", s.body));
  if (s.action == step_action::add) return add_client(server, s, *wanted);
  return result_of(send_patiently(server, "PATCH", path_of(s), s.body));
}

}  // namespace mintage::app
