/// @file
/// Certificates, revocation lists and private keys from PEM files. For net/tls/*.cpp only.
#pragma once

#include <chrono>
#include <filesystem>
#include <span>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "net/tls/openssl.hpp"

namespace mintage::net {

struct certificate_chain {
  certificate_ptr leaf;
  std::vector<certificate_ptr> issuers;
};

/// @returns the certificates in the order of the file, or a sentence that names it.
[[nodiscard]] tl::expected<certificate_chain, std::string> read_certificates(
    const std::filesystem::path& file);

/// @returns the revocation lists in the file, at least one, or a sentence that names it.
[[nodiscard]] tl::expected<std::vector<revocation_list_ptr>, std::string> read_revocation_lists(
    const std::filesystem::path& file);

/// Reads a key. Refuses a key that is encrypted or that others may read; `allow_group_readable`
/// allows the group of the file.
/// @returns the key, or a sentence that names the file and never contains a part of it.
[[nodiscard]] tl::expected<private_key_ptr, std::string> read_private_key(
    const std::filesystem::path& file, bool allow_group_readable);

/// The earliest time at which a certificate expires. A time that cannot be read is 1970.
[[nodiscard]] std::chrono::sys_seconds end_of(const certificate_chain& chain);
/// The earliest time at which a revocation list needs a successor. A list that names no time has no
/// end: if all are such, 1970.
[[nodiscard]] std::chrono::sys_seconds end_of(std::span<const revocation_list_ptr> lists);

/// OpenSSL's reason for the last failure on this thread, as text. Empties its queue.
[[nodiscard]] std::string openssl_reason();

}  // namespace mintage::net
