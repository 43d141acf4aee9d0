/// @file
/// Refusals of the admin interface.
#pragma once

#include <optional>
#include <string>
#include <tl/expected.hpp>
#include <utility>

#include "oauth/types.hpp"

namespace mintage::oauth {

/// A refusal on the admin interface. Unlike a `denial` it may name the field of the caller's JSON.
/// It never contains a value.
struct admin_error {
  errc code = errc::invalid_request;
  std::string description;
};
template <class T>
using admin_result = tl::expected<T, admin_error>;

/// The result of a check; nothing when the metadata is valid.
using complaint = std::optional<admin_error>;

/// An `invalid_request` that names the field.
[[nodiscard]] inline complaint bad_request(std::string description) {
  return admin_error{errc::invalid_request, std::move(description)};
}

}  // namespace mintage::oauth
