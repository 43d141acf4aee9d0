/// @file
/// Who does what concerns the process: app/ implements it.
#pragma once

#include "service/exchange.hpp"

namespace mintage::service {

/// Takes calls for which `oauth::is_about_process` is true. Any thread; never blocks.
class operations {
 public:
  virtual ~operations() = default;
  /// Answers the call on another thread and lets it go. A call that comes after the end is let go
  /// unanswered.
  virtual void perform(admin_handle x) noexcept = 0;
};

}  // namespace mintage::service
