/// @file
/// How exchanges travel in messages: many handles in one message, moved and never copied.
#pragma once

#include <memory>
#include <utility>
#include <vector>

namespace mintage::actors {

/// The content of one message. CAF hands messages around by const reference and may copy them, so
/// the handles sit behind one shared pointer; the one receiver takes them out. Handles that nobody
/// took (the receiver was dead) are destroyed with the message and go home by themselves.
template <class Handle>
class batch {
 public:
  batch() = default;
  explicit batch(std::vector<Handle> handles)
      : content_{std::make_shared<std::vector<Handle>>(std::move(handles))} {}
  /// A batch of one.
  explicit batch(Handle one) : content_{std::make_shared<std::vector<Handle>>()} {
    content_->push_back(std::move(one));
  }

  /// Takes the handles out; a second call finds none.
  [[nodiscard]] std::vector<Handle> take() const {
    return content_ ? std::exchange(*content_, {}) : std::vector<Handle>{};
  }

 private:
  std::shared_ptr<std::vector<Handle>> content_;
};

}  // namespace mintage::actors
