/// @file
/// A certificate for a server that is started for a measurement.
#pragma once

#include <filesystem>

namespace mintage::bench {

struct certificate_files {
  std::filesystem::path certificate;
  std::filesystem::path key;
};
/// Makes a P-256 key and a certificate for 127.0.0.1 that it signs itself, good for a day, as PEM
/// files in `folder`. @throws std::runtime_error when they cannot be written.
[[nodiscard]] certificate_files write_self_signed(const std::filesystem::path& folder);

}  // namespace mintage::bench
