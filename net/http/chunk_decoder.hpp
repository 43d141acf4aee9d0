/// @file
/// Decoding of chunked bodies, as strict as the scan of header sections. (TOK-10) Internal to net/.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace mintage::net {

/// Octets of a chunk extension at most, white space and semicolon included; extensions are ignored.
constexpr std::size_t max_chunk_extension = 256;
/// Octets of a chunk header at most; all trailers together may have as many again.
constexpr std::size_t max_chunk_line = 8 * 1024;

/// Decodes one body. An accepted body has one meaning for every reader: sizes are hexadecimal
/// digits only, lines end with CRLF, extensions and trailers follow the grammar and have no control
/// octets, trailers are not folded, and none of them affects framing or routing.
/// @see RFC 9112 §7.1
class chunk_decoder {
 public:
  enum class progress : std::uint8_t { need_more, payload, done, broken };
  struct piece {
    progress how = progress::need_more;
    /// Octets consumed, payload included.
    std::size_t consumed = 0;
    /// The decoded octets, within the given ones.
    std::string_view payload{};
  };
  /// Decodes the next piece. Extensions and trailers are discarded.
  /// @param raw received octets that are not consumed yet.
  /// @pre neither `done` nor `broken` was returned before.
  [[nodiscard]] piece next(std::string_view raw) noexcept;

 private:
  enum class part : std::uint8_t { size, data, data_end, trailers };

  [[nodiscard]] bool take_size(std::string_view line) noexcept;
  [[nodiscard]] bool take_trailer(std::string_view line) noexcept;

  part part_ = part::size;
  /// Octets of the chunk that have not been received.
  std::uint64_t left_ = 0;
  std::size_t trailers_size_ = 0;
};

}  // namespace mintage::net
