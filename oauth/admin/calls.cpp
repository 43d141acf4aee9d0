#include "oauth/admin/calls.hpp"

namespace mintage::oauth {

bool is_about_keys(const admin_call& call) noexcept {
  return std::holds_alternative<list_keys>(call) || std::holds_alternative<rotate_keys>(call) ||
         std::holds_alternative<remove_key>(call);
}

}  // namespace mintage::oauth
