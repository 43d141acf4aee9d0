/// @file
/// The calls of the admin interface that the registry and the key keeper answer, and their answers.
/// Minting has its own exchange: see minting.hpp.
#pragma once

#include <string>
#include <variant>

#include "oauth/admin/clients.hpp"
#include "oauth/admin/keys.hpp"
#include "oauth/admin/resources.hpp"
#include "oauth/grant/cutoff.hpp"

namespace mintage::oauth {

/// POST /admin/subjects/{sub}/revoke and /admin/sessions/{sid}/end: voids everything minted for it
/// until now.
struct cut_off {
  cutoff_kind kind = cutoff_kind::subject;
  std::string name;
};

using admin_call = std::variant<create_client, show_client, list_clients, patch_client,
                                remove_client, add_secret, end_secret, list_keys, rotate_keys,
                                remove_key, put_resource, list_resources, remove_resource, cut_off>;
/// Whether the key keeper answers a call; otherwise the registry does.
[[nodiscard]] bool is_about_keys(const admin_call& call) noexcept;

/// The record that was asked for was removed, or the call succeeded and has no content.
struct removed {};
/// The answers; net/ renders them.
using admin_answer = std::variant<created_client, added_secret, client, client_list, removed,
                                  key_list, resource, resource_list>;

}  // namespace mintage::oauth
