/// @file
/// The metadata of a client that decides how its tokens name people. For oauth/client/metadata.cpp.
/// @see OpenID Connect Core §8
#pragma once

#include "oauth/admin/error.hpp"
#include "oauth/client/metadata.hpp"

namespace mintage::oauth {

/// Sets `subject_type` and the sector of pairwise subjects. @pre the redirect URIs are set.
/// @returns invalid_request naming the field.
[[nodiscard]] complaint set_subjects(client& c, const client_metadata& m);

}  // namespace mintage::oauth
