/// @file
/// Refusals as `mintage explain` prints them, and where they are read from besides the server.
#pragma once

#include <boost/json/object.hpp>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <ostream>
#include <string_view>
#include <vector>

namespace mintage::app {

/// Refusals have the members of GET /admin/refusals/{request_id}. All but `reason` may be absent.
void print_refusal(std::ostream& out, const boost::json::object& refusal);
/// A line for each, in the given order.
void print_refusals(std::ostream& out, const std::vector<boost::json::object>& refusals);

/// All reasons for which a request can be refused, each with its rule and what was expected.
void print_reasons(std::ostream& out);

/// The refusals in a file of the audit stream. Lines that are none are skipped.
/// @param request_id only those of this request; empty = of all.
/// @param last so many at most, the latest ones.
/// @returns them as the admin interface does, newest first: the explanations are those of this
///          program.
/// @throws command_error when the file cannot be read.
[[nodiscard]] std::vector<boost::json::object> refusals_in(const std::filesystem::path& audit,
                                                           std::string_view request_id,
                                                           std::size_t last);

}  // namespace mintage::app
