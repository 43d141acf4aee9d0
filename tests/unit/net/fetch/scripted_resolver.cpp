#include "tests/unit/net/fetch/scripted_resolver.hpp"

#include <dlfcn.h>
#include <netdb.h>

#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <string_view>
#include <utility>

namespace mintage::net::test {
namespace {

struct script {
  std::vector<std::string> addresses;
  bool hangs = false;
  std::size_t look_ups = 0;
};

std::mutex mutex;  // guards the rest
std::condition_variable released;
bool are_released = false;
std::map<std::string, script, std::less<>> scripts;

/// The address that is the next answer; nothing for a name without any.
std::optional<std::string> next_address(std::string_view name) {
  auto lock = std::unique_lock{mutex};
  const auto found = scripts.find(name);
  if (found == scripts.end()) return std::nullopt;
  auto& s = found->second;
  ++s.look_ups;
  if (s.hangs) released.wait(lock, [] { return are_released; });
  if (s.addresses.empty()) return std::nullopt;
  auto next = s.addresses.front();
  if (s.addresses.size() > 1) s.addresses.erase(s.addresses.begin());
  return next;
}

}  // namespace

void resolve(const std::string& name, std::vector<std::string> addresses) {
  const auto guard = std::scoped_lock{mutex};
  scripts[name] = {std::move(addresses), false, 0};
}

void hang(const std::string& name) {
  const auto guard = std::scoped_lock{mutex};
  scripts[name] = {{}, true, 0};
  are_released = false;
}

void release_look_ups() {
  {
    const auto guard = std::scoped_lock{mutex};
    are_released = true;
  }
  released.notify_all();
}

std::size_t look_ups(const std::string& name) {
  const auto guard = std::scoped_lock{mutex};
  return scripts[name].look_ups;
}

}  // namespace mintage::net::test

/// Found before libc's by all libraries of this program.
extern "C" int getaddrinfo(const char* name, const char* service, const addrinfo* hints,
                           addrinfo** found) {
  using function = int (*)(const char*, const char*, const addrinfo*, addrinfo**);
  static const auto real = reinterpret_cast<function>(::dlsym(RTLD_NEXT, "getaddrinfo"));
  if (name == nullptr || !std::string_view{name}.ends_with(".test"))
    return real(name, service, hints, found);
  const auto address = mintage::net::test::next_address(name);
  if (!address) return EAI_NONAME;
  return real(address->c_str(), service, hints, found);
}
