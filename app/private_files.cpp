#include "app/private_files.hpp"

#include <fcntl.h>
#include <openssl/crypto.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "crypto/base64.hpp"
#include "crypto/credentials.hpp"
#include "crypto/digest.hpp"
#include "crypto/random.hpp"

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

/// Throws unless only the server's user and root can have written the file or may read it.
void check_access(const std::filesystem::path& path, const struct stat& about, file_rules rules) {
  if (!S_ISREG(about.st_mode)) fail(path, "cannot be read: it is not a regular file");
  const auto self = ::geteuid();
  const auto is_owned = about.st_uid == self || about.st_uid == 0;
  if (!is_owned && !(rules.root_reads_all && self == 0)) {
    fail(path,
         "holds a secret and must be owned by the user of this process or by root, not by "
         "the user with number " +
             std::to_string(about.st_uid));
  }
  const auto others = about.st_mode & 077;
  const auto is_for_group = (others & ~mode_t{040}) == 0;
  if (others == 0 || (rules.allow_group_readable && is_for_group)) return;
  fail(path, std::string{"holds a secret and must be accessible by its owner only (chmod 600)"} +
                 (is_for_group ? "; files.allow_group_readable lets its group read it" : ""));
}

std::string read_text(const std::filesystem::path& path, int file, std::size_t size) {
  if (size > max_file_size) fail(path, "is larger than 4096 octets");
  auto text = std::string(size, '\0');
  auto have = std::size_t{0};
  while (have < size) {
    const auto got = ::read(file, text.data() + have, size - have);
    if (got < 0) fail(path, "cannot be read", errno);
    if (got == 0) break;
    have += static_cast<std::size_t>(got);
  }
  text.resize(have);
  return text;
}

/// @returns the first line of `text`, without its end: LF, CRLF or the end of the file. Wipes
///          `text`.
crypto::secret_string first_line(const std::filesystem::path& path, std::string text) {
  constexpr auto white_space = std::string_view{" \t\r\n\v\f"};
  const auto end = text.find('\n');
  auto rest = end == text.npos ? std::string_view{} : std::string_view{text}.substr(end + 1);
  const auto is_blank_after = !rest.empty() && rest.find_first_not_of(white_space) == rest.npos;
  auto line = crypto::secret_string{text.substr(0, end)};
  const auto wiped_at_the_end = crypto::secret_string{std::move(text)};
  if (is_blank_after)
    fail(path,
         "has white space after its first line: the secret must be the whole file, with one "
         "end of line at most");
  auto shown = line.reveal();
  if (end != std::string::npos && shown.ends_with('\r')) shown.remove_suffix(1);
  if (shown.starts_with("\xEF\xBB\xBF"))
    fail(path,
         "begins with a byte order mark, which would be part of the secret: save it as plain "
         "text");
  if (shown.empty()) fail(path, "its first line is empty");
  if (white_space.find(shown.front()) != white_space.npos)
    fail(path, "begins with white space, which would be part of the secret: remove it");
  if (white_space.find(shown.back()) != white_space.npos)
    fail(path,
         "has white space at the end of its first line, which would be part of the secret: "
         "remove it");
  return crypto::secret_string{std::string{shown}};
}

/// @returns the first line, or nothing when there is no such file.
std::optional<crypto::secret_string> read_private(const std::filesystem::path& path,
                                                  file_rules rules) {
  // Without O_NONBLOCK, opening a pipe would block until it has a writer.
  constexpr auto flags = O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY;
  const auto opened = crypto::open_secret_file(path, flags);
  const auto file = descriptor{opened.descriptor};
  if (file.get() < 0) {
    if (opened.error == ENOENT) return std::nullopt;
    if (opened.error == ELOOP)
      fail(path, "is a symbolic link, which is not followed: name the file that it leads to");
    fail(path, "cannot be read", opened.error);
  }
  if (opened.is_credential) rules.allow_group_readable = true;
  struct stat about {};
  if (::fstat(file.get(), &about) != 0) fail(path, "cannot be examined", errno);
  check_access(path, about, rules);
  return first_line(path, read_text(path, file.get(), static_cast<std::size_t>(about.st_size)));
}

/// Removes a file when it goes out of scope.
struct removal {
  const std::filesystem::path& path;
  ~removal() { ::unlink(path.c_str()); }
};

/// Creates the file; throws when it exists. It has its name only when it is whole: a process that
/// is killed leaves none that the next one could not read.
void make_private(const std::filesystem::path& path, std::string_view line) {
  if (path.has_parent_path()) {
    auto error = std::error_code{};
    std::filesystem::create_directories(path.parent_path(), error);
  }
  // Processes in containers may share both the folder and their number.
  const auto mark = crypto::base64url(crypto::buffered_random{}.take<9>());
  const auto part = std::filesystem::path{path.string() + ".part-" + mark};
  const auto file = descriptor{::open(part.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600)};
  if (file.get() < 0) fail(path, "cannot be made", errno);
  const auto cleaner = removal{part};
  const auto whole = crypto::secret_string{std::string{line}.append("\n")};
  const auto text = whole.reveal();
  if (::write(file.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size()) ||
      ::fsync(file.get()) != 0)
    fail(path, "cannot be written", errno);
  // The second way is for file systems without links.
  if (::link(part.c_str(), path.c_str()) != 0 &&
      (errno == EEXIST ||
       ::renameat2(AT_FDCWD, part.c_str(), AT_FDCWD, path.c_str(), RENAME_NOREPLACE) != 0))
    fail(path, "cannot be made", errno);
  sync_folder_of(path);
}

/// The root of 32 octets, which are wiped.
crypto::root_key root_of(crypto::digest& master) {
  auto root = crypto::root_key{master};
  OPENSSL_cleanse(master.data(), master.size());
  return root;
}

}  // namespace

void sync_folder_of(const std::filesystem::path& path) {
  const auto folder = path.has_parent_path() ? path.parent_path() : std::filesystem::path{"."};
  const auto opened = descriptor{::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (opened.get() < 0 || ::fsync(opened.get()) != 0) fail(folder, "cannot be synced", errno);
}

crypto::secret_string read_private_file(const std::filesystem::path& path, file_rules rules) {
  auto text = read_private(path, rules);
  if (!text) fail(path, "there is no such file");
  return std::move(*text);
}

std::optional<crypto::root_key> read_seal_key(const std::filesystem::path& path, file_rules rules) {
  const auto text = read_private(path, rules);
  if (!text) return std::nullopt;
  auto master = crypto::digest{};
  auto octets = crypto::base64url_decode(text->reveal());
  const auto is_key = octets && octets->size() == master.size();
  if (is_key) std::memcpy(master.data(), octets->data(), master.size());
  if (octets) OPENSSL_cleanse(octets->data(), octets->size());
  if (!is_key) fail(path, "is not a seal key");
  return root_of(master);
}

crypto::root_key make_seal_key(const std::filesystem::path& path) {
  auto master = crypto::digest{};
  crypto::buffered_random{}.fill(master);
  make_private(path, crypto::secret_string{crypto::base64url(master)}.reveal());
  return root_of(master);
}

crypto::digest load_or_make_admin_token(const std::filesystem::path& path, file_rules rules) {
  auto token = read_private(path, rules);
  if (!token) {
    auto random = crypto::buffered_random{};
    token = crypto::secret_string{"mad_" + crypto::base64url(random.take<32>())};
    make_private(path, token->reveal());
  }
  if (token->reveal().size() < 32) fail(path, "is not an admin token (32 characters at least)");
  return crypto::sha256(token->reveal());
}

}  // namespace mintage::app
