#include "storage/rocksdb/operation_outcome.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

namespace mintage::storage {
namespace {

using records::envelope;

rocksdb::Slice to_slice(std::string_view s) noexcept {
  return {s.data(), s.size()};
}

}  // namespace

progress operation_outcome::insert(insert_op& op, verdict& result, instant now, batch_item t) {
  const auto name = record_name{op.kind, op.key};
  if (commits_.wait(name, t)) {
    return progress::waits;
  }
  auto found = find(name);
  if (found == lookup::failed || (found == lookup::found && now < record_.expires)) {
    result = found == lookup::failed ? verdict::unknown : verdict::exists;
    return progress::settled;
  }
  record_.assign(op);
  put(name);
  if (op.kind == table::codes) {
    live_.keep(op.key, record_);
  }
  result = verdict::ok;
  return progress::written;
}

progress operation_outcome::read(const record_name& name, read_result& result, instant now,
                                 batch_item t) {
  if (commits_.wait(name, t)) {
    return progress::waits;
  }
  if (const auto* code = name.kind == table::codes ? live_.find(name.key) : nullptr) {
    result.what = now < code->expires ? verdict::ok : verdict::expired;
    result.binding = code->binding;
    result.value = code->value;
    return progress::settled;
  }
  auto found = find(name);
  auto tombstone = found == lookup::found && record_.is(envelope::CONSUMED);
  if (found != lookup::found || (tombstone && now >= record_.expires)) {
    result.what = found == lookup::failed ? verdict::unknown : verdict::absent;
    return progress::settled;
  }
  if (tombstone) {
    result.what = verdict::replayed;
    result.consumed_at = record_.consumed_at();
    result.new_grant = record_.new_grant();
  } else if (now >= record_.expires) {
    result.what = verdict::expired;
  } else {
    result.what = record_.is(envelope::REVOKED) ? verdict::revoked : verdict::ok;
  }
  const auto& binding = record_.body.binding();
  std::copy_n(binding.begin(), std::min(binding.size(), result.binding.size()),
              result.binding.begin());
  if (name.kind == table::codes && result.what == verdict::ok) {
    result.value = record_.body.value();
    live_.keep(name.key, record_);
  } else {
    result.value.swap(*record_.body.mutable_value());
  }
  return progress::settled;
}

progress operation_outcome::consume(consume_op& op, consume_result& result, instant now,
                                    batch_item t) {
  const auto name = record_name{table::codes, op.key};
  const auto new_grant = record_name{op.new_grant.kind, op.new_grant.key};
  if (commits_.wait(name, t)) {
    return progress::waits;
  }
  auto found = live_.take(op.key, record_) ? lookup::found : find(name);
  auto tombstone = found == lookup::found && record_.is(envelope::CONSUMED);
  if (found != lookup::found || (tombstone && now >= record_.expires)) {
    result.what = found == lookup::failed ? verdict::unknown : verdict::absent;
    return progress::settled;
  }
  if (!record_.has_binding(op.binding)) {
    result.what = verdict::mismatch;
    return count_failure(name, now);
  }
  if (tombstone) {
    result.what = record_.has_attempt(op.attempt) ? verdict::ok : verdict::replayed;
    result.consumed_at = record_.consumed_at();
    result.new_grant = record_.new_grant();
    return progress::settled;
  }
  if (now >= record_.expires || record_.is(envelope::REVOKED)) {
    result.what = now >= record_.expires ? verdict::expired : verdict::revoked;
    return progress::settled;
  }
  if (commits_.wait(new_grant, t)) {
    return progress::waits;
  }
  recent_.remember(
      {op.key, op.attempt, now, record_.expires, std::move(*record_.body.mutable_value())});
  record_.make_tombstone(op, now);
  put(name);
  record_.assign(op.new_grant);
  put(new_grant);
  result = {verdict::ok, now, new_grant.key};
  return progress::written;
}

/// Counts one more failure in `record_` while it is live. At the limit the code is revoked
/// (COD-05).
progress operation_outcome::count_failure(const record_name& name, instant now) {
  if (!record_.is(envelope::LIVE) || now >= record_.expires) {
    return progress::settled;
  }
  record_.body.set_failures(record_.body.failures() + 1);
  if (record_.body.failures() >= max_failures_) {
    record_.body.set_state(envelope::REVOKED);
  }
  put(name);
  return progress::written;
}

progress operation_outcome::release(const release_op& op, verdict& result, instant now,
                                    batch_item t) {
  const auto name = record_name{table::codes, op.key};
  if (commits_.wait(name, t)) {
    return progress::waits;
  }
  auto found = find(name);
  const auto* before = recent_.find(op.key, op.attempt);
  if (found != lookup::found || before == nullptr || !record_.is(envelope::CONSUMED) ||
      !record_.has_attempt(op.attempt) || now >= record_.expires) {
    result = found == lookup::failed ? verdict::unknown : verdict::absent;
    return progress::settled;
  }
  const auto new_grant = record_name{table::grants, record_.new_grant()};
  if (commits_.wait(new_grant, t)) {
    return progress::waits;
  }
  released_.expires = before->expires;
  released_.body.Clear();
  released_.body.set_value(before->value);
  released_.body.set_binding(record_.body.binding());
  released_.body.set_failures(record_.body.failures());
  found = find(new_grant);
  if (found == lookup::failed || (found == lookup::found && record_.is(envelope::REVOKED))) {
    result = found == lookup::failed ? verdict::unknown : verdict::revoked;
    return progress::settled;
  }
  std::swap(record_, released_);
  put(name);
  commits_.lock(new_grant);
  static_cast<void>(commits_.writes().Delete(db_[new_grant.kind], to_slice(new_grant.key.view())));
  result = verdict::ok;
  return progress::written;
}

progress operation_outcome::rotate(rotate_op& op, rotate_result& result, instant now,
                                   batch_item t) {
  const auto name = record_name{table::grants, op.key};
  if (commits_.wait(name, t)) {
    return progress::waits;
  }
  auto found = find(name);
  if (found != lookup::found) {
    result.what = found == lookup::failed ? verdict::unknown : verdict::absent;
    return progress::settled;
  }
  result = record_.rotate(op, now);
  if (result.what != verdict::ok) {
    return progress::settled;
  }
  put(name);
  return progress::written;
}

progress operation_outcome::revoke(const revoke_op& op, verdict& result, instant now,
                                   batch_item t) {
  const auto name = record_name{op.kind, op.key};
  if (commits_.wait(name, t)) {
    return progress::waits;
  }
  auto found = find(name);
  if (found != lookup::found || record_.is(envelope::CONSUMED) || now >= record_.expires) {
    result = found == lookup::failed ? verdict::unknown : verdict::absent;
    return progress::settled;
  }
  result = verdict::ok;
  if (record_.is(envelope::REVOKED)) {
    return progress::settled;
  }
  record_.body.set_state(envelope::REVOKED);
  put(name);
  return progress::written;
}

void operation_outcome::forget(const record_name& name) {
  if (name.kind == table::codes) {
    live_.forget(name.key);
  }
}

operation_outcome::lookup operation_outcome::find(const record_name& name) {
  auto status = db_.get(db_[name.kind], name.key.view(), octets_);
  if (status.IsNotFound()) {
    return lookup::absent;
  }
  auto good = status.ok() && record_.parse({octets_.data(), octets_.size()});
  octets_.Reset();  // must not outlive `use()` of the database
  return good ? lookup::found : lookup::failed;
}

void operation_outcome::put(const record_name& name) {
  commits_.lock(name);
  forget(name);
  record_.write(written_);
  static_cast<void>(commits_.writes().Put(db_[name.kind], to_slice(name.key.view()), written_));
}

}  // namespace mintage::storage
