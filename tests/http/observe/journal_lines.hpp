/// @file
/// Lines of a log or an audit stream as JSON.
#pragma once

#include <boost/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace mintage::test {

/// Every line as an object. Reports a line that is not JSON, or has no time, level or event.
[[nodiscard]] std::vector<boost::json::object> journal_lines(std::string_view text);
/// The lines of one event, in order.
[[nodiscard]] std::vector<boost::json::object> lines_of_event(std::string_view text,
                                                              std::string_view event);

}  // namespace mintage::test
