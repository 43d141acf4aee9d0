#include "app/private_files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cerrno>
#include <cstring>
#include <optional>
#include <string>

#include "crypto/base64.hpp"
#include "crypto/digest.hpp"
#include "crypto/random.hpp"
#include "crypto/seal.hpp"

namespace mintage::app {
namespace {

constexpr std::size_t max_file_size = 4096;

/// A file descriptor that closes itself.
class descriptor {
 public:
  explicit descriptor(int fd) noexcept : fd_{fd} {}
  descriptor(const descriptor&) = delete;
  descriptor& operator=(const descriptor&) = delete;
  ~descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  [[nodiscard]] int get() const noexcept { return fd_; }

 private:
  int fd_;
};

[[noreturn]] void fail(const std::filesystem::path& path, const std::string& what, int error = 0) {
  auto sentence = path.string() + ": " + what;
  if (error != 0) sentence.append(": ").append(std::strerror(error));
  throw file_error{sentence};
}

/// @returns the first line, or nothing when there is no such file.
std::optional<crypto::secret_string> read_private(const std::filesystem::path& path) {
  const auto file = descriptor{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  if (file.get() < 0) {
    if (errno == ENOENT) return std::nullopt;
    fail(path, "cannot be read", errno);
  }
  struct stat about {};
  if (::fstat(file.get(), &about) != 0) fail(path, "cannot be examined", errno);
  if ((about.st_mode & 077) != 0)
    fail(path, "holds a secret and must be accessible by its owner only (chmod 600)");
  auto text = std::string(max_file_size, '\0');
  const auto size = ::read(file.get(), text.data(), text.size());
  if (size < 0) fail(path, "cannot be read", errno);
  text.resize(static_cast<std::size_t>(size));
  text.resize(std::min(text.find('\n'), text.size()));
  return crypto::secret_string{std::move(text)};
}

void sync_folder_of(const std::filesystem::path& path) {
  const auto folder = path.has_parent_path() ? path.parent_path() : std::filesystem::path{"."};
  const auto opened = descriptor{::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (opened.get() < 0 || ::fsync(opened.get()) != 0) fail(folder, "cannot be synced", errno);
}

/// Fails when the file exists by now. A file that could not be written whole is taken away again.
void make_private(const std::filesystem::path& path, std::string_view line) {
  if (path.has_parent_path()) {
    auto error = std::error_code{};
    std::filesystem::create_directories(path.parent_path(), error);
  }
  const auto file = descriptor{::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600)};
  if (file.get() < 0) fail(path, "cannot be made", errno);
  const auto text = std::string{line}.append("\n");
  if (::write(file.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size()) ||
      ::fsync(file.get()) != 0) {
    const auto error = errno;
    ::unlink(path.c_str());
    fail(path, "cannot be written", error);
  }
  sync_folder_of(path);
}

// A sealed note in the database tells whether a seal key is the right one.
constexpr auto check_note = std::string_view{"seal-check"};
constexpr auto check_context = std::string_view{"note/seal-check"};
crypto::digest check_key(const crypto::digest& master) {
  return crypto::hkdf_sha256(master, "mintage/check/1");
}

}  // namespace

crypto::secret_string read_private_file(const std::filesystem::path& path) {
  auto text = read_private(path);
  if (!text) fail(path, "there is no such file");
  return std::move(*text);
}

crypto::digest load_or_make_seal_key(const std::filesystem::path& path, storage::catalog& records) {
  const auto note = records.load_note(check_note);
  const auto text = read_private(path);
  auto master = crypto::digest{};
  if (!text) {
    if (!note.empty() || !records.load_keys().empty())
      fail(path,
           "the seal key is missing, but the database holds records sealed with it; put the file "
           "back, a new one is not made");
    crypto::buffered_random{}.fill(master);
    make_private(path, crypto::base64url(master));
  } else {
    const auto octets = crypto::base64url_decode(text->reveal());
    if (!octets || octets->size() != master.size()) fail(path, "is not a seal key");
    std::memcpy(master.data(), octets->data(), master.size());
  }
  if (note.empty()) {
    records.put_note(check_note, crypto::seal(check_key(master), check_context, "mintage"));
  } else if (!crypto::unseal(check_key(master), check_context, note)) {
    fail(path, "is not the seal key of this database");
  }
  return master;
}

crypto::digest load_or_make_admin_token(const std::filesystem::path& path) {
  auto token = read_private(path);
  if (!token) {
    auto random = crypto::buffered_random{};
    token = crypto::secret_string{"mad_" + crypto::base64url(random.take<32>())};
    make_private(path, token->reveal());
  }
  if (token->reveal().size() < 32) fail(path, "is not an admin token (32 characters at least)");
  return crypto::sha256(token->reveal());
}

}  // namespace mintage::app
