#include "net/tls/pem_files.hpp"

#include <fcntl.h>
#include <openssl/crypto.h>
#include <openssl/pem.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <ctime>
#include <string_view>

#include "crypto/credentials.hpp"

namespace mintage::net {
namespace {

enum class readers : std::uint8_t { anybody, owner, owner_and_group };

/// What a file may be like.
struct file_rules {
  readers who = readers::anybody;
  std::size_t largest = std::size_t{256} * 1024;
  std::string_view too_large = "is larger than 256 KiB";
};
/// An authority lists every certificate that it revoked.
constexpr auto for_revocation_lists =
    file_rules{.largest = std::size_t{16} * 1024 * 1024, .too_large = "is larger than 16 MiB"};

/// The octets of a file; wiped by the destructor.
class file_text {
 public:
  file_text() = default;
  file_text(file_text&&) = default;
  file_text& operator=(file_text&&) = delete;
  ~file_text() { OPENSSL_cleanse(octets_.data(), octets_.size()); }

  [[nodiscard]] static tl::expected<file_text, std::string> read(const std::filesystem::path& file,
                                                                 const file_rules& rules);
  [[nodiscard]] bio_ptr open() const {
    return bio_ptr{BIO_new_mem_buf(octets_.data(), static_cast<int>(octets_.size()))};
  }

 private:
  [[nodiscard]] std::string take(int descriptor, const file_rules& rules);
  std::vector<char> octets_;
};

/// @returns the error, without the file's name; empty on success.
std::string file_text::take(int descriptor, const file_rules& rules) {
  struct stat about {};
  if (::fstat(descriptor, &about) != 0) return std::strerror(errno);
  if (!S_ISREG(about.st_mode)) return "is not a file";
  const auto forbidden = rules.who == readers::anybody ? 0U
                         : rules.who == readers::owner ? 077U
                                                       : 037U;
  if ((about.st_mode & forbidden) != 0) {
    return "holds a private key and must be accessible by its owner only (chmod 600)";
  }
  if (about.st_size > static_cast<off_t>(rules.largest)) return std::string{rules.too_large};
  octets_.resize(static_cast<std::size_t>(about.st_size));
  auto have = std::size_t{0};
  while (have < octets_.size()) {
    const auto n = ::read(descriptor, octets_.data() + have, octets_.size() - have);
    if (n < 0) return std::string{"cannot be read: "} + std::strerror(errno);
    if (n == 0) break;
    have += static_cast<std::size_t>(n);
  }
  octets_.resize(have);
  return {};
}

tl::expected<file_text, std::string> file_text::read(const std::filesystem::path& file,
                                                     const file_rules& rules) {
  // Does not wait for a pipe.
  const auto opened = crypto::open_secret_file(file, O_CLOEXEC | O_NONBLOCK);
  if (opened.descriptor < 0) {
    return tl::unexpected{file.string() + ": cannot be read: " + std::strerror(opened.error)};
  }
  auto allowed = rules;
  if (opened.is_credential && rules.who == readers::owner) allowed.who = readers::owner_and_group;
  auto text = file_text{};
  const auto wrong = text.take(opened.descriptor, allowed);
  ::close(opened.descriptor);
  if (!wrong.empty()) return tl::unexpected{file.string() + ": " + wrong};
  return text;
}

/// Returns no passphrase and notes that one was requested. Without it OpenSSL would ask on the
/// terminal.
int no_passphrase(char*, int, int, void* was_asked) {
  *static_cast<bool*>(was_asked) = true;
  return -1;
}

}  // namespace

std::string openssl_reason() {
  const auto code = ERR_peek_last_error();
  const auto* text = code == 0 ? nullptr : ERR_reason_error_string(code);
  ERR_clear_error();
  return text == nullptr ? "unknown reason" : text;
}

tl::expected<certificate_chain, std::string> read_certificates(const std::filesystem::path& file) {
  const auto text = file_text::read(file, {});
  if (!text) return tl::unexpected{text.error()};
  const auto in = text->open();
  auto chain = certificate_chain{};
  ERR_clear_error();
  while (auto* one = PEM_read_bio_X509(in.get(), nullptr, nullptr, nullptr)) {
    (chain.leaf ? chain.issuers.emplace_back() : chain.leaf).reset(one);
  }
  // The reader always ends with an error; at the end of the file it is this one.
  const auto is_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  const auto reason = openssl_reason();
  if (!is_end) return tl::unexpected{file.string() + ": holds a broken certificate: " + reason};
  if (!chain.leaf) return tl::unexpected{file.string() + ": holds no certificate in PEM form"};
  return chain;
}

tl::expected<std::vector<revocation_list_ptr>, std::string> read_revocation_lists(
    const std::filesystem::path& file) {
  const auto text = file_text::read(file, for_revocation_lists);
  if (!text) return tl::unexpected{text.error()};
  const auto in = text->open();
  auto lists = std::vector<revocation_list_ptr>{};
  ERR_clear_error();
  while (auto* one = PEM_read_bio_X509_CRL(in.get(), nullptr, nullptr, nullptr))
    lists.emplace_back(one);
  const auto is_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  const auto reason = openssl_reason();
  if (!is_end) return tl::unexpected{file.string() + ": holds a broken revocation list: " + reason};
  if (lists.empty())
    return tl::unexpected{file.string() + ": holds no revocation list in PEM form"};
  return lists;
}

namespace {

/// @returns 1970 for no time and one that cannot be read.
std::chrono::sys_seconds time_of(const ASN1_TIME* text) {
  auto when = std::tm{};
  if (text == nullptr || ASN1_TIME_to_tm(text, &when) != 1) return {};
  return std::chrono::sys_seconds{std::chrono::seconds{::timegm(&when)}};
}

}  // namespace

std::chrono::sys_seconds end_of(const certificate_chain& chain) {
  auto first = time_of(X509_get0_notAfter(chain.leaf.get()));
  for (const auto& c : chain.issuers) first = std::min(first, time_of(X509_get0_notAfter(c.get())));
  return first;
}

std::chrono::sys_seconds end_of(std::span<const revocation_list_ptr> lists) {
  auto first = std::chrono::sys_seconds::max();
  for (const auto& l : lists) {
    const auto* const next = X509_CRL_get0_nextUpdate(l.get());
    if (next != nullptr) first = std::min(first, time_of(next));
  }
  return first == std::chrono::sys_seconds::max() ? std::chrono::sys_seconds{} : first;
}

tl::expected<private_key_ptr, std::string> read_private_key(const std::filesystem::path& file,
                                                            bool allow_group_readable) {
  const auto text = file_text::read(
      file, {.who = allow_group_readable ? readers::owner_and_group : readers::owner});
  if (!text) return tl::unexpected{text.error()};
  const auto in = text->open();
  auto was_asked = false;
  ERR_clear_error();
  auto key = private_key_ptr{PEM_read_bio_PrivateKey(in.get(), nullptr, no_passphrase, &was_asked)};
  ERR_clear_error();
  if (was_asked) return tl::unexpected{file.string() + ": the key is encrypted; decrypt it first"};
  if (!key) return tl::unexpected{file.string() + ": holds no private key in PEM form"};
  return key;
}

}  // namespace mintage::net
