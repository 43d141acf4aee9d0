/// @file
/// Fuzzes the decoding of chunked bodies: in one piece and octet by octet it must judge the same.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "net/http/chunk_decoder.hpp"

namespace {

using mintage::net::chunk_decoder;

struct outcome {
  chunk_decoder::progress how = chunk_decoder::progress::need_more;
  std::string payload;
  std::size_t consumed = 0;
};

/// @param step octets that arrive at once.
outcome decode(std::string_view text, std::size_t step) {
  auto decoder = chunk_decoder{};
  auto out = outcome{};
  auto arrived = std::size_t{0};
  while (arrived < text.size()) {
    arrived = arrived + step < text.size() ? arrived + step : text.size();
    for (;;) {
      const auto piece = decoder.next(text.substr(out.consumed, arrived - out.consumed));
      out.consumed += piece.consumed;
      out.payload += piece.payload;
      out.how = piece.how;
      if (piece.how == chunk_decoder::progress::need_more) break;
      if (piece.how != chunk_decoder::progress::payload) return out;
    }
  }
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = std::string_view{reinterpret_cast<const char*>(data), size};
  const auto whole = decode(text, size + 1);
  const auto cut = decode(text, 1);
  if (whole.how != cut.how) __builtin_trap();
  if (whole.how != chunk_decoder::progress::done) return 0;
  if (whole.payload != cut.payload || whole.consumed != cut.consumed) __builtin_trap();
  if (!text.substr(0, whole.consumed).ends_with("\r\n\r\n")) __builtin_trap();
  return 0;
}
