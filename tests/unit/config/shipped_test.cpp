// The configs of deploy/: of the Debian package, the image, a cluster's node and Kubernetes.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

#include "config/config.hpp"

namespace mintage::config {
namespace {

const auto deploy = std::filesystem::path{MINTAGE_DEPLOY_FOLDER};

std::string text_of(const std::filesystem::path& file) {
  auto in = std::ifstream{file};
  return {std::istreambuf_iterator<char>{in}, {}};
}

settings parsed(std::string_view text, const std::filesystem::path& file) {
  const auto found = parse(text, file);
  EXPECT_TRUE(found) << (found ? "" : to_string(found.error().front()));
  return found.value_or(settings{});
}

/// The block of a manifest below `key: |`, which is indented by four.
std::string block_of(const std::string& manifest, const std::string& key) {
  auto out = std::string{};
  auto in = manifest.substr(manifest.find("  " + key + ": |\n"));
  in.erase(0, in.find('\n') + 1);
  while (in.starts_with("    ") || in.starts_with("\n")) {
    const auto end = in.find('\n');
    out += (end < 4 ? std::string{} : in.substr(4, end - 4)) + "\n";
    in.erase(0, end + 1);
  }
  return out;
}

TEST(shipped_config, of_the_package_is_right) {
  const auto file = deploy / "debian/mintage.toml";
  const auto found = parsed(text_of(file), file);
  EXPECT_EQ(found.actors.seal_key_file, "/etc/mintage/keys/seal.key");
  EXPECT_EQ(found.storage.rocksdb.path, "/var/lib/mintage/db");
}

TEST(shipped_config, of_the_image_is_right) {
  const auto file = deploy / "container.toml";
  EXPECT_EQ(parsed(text_of(file), file).net.health_listen, "0.0.0.0:9082");
}

TEST(shipped_config, of_kubernetes_is_right) {
  const auto file = deploy / "kubernetes/mintage.yaml";
  const auto found = parsed(block_of(text_of(file), "mintage.toml"), file);
  EXPECT_EQ(found.net.health_listen, "0.0.0.0:9082");
  EXPECT_TRUE(found.files.allow_group_readable);
}

}  // namespace
}  // namespace mintage::config
