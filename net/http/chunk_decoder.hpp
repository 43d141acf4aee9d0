/// @file
/// Chunked bodies, read as strictly as header sections. (TOK-10) Internal to net/.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace mintage::net {

/// Octets a chunk extension may have, white space and semicolon included; it is ignored.
constexpr std::size_t max_chunk_extension = 256;
/// Octets a chunk header may have; as many again all trailers together.
constexpr std::size_t max_chunk_line = 8 * 1024;

/// Decodes one body. What it lets through has one meaning for every reader: sizes are hexadecimal
/// digits alone, lines end with CRLF, extensions and trailers follow the grammar and hold no
/// control octet, trailers are not folded and none of them frames or routes the request.
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
  /// @param raw what has arrived and was not consumed yet.
  /// @pre neither `done` nor `broken` was returned yet.
  [[nodiscard]] piece next(std::string_view raw) noexcept;

 private:
  enum class part : std::uint8_t { size, data, data_end, trailers };

  [[nodiscard]] bool take_size(std::string_view line) noexcept;
  [[nodiscard]] bool take_trailer(std::string_view line) noexcept;

  part part_ = part::size;
  /// Octets of the chunk that are still to come.
  std::uint64_t left_ = 0;
  std::size_t trailers_size_ = 0;
};

}  // namespace mintage::net
