/// @file
/// The calls about clients and their secrets.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "crypto/secret.hpp"
#include "oauth/client/metadata.hpp"
#include "oauth/client/registry.hpp"
#include "oauth/client/secrets.hpp"

namespace mintage::oauth {

/// POST /admin/clients.
struct create_client {
  client_metadata metadata;
};
/// GET, PATCH and DELETE /admin/clients/{id}.
struct show_client {
  std::string id;
};
struct patch_client {
  std::string id;
  client_metadata metadata;
};
struct remove_client {
  std::string id;
};
/// GET /admin/clients.
struct list_clients {};
/// POST /admin/clients/{id}/secrets.
struct add_secret {
  std::string id;
  secret_request secret;
};
/// DELETE /admin/clients/{id}/secrets/{number}.
struct end_secret {
  std::string id;
  std::uint32_t number = 0;
};

struct created_client {
  client made;
  /// Shown once; empty for public clients and imported secrets.
  crypto::secret_string secret;
  /// About an imported secret, for the operator.
  std::vector<std::string> warnings{};
};
/// The client with its newest secret.
struct added_secret {
  client changed;
  /// Shown once; empty when it was imported.
  crypto::secret_string secret;
  /// As in `created_client`.
  std::vector<std::string> warnings{};
};
struct client_list {
  registry_snapshot clients;
};

}  // namespace mintage::oauth
