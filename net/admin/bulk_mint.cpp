#include "net/admin/bulk_mint.hpp"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <charconv>
#include <utility>

#include "oauth/denial_reasons.hpp"
#include "oauth/request/response.hpp"

namespace mintage::net {
namespace {

namespace asio = boost::asio;

constexpr std::size_t read_capacity = 32 * 1024;

std::string render_outcome(service::mint_exchange& x) {
  if (x.minted) return render_minted(x.text.reveal(), x.expires_in);
  if (x.error) return render(*x.error);
  const auto lost = oauth::lost();
  auto text = std::string{};
  oauth::append_error(text, lost.code, lost.description);
  return text;
}

}  // namespace

bulk_mint::bulk_mint(std::shared_ptr<connection> c, std::optional<std::uint64_t> length,
                     bool is_version_11)
    : connection_{std::move(c)}, remaining_{length}, chunked_out_{is_version_11} {}

void bulk_mint::start() {
  connection_->input().reserve(read_capacity);
  pump();
}

/// Does everything that can be done now: reads lines, writes answers. Then waits for the rest.
void bulk_mint::pump() {
  if (pumping_ || ended_ || connection_->is_closed()) return;
  const auto self = shared_from_this();
  pumping_ = true;
  const auto turn_end = steady::now() + turn_length;
  auto is_cut = false;
  do {
    is_cut = steady::now() >= turn_end;
    if (!is_cut) take_lines();
  } while (flush() && !is_cut);
  pumping_ = false;
  if (connection_->is_closed()) return;
  if (is_cut) {
    set_deadline();
    return pump_later();
  }
  const auto is_answered = in_flight() == 0 && !writing_;
  if (is_answered && (end_sent_ || broken_ || stopping_)) return end();
  if (takes_lines() && !over_) read();
  set_deadline();
}

void bulk_mint::take_lines() {
  while (takes_lines()) {
    const auto line = next_line();
    if (!line) return;
    take(*line);
  }
}

void bulk_mint::take(const line_splitter::line& line) {
  const auto number = next_++;
  if (line.too_long) {
    return answer_line(number, render(oauth::admin_error{oauth::errc::invalid_request,
                                                         "line: longer than 16384 octets"}));
  }
  auto request = json_.read_mint(line.text);
  if (!request) return answer_line(number, render(request.error()));
  auto& service = connection_->where().service();
  auto x = service::mint_handle{
      new service::mint_exchange{shared_from_this(), service.next_request_id(), service.now()}};
  x->request = std::move(*request);
  x->tag = number;
  service.submit(std::move(x));
}

std::optional<line_splitter::line> bulk_mint::next_line() {
  for (;;) {
    if (auto line = splitter_.next(piece_)) return line;
    if (broken_) return std::nullopt;
    if (over_) return splitter_.last();
    if (!next_piece()) return std::nullopt;
  }
}

/// @returns whether there is new input: octets of the body, or its end.
bool bulk_mint::next_piece() {
  auto& input = connection_->input();
  input.consume(std::exchange(piece_octets_, 0));
  if (remaining_) {
    piece_octets_ = static_cast<std::size_t>(std::min<std::uint64_t>(*remaining_, input.size()));
    piece_ = input.view().substr(0, piece_octets_);
    *remaining_ -= piece_octets_;
    over_ = piece_octets_ == 0 && *remaining_ == 0;
    return over_ || piece_octets_ != 0;
  }
  const auto found = connection_->chunks().next(input.view());
  piece_ = found.payload;
  if (found.how == chunk_decoder::progress::payload) {
    piece_octets_ = found.consumed;
    return true;
  }
  input.consume(found.consumed);
  over_ = found.how == chunk_decoder::progress::done;
  broken_ = found.how == chunk_decoder::progress::broken;
  return over_ || broken_;
}

void bulk_mint::answered(service::exchange& x) noexcept {
  if (connection_->is_closed()) return;
  answer_line(x.tag, render_outcome(service::exchange_as<service::mint_exchange>(x)));
  // Answers arrive in batches, so writing is posted, to run after the last of those that are ready.
  if (!pumping_) pump_later();
}

void bulk_mint::pump_later() {
  if (std::exchange(pump_is_posted_, true)) return;
  asio::post(connection_->where().context(), [self = shared_from_this()] {
    self->pump_is_posted_ = false;
    self->pump();
  });
}

void bulk_mint::answer_line(std::uint64_t number, std::string text) {
  auto& s = slots_[number % most_in_flight];
  s.text = std::move(text);
  s.is_ready = true;
}

/// @returns whether the socket took answers, so that more lines may be read.
bool bulk_mint::flush() {
  if (writing_ || connection_->is_closed()) return false;
  auto ready_end = composed_;
  while (ready_end < next_ && slots_[ready_end % most_in_flight].is_ready) ++ready_end;
  const auto is_last = over_ && ready_end == next_ && !end_sent_;
  if (ready_end == composed_ && !is_last) return false;
  compose(ready_end);
  write();
  return !writing_ && !connection_->is_closed();
}

void bulk_mint::compose(std::uint64_t ready_end) {
  out_.clear();
  out_sent_ = 0;
  if (!std::exchange(head_sent_, true)) {
    const auto p = chunked_out_ ? connection_->persistence_now() : persistence::close;
    auto& service = connection_->where().service();
    append_head(
        out_,
        {.content_type = "application/x-ndjson", .is_stream = true, .is_chunked = chunked_out_}, p,
        service.next_request_id(), connection_->where().date());
  }
  auto size = std::size_t{0};
  for (auto n = composed_; n < ready_end; ++n) size += slots_[n % most_in_flight].text.size() + 1;
  if (chunked_out_ && size != 0) {
    auto digits = std::array<char, 16>{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), size, 16).ptr;
    out_.append(digits.data(), end).append("\r\n");
  }
  for (; composed_ < ready_end; ++composed_) {
    auto& s = slots_[composed_ % most_in_flight];
    out_.append(s.text).push_back('\n');
    s.text.clear();
    s.is_ready = false;
  }
  if (chunked_out_ && size != 0) out_.append("\r\n");
  // Without the last chunk the peer knows that the answer is incomplete.
  end_sent_ = over_ && composed_ == next_;
  if (end_sent_ && chunked_out_) out_.append("0\r\n\r\n");
}

