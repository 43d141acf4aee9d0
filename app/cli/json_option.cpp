#include "app/cli/json_option.hpp"

#include <boost/json.hpp>

#include "app/cli/command_error.hpp"

namespace mintage::app {

boost::json::value json_of(const char* option, const std::string& text) {
  auto failed = boost::json::error_code{};
  auto out = boost::json::parse(text, failed);
  if (failed) throw command_error{std::string{option} + " is not JSON", exit_usage};
  return out;
}

}  // namespace mintage::app
