/// @file
/// Bulk minting: NDJSON in, NDJSON out, in the same order. Internal to net/.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>

#include "net/admin/json.hpp"
#include "net/connection.hpp"
#include "net/http/line_splitter.hpp"
#include "service/service.hpp"

namespace mintage::net {

/// One POST /admin/codes with application/x-ndjson. It uses its connection's channel and input
/// until it ends. An answer waits in a ring of slots until all earlier ones are ready. A line is in
/// flight until the socket has taken its answer, so nothing is read from a peer that does not read.
class bulk_mint final : public service::caller, public std::enable_shared_from_this<bulk_mint> {
 public:
  static constexpr std::size_t most_in_flight = 256;
  static constexpr std::size_t max_line = 16 * 1024;

  /// @param length Content-Length; nothing for a chunked body.
  bulk_mint(std::shared_ptr<connection> c, std::optional<std::uint64_t> length, bool is_version_11);

  void start();
  void answered(service::exchange& x) noexcept override;
  void expire();
  /// Reads no further lines; ends when those in flight are answered.
  void drain();

 private:
  struct slot {
    std::string text;
    bool is_ready = false;
  };

  void pump();
  void pump_later();
  void take_lines();
  void take(const line_splitter::line& line);
  [[nodiscard]] std::optional<line_splitter::line> next_line();
  [[nodiscard]] bool next_piece();
  void answer_line(std::uint64_t number, std::string text);
  [[nodiscard]] bool flush();
  void compose(std::uint64_t ready_end);
  void write();
  void written(const boost::system::error_code& error, std::size_t n);
  void read();
  void end();
  void cancel_read();
  void set_deadline();

  [[nodiscard]] std::uint64_t in_flight() const noexcept { return next_ - written_; }
  [[nodiscard]] bool is_full() const noexcept { return in_flight() >= most_in_flight; }
  [[nodiscard]] bool takes_lines() const noexcept { return !stopping_ && !broken_ && !is_full(); }

  std::shared_ptr<connection> connection_;
  admin_json json_;
  line_splitter splitter_{max_line};
  /// Octets of the body not received yet; nothing for a chunked body.
  std::optional<std::uint64_t> remaining_;
  const bool chunked_out_;

  // Numbers of lines: written_ <= composed_ <= next_.
  std::uint64_t next_ = 0;
  std::uint64_t composed_ = 0;
  std::uint64_t written_ = 0;
  std::array<slot, most_in_flight> slots_;

  std::string_view piece_;
  std::size_t piece_octets_ = 0;
  std::string out_;
  std::size_t out_sent_ = 0;
  steady::time_point write_deadline_ = never;

  bool over_ = false;      ///< the body has ended
  bool broken_ = false;    ///< the body cannot be read to its end
  bool stopping_ = false;  ///< the server is stopping
  bool head_sent_ = false;
  bool end_sent_ = false;
  bool ended_ = false;
  bool reading_ = false;
  bool writing_ = false;
  bool pumping_ = false;
  bool pump_is_posted_ = false;
};

}  // namespace mintage::net