void bulk_mint::write() {
  writing_ = true;
  auto error = boost::system::error_code{};
  const auto n = connection_->peer().write_some(asio::buffer(std::as_const(out_)), error);
  if (error && error != asio::error::would_block) return connection_->close();
  out_sent_ = n;
  if (out_sent_ == out_.size()) {
    writing_ = false;
    written_ = composed_;
    return;
  }
  written({}, 0);
}

void bulk_mint::written(const boost::system::error_code& error, std::size_t n) {
  if (connection_->is_closed()) return;
  if (error) return connection_->close();
  out_sent_ += n;
  if (out_sent_ == out_.size()) {
    writing_ = false;
    written_ = composed_;
    return pump();
  }
  write_deadline_ = steady::now() + connection_->settings().write_timeout;
  set_deadline();
  connection_->peer().async_write_some(
      asio::buffer(std::as_const(out_)) + out_sent_,
      [self = shared_from_this()](const boost::system::error_code& e, std::size_t taken) {
        self->written(e, taken);
      });
}

void bulk_mint::read() {
  if (reading_) return;
  auto& input = connection_->input();
  if (input.space().empty()) input.reserve(2 * input.size());
  reading_ = true;
  connection_->peer().async_read_some(
      input.space(),
      [self = shared_from_this()](const boost::system::error_code& error, std::size_t n) {
        if (self->ended_ || self->connection_->is_closed()) return;
        self->reading_ = false;
        if (error && error != asio::error::eof) return self->connection_->lose_peer();
        // The peer has closed its side inside the body. Lines in flight are still answered.
        if (error) self->broken_ = true;
        self->connection_->input().commit(n);
        self->pump();
      });
}

void bulk_mint::expire() {
  if (!head_sent_ && !writing_) {
    ended_ = true;
    cancel_read();
    return connection_->refuse(408, "The request did not arrive in time.");
  }
  connection_->close();
}

void bulk_mint::drain() {
  stopping_ = true;
  pump();
}

void bulk_mint::end() {
  ended_ = true;
  cancel_read();
  if (!head_sent_ && broken_) return connection_->refuse(400, "The chunked body is malformed.");
  connection_->end_stream(end_sent_ && chunked_out_);
}

/// Called before the connection reads into the same buffer.
void bulk_mint::cancel_read() {
  if (reading_) connection_->peer().cancel();
}

/// Sets a deadline for the peer only; waiting for commits has none.
void bulk_mint::set_deadline() {
  if (ended_ || connection_->is_closed()) return;
  if (writing_) {
    connection_->set_deadline(write_deadline_);
  } else if (reading_ && in_flight() == 0) {
    connection_->set_deadline(steady::now() + connection_->settings().body_timeout);
  } else {
    connection_->set_deadline(never);
  }
}

}  // namespace mintage::net
