#include "oauth/admin/calls.hpp"

namespace mintage::oauth {

bool is_reading(const admin_call& call) noexcept {
  return std::holds_alternative<show_client>(call) || std::holds_alternative<list_clients>(call) ||
         std::holds_alternative<list_keys>(call) || std::holds_alternative<list_resources>(call) ||
         std::holds_alternative<show_refusal>(call) ||
         std::holds_alternative<list_refusals>(call) ||
         std::holds_alternative<show_registered>(call) ||
         std::holds_alternative<list_registration_tokens>(call) ||
         std::holds_alternative<show_seal>(call);
}

bool is_about_keys(const admin_call& call) noexcept {
  return std::holds_alternative<list_keys>(call) || std::holds_alternative<rotate_keys>(call) ||
         std::holds_alternative<remove_key>(call);
}

bool is_about_process(const admin_call& call) noexcept {
  return std::holds_alternative<reload_config>(call) || std::holds_alternative<back_up>(call) ||
         std::holds_alternative<rotate_seal>(call) || std::holds_alternative<show_seal>(call) ||
         std::holds_alternative<retire_seal>(call);
}

bool is_from_client(const admin_call& call) noexcept {
  return std::holds_alternative<register_client_call>(call) ||
         std::holds_alternative<show_registered>(call) ||
         std::holds_alternative<update_registered_call>(call) ||
         std::holds_alternative<remove_registered>(call);
}

}  // namespace mintage::oauth
