/// @file
/// What `mintage apply` has to do: the difference between the files and the server.
#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <cstdint>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "app/cli/declared/declarations.hpp"

namespace mintage::app {

enum class step_action : std::uint8_t { add, change, remove };
enum class declared_kind : std::uint8_t { client, resource };

/// One member that is to become another. Null = there is none.
struct member_change {
  std::string name;
  boost::json::value from;
  boost::json::value to;
};

/// One client or resource that is to be added, changed or removed.
struct step {
  step_action action = step_action::add;
  declared_kind kind = declared_kind::client;
  std::string id;
  std::vector<member_change> changes{};
  /// What is sent; without a secret.
  boost::json::object body{};
  /// Where the secret of a new client is.
  secret_options secret{};
  /// Why it cannot be done; empty when it can.
  std::string obstacle{};
};

struct plan {
  /// In the order in which they are done: what is needed comes first, what is removed last.
  std::vector<step> steps;
  std::size_t unchanged = 0;
  /// Clients and resources of the server that are in no file, and stay: `client ID`.
  std::vector<std::string> undeclared;

  [[nodiscard]] std::size_t count(step_action a) const noexcept;
};

/// @param clients,resources as GET /admin/clients and /admin/resources list them.
/// @param prune remove what is in no file. Clients that have registered themselves are never
///        removed.
[[nodiscard]] plan make_plan(const declarations& wanted, const boost::json::array& clients,
                             const boost::json::array& resources, bool prune);

/// The change that makes the client of the server the declared one; its action is `change`.
/// @returns a step without changes when both are the same.
[[nodiscard]] step change_of(const declared_client& wanted, const boost::json::object& now);

/// For people: a line for each step, a line for each member, and a line with the counts.
void print(std::ostream& out, const plan& p);
/// `{"changes":[{"action","kind","id","members":[{"name","from","to"}],"obstacle"}],"unchanged":n,
/// "undeclared":["client x"]}`
[[nodiscard]] boost::json::object to_json(const plan& p);
/// `client "shop"`
[[nodiscard]] std::string name_of(const step& s);

}  // namespace mintage::app
