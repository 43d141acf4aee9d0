/// @file
/// Fuzzes the scan of a header section: the result is the same for one piece and for two, and what
/// is accepted contains nothing that TOK-10 forbids.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "net/http/framing.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using mintage::net::head_scanner;
  const auto text = std::string_view{reinterpret_cast<const char*>(data), size};
  auto whole = head_scanner{4096};
  const auto judged = whole.scan(text);

  auto pieces = head_scanner{4096};
  auto found = pieces.scan(text.substr(0, size / 2));
  if (found == head_scanner::outcome::need_more) found = pieces.scan(text);
  if (found != judged) __builtin_trap();

  if (judged == head_scanner::outcome::complete) {
    const auto section = text.substr(0, whole.size());
    if (!section.ends_with("\r\n\r\n")) __builtin_trap();
    if (section.find("\n ") != section.npos || section.find("\n\t") != section.npos)
      __builtin_trap();
    for (auto i = std::size_t{0}; i < section.size(); ++i)
      if (section[i] == '\n' && (i == 0 || section[i - 1] != '\r')) __builtin_trap();
    if (whole.is_chunked() && whole.content_length()) __builtin_trap();
  }
  return 0;
}
