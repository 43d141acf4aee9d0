/// @file
/// Members that stand twice in a parsed JSON text. For .cpp files only: brings simdjson along.
#pragma once

#include <simdjson.h>

namespace mintage::oauth {

/// Whether an object in `where`, at any depth, has two members of one name: whoever reads it later
/// might see either. Recursion ends at the depth that the parser let through.
[[nodiscard]] bool repeats_a_member(simdjson::dom::element where);

}  // namespace mintage::oauth
