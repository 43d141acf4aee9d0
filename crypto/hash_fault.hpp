/// @file
/// What is wrong with a stored hash of a secret.
#pragma once

#include <string_view>

namespace mintage::crypto {

/// Why a stored hash cannot be compared with a secret: it is malformed, or costs more than a
/// hasher may spend. A phrase that follows the name of the field, such as "must have a bcrypt cost
/// of 4 to 14"; empty when the hash is fine. Each scheme allows what takes about a second at most.
using hash_fault = std::string_view;

}  // namespace mintage::crypto
