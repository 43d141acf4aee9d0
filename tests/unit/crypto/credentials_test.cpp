#include "crypto/credentials.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

namespace mintage::crypto {
namespace {

namespace fs = std::filesystem;

/// Files of root in `keys`, which nobody else may enter, and of the unit in `handed`. The test is
/// another user meanwhile: permissions keep nothing from root.
class credentials : public testing::Test {
 protected:
  credentials() {
    auto name = (fs::temp_directory_path() / "credentials.XXXXXX").string();
    root_ = ::mkdtemp(name.data());
    fs::permissions(root_, fs::perms{0755});
    for (const auto* each : {"keys/seal.key", "handed/keys_seal.key", "keys/other.key"}) {
      fs::create_directories((root_ / each).parent_path());
      std::ofstream{root_ / each} << each;
    }
    fs::permissions(root_ / "keys", fs::perms::none);
    ::setenv("CREDENTIALS_DIRECTORY", (root_ / "handed").c_str(), 1);
    if (::getuid() == 0) {
      EXPECT_EQ(::seteuid(65534), 0);
    }
  }
  ~credentials() override {
    if (::getuid() == 0) {
      EXPECT_EQ(::seteuid(0), 0);
    }
    ::unsetenv("CREDENTIALS_DIRECTORY");
    fs::permissions(root_ / "keys", fs::perms::owner_all);
    fs::remove_all(root_);
  }

  /// What is in the file that opens; the error's text when none does.
  static std::string read(const fs::path& path, bool is_credential) {
    const auto opened = open_secret_file(path, O_CLOEXEC);
    if (opened.descriptor < 0) return opened.error == EACCES ? "EACCES" : "another error";
    EXPECT_EQ(opened.is_credential, is_credential) << path;
    auto text = std::string(64, '\0');
    const auto size = ::read(opened.descriptor, text.data(), text.size());
    ::close(opened.descriptor);
    text.resize(size < 0 ? 0 : static_cast<std::size_t>(size));
    return text;
  }

  fs::path root_;
};

TEST_F(credentials, stand_for_a_file_that_may_not_be_read) {
  EXPECT_EQ(read(root_ / "keys" / "seal.key", true), "handed/keys_seal.key");
  EXPECT_EQ(read(root_ / "handed" / "keys_seal.key", true), "handed/keys_seal.key");
}

TEST_F(credentials, stand_for_no_other_file) {
  EXPECT_EQ(read(root_ / "keys" / "other.key", false), "EACCES");
  EXPECT_EQ(read(root_ / "absent" / "seal.key", false), "another error");
  ::unsetenv("CREDENTIALS_DIRECTORY");
  EXPECT_EQ(read(root_ / "keys" / "seal.key", false), "EACCES");
}

TEST_F(credentials, do_not_hide_a_file_that_can_be_read) {
  if (::getuid() == 0) {
    EXPECT_EQ(::seteuid(0), 0);
  }
  fs::permissions(root_ / "keys", fs::perms::owner_all);
  EXPECT_EQ(read(root_ / "keys" / "seal.key", false), "keys/seal.key");
}

}  // namespace
}  // namespace mintage::crypto
