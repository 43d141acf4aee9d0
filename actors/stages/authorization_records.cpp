#include "actors/stages/authorization_records.hpp"

#include <memory>
#include <utility>

namespace mintage::actors {

using storage::verdict;

void authorization_records::keep(std::vector<service::authorization_handle> some) {
  auto ops = std::vector<storage::insert_op>{};
  ops.reserve(some.size());
  for (const auto& x : some)
    ops.push_back({.kind = storage::table::authorization_requests,
                   .key = storage::record_key::of(x->record->key),
                   .expires = x->record->expires,
                   .binding = {},
                   .value = std::move(x->record->sealed)});
  auto held = std::make_shared<std::vector<service::authorization_handle>>(std::move(some));
  shard_.records->insert(std::move(ops), shard_.now(),
                         [this, held](const std::vector<verdict>& found) {
                           auto kept = std::vector<service::authorization_handle>{};
                           for (auto i = std::size_t{0}; i < held->size(); ++i) {
                             if (found[i] != verdict::ok) continue;
                             (*held)[i]->record.reset();
                             (*held)[i]->after = service::next_stage::reply;
                             kept.push_back(std::move((*held)[i]));
                           }
                           held->clear();  // the others return
                           if (!kept.empty()) shard_.to.authorizations_recorded(std::move(kept));
                         });
}

void authorization_records::find(std::vector<service::authorization_handle> some) {
  auto keys = std::vector<storage::record_key>{};
  keys.reserve(some.size());
  for (const auto& x : some) keys.push_back(storage::record_key::of(x->record->key));
  auto held = std::make_shared<std::vector<service::authorization_handle>>(std::move(some));
  shard_.records->read(storage::table::authorization_requests, std::move(keys), shard_.now(),
                       [this, held](std::vector<storage::read_result> found) {
                         auto read = std::vector<service::authorization_handle>{};
                         for (auto i = std::size_t{0}; i < held->size(); ++i) {
                           auto& x = (*held)[i];
                           if (found[i].what == verdict::unknown) continue;
                           x->was_sought = true;
                           x->record->sealed.clear();
                           if (found[i].what == verdict::ok)
                             x->record->sealed = std::move(found[i].value);
                           read.push_back(std::move(x));
                         }
                         held->clear();  // those that the store cannot tell of return
                         if (!read.empty()) shard_.to.authorizations_found(std::move(read));
                       });
}

}  // namespace mintage::actors
