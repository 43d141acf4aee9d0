#include "bench/load/wire.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>

#include "bench/load/driver.hpp"

namespace mintage::bench {

namespace asio = boost::asio;
using boost::system::error_code;

wire::wire(asio::io_context& context, const tcp::endpoint& where, driver& d)
    : socket_{context}, where_{where}, driver_{d}, input_(16384) {}

bool wire::connect() {
  close();
  auto error = error_code{};
  socket_.connect(where_, error);
  if (error) return false;
  socket_.non_blocking(true, error);
  socket_.set_option(tcp::no_delay{true}, error);
  return !error;
}

void wire::close() noexcept {
  auto ignored = error_code{};
  socket_.close(ignored);
  ++generation_;
  filled_ = 0;
}

void wire::send(std::string_view request, nanoseconds intended) {
  intended_ = intended;
  busy_ = true;
  if (!socket_.is_open() && !connect()) return fail("cannot connect");
  auto error = error_code{};
  const auto sent = socket_.write_some(asio::buffer(request.data(), request.size()), error);
  if (error && error != asio::error::would_block) return fail("connection broken");
  if (sent < request.size()) {
    output_.assign(request.substr(sent));
    return write_rest();
  }
  await();
}

void wire::write_rest() {
  asio::async_write(socket_, asio::buffer(output_),
                    [this, mine = generation_](error_code error, std::size_t) {
                      if (mine != generation_) return;
                      error ? fail("connection broken") : await();
                    });
}

// Waiting costs one system call less than asio's async_read_some, which first reads in vain.
void wire::await() {
  socket_.async_wait(tcp::socket::wait_read, [this, mine = generation_](error_code error) {
    if (mine != generation_) return;
    error ? fail("connection broken") : read();
  });
}

void wire::read() {
  if (filled_ == input_.size()) input_.resize(input_.size() * 2);
  auto error = error_code{};
  filled_ +=
      socket_.read_some(asio::buffer(input_.data() + filled_, input_.size() - filled_), error);
  if (error == asio::error::would_block) return await();
  if (error == asio::error::eof) return fail("closed without an answer");
  if (error) return fail("connection broken");
  switch (cut_answer({input_.data(), filled_}, answer_)) {
    case cut::incomplete:
      return await();
    case cut::malformed:
      return fail("malformed HTTP");
    case cut::complete:
      break;
  }
  // One request, one answer: more octets belong to nothing that was asked.
  if (answer_.size != filled_) return fail("more than one answer");
  const auto status = answer_.status;
  const auto body = answer_.body;
  filled_ = 0;
  if (answer_.closes) close();
  driver_.answered(*this, status, body);
}

void wire::fail(std::string_view kind) {
  close();
  driver_.broken(*this, kind);
}

}  // namespace mintage::bench
