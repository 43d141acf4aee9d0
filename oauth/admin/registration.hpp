/// @file
/// The calls about clients that register themselves: those of the clients, which come by the public
/// listener, and those about initial access tokens. @see RFC 7591 §3, RFC 7592 §2
#pragma once

#include <string>
#include <vector>

#include "crypto/secret.hpp"
#include "oauth/client/registration.hpp"

namespace mintage::oauth {

/// POST /register.
struct register_client_call {
  registration_request request;
  /// The initial access token; empty = none was sent.
  crypto::secret_string token;
};
/// GET, PUT and DELETE /register/{id}, with the registration access token.
struct show_registered {
  std::string id;
  crypto::secret_string token;
};
struct update_registered_call {
  std::string id;
  crypto::secret_string token;
  registration_request request;
};
struct remove_registered {
  std::string id;
  crypto::secret_string token;
};

/// The client, with what only the client may know.
struct registered_client {
  client made;
  /// Shown once; empty when there is none, or it was shown before.
  crypto::secret_string secret;
  /// The registration access token that is valid from now on.
  crypto::secret_string token;
  /// Whether it was made just now.
  bool is_new = false;
};

/// POST /admin/registration_tokens.
struct add_registration_token {
  registration_token_request wanted;
};
/// GET /admin/registration_tokens.
struct list_registration_tokens {};
/// DELETE /admin/registration_tokens/{id}. Its clients stay.
struct remove_registration_token {
  std::string id;
};

struct added_registration_token {
  registration_token made;
  /// Shown once.
  crypto::secret_string text;
};
struct registration_token_list {
  std::vector<registration_token> tokens;
};

}  // namespace mintage::oauth
