/// @file
/// Files and directories that are on the disk when a call returns.
#pragma once

#include <filesystem>
#include <stop_token>
#include <string_view>

namespace mintage::storage {

/// Whether the one is the other or lies below it, links followed.
bool is_within(const std::filesystem::path& inner, const std::filesystem::path& outer);

// All of them throw std::system_error, whose text names the path.

/// Makes a directory and those around it that are missing.
void make_directories(const std::filesystem::path& path);
/// Makes a directory for its owner alone. The caller syncs the one around it.
/// @returns whether it was not there.
bool make_private_directory(const std::filesystem::path& path);
/// Puts on the disk what a directory holds, not what is in its files.
void sync_directory(const std::filesystem::path& path);
/// The files of a directory, and itself.
void sync_files(const std::filesystem::path& directory);
/// Writes a file for its owner alone, which must not exist.
void write_durably(const std::filesystem::path& path, std::string_view octets);
/// Copies the files of a directory, which has no others below, to a new one.
/// @param stop ends it: std::errc::operation_canceled.
void copy_durably(const std::filesystem::path& from, const std::filesystem::path& to,
                  const std::stop_token& stop = {});

}  // namespace mintage::storage
