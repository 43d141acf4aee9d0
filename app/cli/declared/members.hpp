/// @file
/// The members of clients and resources in the files of `mintage apply`: their kinds, what apply
/// does with them, and the words of the JSON Schema. They have the names of the admin interface.
#pragma once

#include <boost/json/value.hpp>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace mintage::app {

enum class member_kind : std::uint8_t { text, texts, number, truth, object };

/// What `mintage apply` does with a member.
enum class member_use : std::uint8_t {
  identity,  ///< names the client or resource
  usual,     ///< what a file leaves out gets its default
  fixed,     ///< as `usual`, but no call changes it
  partial,   ///< as `usual`, but nothing is sent where the client has none
  if_said,   ///< what a file leaves out stays as it is
  only_here  ///< of files alone: where to find a secret or keys
};

struct declared_member {
  std::string_view name;
  member_kind kind = member_kind::text;
  member_use use = member_use::usual;
  /// One sentence for editors.
  std::string_view what;
  /// The values it may have, or the elements of its array; null = any.
  std::vector<std::string_view> (*words)() = nullptr;
  /// What takes it away, as JSON, where that is not the empty value of its kind.
  std::string_view nothing{};
};

/// Of a `[[client]]`, in the order of exported files.
[[nodiscard]] std::span<const declared_member> client_members();
/// Of a `[[resource]]`.
[[nodiscard]] std::span<const declared_member> resource_members();
/// @returns null when there is no such member.
[[nodiscard]] const declared_member* find_member(std::span<const declared_member> all,
                                                 std::string_view name);
/// The value that a client without this member has.
[[nodiscard]] boost::json::value nothing_of(const declared_member& m);

/// What names a client whose secret is not in the file. One of them at most.
inline constexpr auto secret_file_member = std::string_view{"client_secret_file"};
inline constexpr auto secret_variable_member = std::string_view{"client_secret_env"};
inline constexpr auto secret_hash_member = std::string_view{"client_secret_hash_file"};
inline constexpr auto keys_file_member = std::string_view{"jwks_file"};

}  // namespace mintage::app
