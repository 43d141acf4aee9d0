#include "actors/stages/pools.hpp"

#include <numeric>

namespace mintage::actors {

std::string_view to_string(pool p) noexcept {
  switch (p) {
    case pool::http:
      return "http";
    case pool::validator:
      return "validator";
    case pool::code_store:
      return "code_store";
    case pool::signer:
      return "signer";
    case pool::hasher:
      return "hasher";
    case pool::registry:
      return "registry";
    case pool::key_keeper:
      return "key_keeper";
    case pool::key_fetcher:
      return "key_fetcher";
    case pool::logout_notifier:
      return "logout_notifier";
  }
  return "";
}

member_board::member_board(const by_pool<std::size_t>& sizes)
    : missing_{std::accumulate(sizes.all.begin(), sizes.all.end(), std::size_t{0})} {
  for (const auto p : pools) works_[p] = std::vector<std::atomic<bool>>(sizes[p]);
}

void member_board::note_working(pool p, std::size_t index) noexcept {
  if (!works_[p][index].exchange(true)) missing_.fetch_sub(1, std::memory_order_release);
}

void member_board::note_ended(pool p, std::size_t index) noexcept {
  if (works_[p][index].exchange(false)) missing_.fetch_add(1, std::memory_order_release);
}

}  // namespace mintage::actors
