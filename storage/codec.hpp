/// @file
/// Records to octets and back: Protocol Buffers (storage/records.proto).
#pragma once

#include <optional>
#include <string>

#include "oauth/client/client.hpp"
#include "oauth/grant/code.hpp"
#include "oauth/grant/grant.hpp"
#include "oauth/logout/logout_token.hpp"
#include "storage/engine.hpp"

namespace mintage::storage {

/// Encoders cannot fail. Decoders return nothing for octets that are not such a record. They read
/// records of older and newer versions: unknown fields change nothing, and those of a record that
/// is written again are kept (`newer_fields`), so that an older node takes nothing from a newer
/// one.
[[nodiscard]] std::string encode(const oauth::authorization_code& code);
[[nodiscard]] std::optional<oauth::authorization_code> decode_code(std::string_view octets);
[[nodiscard]] std::string encode(const oauth::grant& g);
[[nodiscard]] std::optional<oauth::grant> decode_grant(std::string_view octets);
[[nodiscard]] std::string encode(const oauth::access_token& t);
[[nodiscard]] std::optional<oauth::access_token> decode_access_token(std::string_view octets);
/// The value of an index record: the subject of the session's client.
[[nodiscard]] std::string encode_session_client(std::string_view sub);
[[nodiscard]] std::optional<std::string> decode_session_client(std::string_view octets);
[[nodiscard]] std::string encode(const oauth::logout_notice& n);
[[nodiscard]] std::optional<oauth::logout_notice> decode_logout_notice(std::string_view octets);
[[nodiscard]] std::string encode(const outbox_entry& e);
[[nodiscard]] std::optional<outbox_entry> decode_outbox_entry(std::string_view octets);
[[nodiscard]] std::string encode(const oauth::resource& r);
[[nodiscard]] std::optional<oauth::resource> decode_resource(std::string_view octets);
[[nodiscard]] std::string encode(const oauth::client& c);
[[nodiscard]] std::optional<oauth::client> decode_client(std::string_view octets);
[[nodiscard]] std::string encode(const oauth::registration_token& t);
[[nodiscard]] std::optional<oauth::registration_token> decode_registration_token(
    std::string_view octets);
[[nodiscard]] std::string encode(const key_record& k);
[[nodiscard]] std::optional<key_record> decode_key(std::string_view octets);

}  // namespace mintage::storage
