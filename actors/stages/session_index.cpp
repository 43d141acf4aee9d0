#include "actors/stages/session_index.hpp"

#include <utility>

namespace mintage::actors {

void session_index::find(std::vector<session_search_handle> some) {
  for (auto& s : some) {
    auto keys = s->keys;
    const auto held = std::make_shared<session_search_handle>(std::move(s));
    shard_.records->read(storage::table::session_clients, std::move(keys), shard_.now(),
                         [this, held](std::vector<storage::read_result> found) {
                           (*held)->found = std::move(found);
                           shard_.to.session_found(std::move(*held));
                         });
  }
}

}  // namespace mintage::actors
