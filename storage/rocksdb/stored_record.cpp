#include "storage/rocksdb/stored_record.hpp"

#include <algorithm>
#include <utility>

namespace mintage::storage {
namespace {

record_key to_key(std::string_view octets) noexcept {
  if (octets.size() < 2 || octets.size() > record_key::max_size) {
    return {};
  }
  auto high = static_cast<unsigned char>(octets[0]);
  auto low = static_cast<unsigned char>(octets[1]);
  auto where = oauth::slot{static_cast<std::uint16_t>(high << 8 | low)};
  return {where, crypto::as_bytes(octets.substr(2))};
}

}  // namespace

std::optional<instant> stored_expiry(std::string_view octets) noexcept {
  if (octets.size() < expiry_size) {
    return {};
  }
  auto ms = std::uint64_t{0};
  for (auto i = std::size_t{0}; i < expiry_size; ++i) {
    ms = ms << 8 | static_cast<unsigned char>(octets[i]);
  }
  return instant{oauth::milliseconds{static_cast<std::int64_t>(ms)}};
}

void write_expiry(instant expires, std::string& out) {
  auto ms = static_cast<std::uint64_t>(expires.time_since_epoch().count());
  out.resize(expiry_size);
  for (auto i = expiry_size; i-- > 0; ms >>= 8) {
    out[i] = static_cast<char>(ms & 0xff);
  }
}

bool stored_record::parse(std::string_view octets) {
  auto expiry = stored_expiry(octets);
  if (!expiry || octets.size() > 0x7fffffff) {
    return false;
  }
  expires = *expiry;
  octets.remove_prefix(expiry_size);
  return body.ParseFromArray(octets.data(), static_cast<int>(octets.size()));
}

void stored_record::write(std::string& out) const {
  write_expiry(expires, out);
  body.AppendToString(&out);
}

bool stored_record::has_binding(const crypto::digest& d) const noexcept {
  return crypto::constant_time_equal(crypto::as_bytes(body.binding()), d);
}

bool stored_record::has_attempt(const attempt_id& a) const noexcept {
  return body.attempt() == crypto::as_chars(a);
}

void stored_record::assign(insert_op& op) {
  expires = op.expires;
  body.Clear();
  if (row_of(op.kind).has_binding) {
    body.mutable_binding()->assign(crypto::as_chars(op.binding));
  }
  body.mutable_value()->swap(op.value);
}

void stored_record::make_tombstone(const consume_op& op, instant now) {
  expires = std::max(op.tombstone_until, expires);
  body.set_state(records::envelope::CONSUMED);
  body.clear_value();
  body.mutable_attempt()->assign(crypto::as_chars(op.attempt));
  body.set_consumed_at(now.time_since_epoch().count());
  body.mutable_new_grant()->assign(op.new_grant.key.view());
}

rotate_result stored_record::rotate(rotate_op& op, instant now) {
  if (now >= expires) {
    return {verdict::expired, {}};
  }
  if (!is(records::envelope::LIVE)) {
    return {verdict::revoked, {}};
  }
  if (body.generation() != op.presented) {
    return {verdict::replayed, std::move(*body.mutable_value())};
  }
  expires = op.expires;
  body.set_generation(op.successor);
  body.mutable_value()->swap(op.value);
  return {verdict::ok, {}};
}

instant stored_record::consumed_at() const noexcept {
  return instant{oauth::milliseconds{body.consumed_at()}};
}

record_key stored_record::new_grant() const noexcept {
  return to_key(body.new_grant());
}

}  // namespace mintage::storage
