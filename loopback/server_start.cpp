#include "loopback/server_start.hpp"

#include <cstdio>
#include <stdexcept>

namespace mintage::loopback {

std::string render(const settings& all) {
  auto tables = settings{};
  for (const auto& [key, value] : all) {
    const auto dot = key.rfind('.');
    const auto is_top = dot == std::string::npos;
    tables[is_top ? "" : key.substr(0, dot)] +=
        (is_top ? key : key.substr(dot + 1)) + " = " + value + "\n";
  }
  auto out = std::string{};
  for (const auto& [name, lines] : tables) {
    if (!name.empty()) out += "[" + name + "]\n";
    out += lines;
  }
  return out;
}

server_ports await_ready(child_process& server, const std::filesystem::path& log) {
  const auto line = server.read_line(std::chrono::seconds{60});
  auto http = 0U;
  auto admin = 0U;
  if (!line || std::sscanf(line->c_str(), "ready http=127.0.0.1:%u admin=127.0.0.1:%u", &http,
                           &admin) != 2) {
    throw std::runtime_error{"the server did not become ready: " + line.value_or("") + "\n" +
                             read_file(log)};
  }
  return {static_cast<std::uint16_t>(http), static_cast<std::uint16_t>(admin)};
}

}  // namespace mintage::loopback
