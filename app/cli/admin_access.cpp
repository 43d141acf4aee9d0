#include "app/cli/admin_access.hpp"

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <iostream>
#include <optional>

#include "app/cli/command_error.hpp"
#include "app/private_files.hpp"
#include "config/config.hpp"

namespace mintage::app {
namespace {

namespace json = boost::json;

constexpr auto default_url = "http://127.0.0.1:9081";

/// Fills options that the command line leaves empty from the config.
void complete(server_address& o, const net::options& net) {
  const auto is_secure = net.admin_tls.is_on();
  if (o.url.empty()) o.url = (is_secure ? "https://" : "http://") + net.admin_listen;
  if (o.ca.empty() && is_secure) o.ca = net.admin_tls.certificate;
  if (o.url.ends_with(":0")) {
    throw command_error{"the config leaves the port of the admin listener open: give --admin",
                        exit_usage};
  }
}

void complete(access_options& o, const net::options& net, caller_role role) {
  if (!o.url.empty() && !o.token_file.empty()) return;
  complete(o, net);
  if (o.token_file.empty()) {
    o.token_file = role == caller_role::admin ? net.admin_token_file : net.mint_token_file;
  }
}

/// The options, completed from the config file.
access_options completed(access_options o, caller_role role) {
  if (!o.config.empty()) {
    const auto settings = config::load(o.config);
    if (settings) {
      o.allow_group_readable = settings->files.allow_group_readable;
      complete(o, settings->net, role);
    } else if (o.url.empty() || o.token_file.empty()) {
      throw command_error{config::to_string(settings.error().front()), exit_usage};
    }
  }
  if (o.token_file.empty()) {
    throw command_error{"give --config FILE, or --token-file FILE and --admin URL", exit_usage};
  }
  if (o.url.empty()) o.url = default_url;
  return o;
}

admin_client connect(const access_options& o) {
  try {
    return {o.url,
            read_private_file(o.token_file, {.allow_group_readable = o.allow_group_readable,
                                             .root_reads_all = true}),
            o.ca};
  } catch (const file_error& e) {
    throw command_error{e.what()};
  }
}

void add_place_options(CLI::App& command, server_address& o) {
  command.add_option("--admin", o.url, "The admin interface, http://127.0.0.1:9081 by default")
      ->type_name("URL");
  command
      .add_option("--ca", o.ca,
                  "Trust these certificates over https; by default those of the config, or of the "
                  "system")
      ->type_name("FILE");
}

}  // namespace

std::string sentence_of(const admin_reply& reply) {
  auto failed = json::error_code{};
  const auto body = json::parse(reply.body, failed);
  const auto* object = failed ? nullptr : body.if_object();
  const auto* what = object != nullptr ? object->if_contains("error_description") : nullptr;
  auto out = std::string{"the server refused: "};
  if (what != nullptr && what->is_string()) out += std::string_view{what->as_string()};
  return out + " (status " + std::to_string(reply.status) + ")";
}

server_address completed(server_address o) {
  if (!o.config.empty()) {
    const auto settings = config::load(o.config);
    if (settings) {
      complete(o, settings->net);
    } else if (o.url.empty()) {
      throw command_error{config::to_string(settings.error().front()), exit_usage};
    }
  }
  if (o.url.empty()) o.url = default_url;
  return o;
}

void add_address_options(CLI::App& command, server_address& o) {
  command.add_option("--config", o.config, "Take the address from this server config")
      ->envname("MINTAGE_CONFIG")
      ->type_name("FILE");
  add_place_options(command, o);
}

void add_caller_options(CLI::App& command, access_options& o) {
  command.add_option("--config", o.config, "Take address and token file from this server config")
      ->envname("MINTAGE_CONFIG")
      ->type_name("FILE");
  add_place_options(command, o);
  command.add_option("--token-file", o.token_file, "The file that holds the admin token")
      ->type_name("FILE");
}

void add_access_options(CLI::App& command, access_options& o) {
  add_caller_options(command, o);
  command.add_flag("--json", o.as_json, "Print the server's JSON as it is");
}

admin_access::admin_access(const access_options& o, caller_role role)
    : client_{connect(completed(o, role))}, as_json_{o.as_json} {}

admin_reply admin_access::send(std::string_view method, std::string_view target,
                               const std::optional<json::object>& body) {
  return client_.call(method, target, body ? json::serialize(*body) : std::string{});
}

json::object admin_access::call(std::string_view method, std::string_view target,
                                const std::optional<json::object>& body) {
  const auto reply = send(method, target, body);
  if (!reply.is_success()) throw command_error{sentence_of(reply)};
  if (reply.body.empty()) return {};
  if (as_json_) {
    std::cout << reply.body << '\n';
    return {};
  }
  auto failed = json::error_code{};
  auto answer = json::parse(reply.body, failed);
  if (failed || !answer.is_object()) throw command_error{"the answer of the server is not JSON"};
  return std::move(answer.as_object());
}

}  // namespace mintage::app
