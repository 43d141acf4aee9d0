/// @file
/// Lets root work on files of the server with the rights of their owner.
#pragma once

#include <filesystem>
#include <string>

namespace mintage::app {

/// Run by root, the process has the rights of the folder's owner from now on: files that it makes
/// are the server's, and a link that the owner put there leads nowhere that the owner may not go.
/// @returns what prevents it; empty when nothing does, or when this is not root.
[[nodiscard]] std::string become_owner_of(const std::filesystem::path& folder);

}  // namespace mintage::app
