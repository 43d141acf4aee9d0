/// @file
/// The calls of the admin interface except for minting, and their answers.
/// Minting has its own exchange: see minting.hpp.
#pragma once

#include <string>
#include <variant>

#include "oauth/admin/clients.hpp"
#include "oauth/admin/keys.hpp"
#include "oauth/admin/operations.hpp"
#include "oauth/admin/refusals.hpp"
#include "oauth/admin/registration.hpp"
#include "oauth/admin/resources.hpp"
#include "oauth/grant/cutoff.hpp"

namespace mintage::oauth {

/// POST /admin/subjects/{sub}/revoke and /admin/sessions/{sid}/end: voids everything minted for it
/// until now.
struct cut_off {
  cutoff_kind kind = cutoff_kind::subject;
  std::string name;
};

/// POST /admin/clock/confirm: the system's time is right although it has jumped. The gateway
/// answers it.
struct confirm_clock {};

using admin_call =
    std::variant<create_client, show_client, list_clients, patch_client, remove_client, add_secret,
                 end_secret, list_keys, rotate_keys, remove_key, put_resource, list_resources,
                 remove_resource, cut_off, confirm_clock, show_refusal, list_refusals,
                 register_client_call, show_registered, update_registered_call, remove_registered,
                 add_registration_token, list_registration_tokens, remove_registration_token,
                 reload_config, back_up, rotate_seal, show_seal, retire_seal>;
/// Whether a call only reads, so that the audit stream has no line for it.
[[nodiscard]] bool is_reading(const admin_call& call) noexcept;
/// Whether the key keeper answers a call.
[[nodiscard]] bool is_about_keys(const admin_call& call) noexcept;
/// Whether the operations desk of app/ answers a call.
[[nodiscard]] bool is_about_process(const admin_call& call) noexcept;
/// Whether a client makes the call about itself, by the public listener.
[[nodiscard]] bool is_from_client(const admin_call& call) noexcept;

/// The record that was asked for was removed, or the call succeeded and has no content.
struct removed {};
struct confirmed_clock {
  instant now;
  /// How far the time in use moved; 0 = there was nothing to confirm.
  milliseconds moved{0};
};
/// The answers; net/ renders them.
using admin_answer =
    std::variant<created_client, added_secret, client, client_list, removed, key_list, resource,
                 resource_list, confirmed_clock, refused_request, refusal_list, registered_client,
                 added_registration_token, registration_token_list, operation_report>;

}  // namespace mintage::oauth
