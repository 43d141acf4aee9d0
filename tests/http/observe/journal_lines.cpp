#include "tests/http/observe/journal_lines.hpp"

#include <gtest/gtest.h>

#include "tests/support/admin_client.hpp"

namespace mintage::test {

std::vector<boost::json::object> journal_lines(std::string_view text) {
  auto out = std::vector<boost::json::object>{};
  for (const auto& line : lines_of(text)) {
    auto error = boost::system::error_code{};
    const auto value = boost::json::parse(line, error);
    if (error.failed() || !value.is_object()) {
      ADD_FAILURE() << "not an object: " << line;
      continue;
    }
    for (const auto* name : {"time", "level", "event"}) {
      EXPECT_NE(text_of(value.as_object(), name), "") << name << " is missing: " << line;
    }
    out.push_back(value.as_object());
  }
  return out;
}

std::vector<boost::json::object> lines_of_event(std::string_view text, std::string_view event) {
  auto out = journal_lines(text);
  std::erase_if(out, [event](const auto& line) { return text_of(line, "event") != event; });
  return out;
}

}  // namespace mintage::test
