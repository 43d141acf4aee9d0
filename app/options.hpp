/// @file
/// What operators set about logs: [log].
#pragma once

#include <cstdint>

namespace mintage::app {

enum class log_level : std::uint8_t { debug, info, warn, error };
enum class log_format : std::uint8_t { text, json };

struct log_options {
  log_level level = log_level::info;
  log_format format = log_format::text;
};

}  // namespace mintage::app
