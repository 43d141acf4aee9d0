/// @file
/// Fields of a record that a newer version wrote: this version keeps them when it writes the record
/// again. (PROTOCOL.md §9)
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "records.pb.h"

namespace mintage::storage {

/// The highest field number of each message of records.proto that is written again. A field with a
/// higher number is of a newer version. A unit test compares them with records.proto.
constexpr auto newest_login_field = std::uint32_t{records::login::kUsernameFieldNumber};
constexpr auto newest_grant_field = std::uint32_t{records::grant::kX5TFieldNumber};
constexpr auto newest_secret_field = std::uint32_t{records::stored_secret::kExpiresFieldNumber};
constexpr auto newest_client_field = std::uint32_t{records::client::kSoftwareVersionFieldNumber};
constexpr auto newest_registration_field =
    std::uint32_t{records::registration::kLastUsedFieldNumber};
constexpr auto newest_token_field =
    std::uint32_t{records::registration_token::kResourcesFieldNumber};
constexpr auto newest_resource_field =
    std::uint32_t{records::resource::kAccessTokenClaimsFieldNumber};
constexpr auto newest_key_field = std::uint32_t{records::key::kRemoveFieldNumber};

/// @param message the encoding of a message. Octets that are none end the search.
/// @returns the fields whose number is above `newest`, as they are, in their order. Appended to an
///          encoding without them they are part of that message.
[[nodiscard]] std::string newer_fields(std::string_view message, std::uint32_t newest);

/// @returns what the field holds that is a text or a message: the last one with that number; empty
///          when there is none.
[[nodiscard]] std::string_view field_content(std::string_view message, std::uint32_t number);

}  // namespace mintage::storage
