/// @file
/// Writes clients and resources as the files that `mintage apply` reads.
#pragma once

#include <boost/json/object.hpp>
#include <string>

namespace mintage::app {

/// A `[[client]]` without what has its default, and without secrets.
/// @param client as GET /admin/clients/{id} shows it.
[[nodiscard]] std::string client_table(const boost::json::object& client);
/// A `[[resource]]`. @param resource as GET /admin/resources shows it.
[[nodiscard]] std::string resource_table(const boost::json::object& resource);
/// A name of a file for an id, different for each: at most 255 characters, none of which is special
/// to a shell or a file system.
[[nodiscard]] std::string file_name(const std::string& id);

}  // namespace mintage::app
