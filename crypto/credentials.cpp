#include "crypto/credentials.hpp"

#include <fcntl.h>

#include <cerrno>
#include <cstdlib>

namespace mintage::crypto {

opened_file open_secret_file(const std::filesystem::path& path, int flags) {
  const auto* const given = std::getenv("CREDENTIALS_DIRECTORY");
  const auto credentials = std::filesystem::path{given == nullptr ? "" : given};
  auto out = opened_file{};
  out.descriptor = ::open(path.c_str(), O_RDONLY | flags);
  out.is_credential = !credentials.empty() && path.parent_path() == credentials;
  if (out.descriptor >= 0) return out;
  out.error = errno;
  if (out.error != EACCES || credentials.empty()) return out;

  const auto name = path.parent_path().filename().string() + '_' + path.filename().string();
  const auto handed = ::open((credentials / name).c_str(), O_RDONLY | flags);
  if (handed >= 0) out = {.descriptor = handed, .error = 0, .is_credential = true};
  return out;
}

}  // namespace mintage::crypto
