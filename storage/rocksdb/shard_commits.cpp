#include "storage/rocksdb/shard_commits.hpp"

namespace mintage::storage {

shard_commits::shard_commits(committer& c, durability level, owner o, owner idle,
                             settled_handler settled)
    : committer_{c},
      level_{level},
      owner_{std::make_shared<const owner>(std::move(o))},
      idle_{std::move(idle)},
      settled_{std::move(settled)},
      self_{std::make_shared<shard_commits*>(this)} {}

shard_commits::~shard_commits() {
  *self_ = nullptr;
  committer_.hurry();
}

shard_commits::commit_ptr shard_commits::write(bool is_covered) {
  if (!open_) {
    return nullptr;
  }
  auto c = std::exchange(open_, nullptr);
  c->durable = committer_.write(c->writes, false);
  if (c->durable && level_ == durability::sync && !is_covered) {
    settle_when_durable(std::move(c));
    hurry_when_idle();
    return nullptr;
  }
  return c;
}

std::vector<batch_item> shard_commits::release(const commit_ptr& c) {
  auto woken = std::vector<batch_item>{};
  for (const auto& name : c->locked) {
    locks_.release(name, woken);
  }
  c->writes.Clear();
  c->members.clear();
  c->locked.clear();
  spare_ = c;
  return woken;
}

/// The commit thread holds the owner and the commit. It reaches the shard only through `self_`,
/// which is read on the owner's thread alone.
void shard_commits::settle_when_durable(commit_ptr c) {
  committer_.when_durable([to = owner_, self = self_, c = std::move(c)](bool durable) {
    (*to)([self, c, durable] {
      if (*self != nullptr) {
        c->durable = durable;
        (*self)->settled_(c);
      }
    });
  });
}

/// Begins the fsync once the owner has nothing else to do, so that its writes until then share it.
void shard_commits::hurry_when_idle() {
  if (!idle_) {
    return committer_.hurry();
  }
  if (!std::exchange(hurry_due_, true)) {
    idle_([self = self_] {
      if (*self != nullptr) {
        (*self)->hurry_due_ = false;
        (*self)->committer_.hurry();
      }
    });
  }
}

}  // namespace mintage::storage
