#include "storage/postgres/mailbox.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <utility>

namespace mintage::storage::postgres {

struct mailbox::content {
  content() : fd{::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)} {}
  ~content() { ::close(fd); }
  content(const content&) = delete;
  content& operator=(const content&) = delete;

  void alarm() const noexcept {
    const auto one = std::uint64_t{1};
    static_cast<void>(!::write(fd, &one, sizeof one));
  }

  const int fd;
  std::mutex mutex;  // guards the rest
  bool is_asked = false;
  bool is_abandoned = false;
  std::optional<checked_connection> got;
};

mailbox::mailbox(connector& from) : from_{from}, content_{std::make_shared<content>()} {}

mailbox::~mailbox() {
  const auto guard = std::scoped_lock{content_->mutex};
  content_->is_abandoned = true;
  content_->got.reset();
}

void mailbox::ask() {
  {
    const auto guard = std::scoped_lock{content_->mutex};
    if (content_->is_asked || content_->got) return;
    content_->is_asked = true;
  }
  from_.want([to = content_](checked_connection c) {
    {
      const auto guard = std::scoped_lock{to->mutex};
      to->is_asked = false;
      if (!to->is_abandoned) to->got = std::move(c);
    }
    to->alarm();
  });
}

bool mailbox::has_got() const {
  const auto guard = std::scoped_lock{content_->mutex};
  return content_->got.has_value();
}

std::optional<checked_connection> mailbox::take() {
  const auto guard = std::scoped_lock{content_->mutex};
  return std::exchange(content_->got, std::nullopt);
}

int mailbox::fd() const noexcept {
  return content_->fd;
}

void mailbox::alarm() const noexcept {
  content_->alarm();
}

void mailbox::calm() const noexcept {
  auto count = std::uint64_t{0};
  static_cast<void>(!::read(content_->fd, &count, sizeof count));
}

void mailbox::wait(std::chrono::milliseconds limit) const {
  auto watched = pollfd{content_->fd, POLLIN, 0};
  static_cast<void>(::poll(&watched, 1, static_cast<int>(limit.count())));
  calm();
}

}  // namespace mintage::storage::postgres
