#include <utility>

#include "storage/codec.hpp"
#include "storage/codec_fields.hpp"

namespace mintage::storage {

std::string encode_session_client(std::string_view sub) {
  auto m = records::session_client{};
  m.set_sub(std::string{sub});
  return m.SerializeAsString();
}

std::optional<std::string> decode_session_client(std::string_view octets) {
  auto m = records::session_client{};
  if (!parse(m, octets)) return std::nullopt;
  return std::move(*m.mutable_sub());
}

std::string encode(const oauth::logout_notice& n) {
  auto m = records::logout_notice{};
  m.set_client_id(n.client_id);
  m.set_sub(n.sub);
  m.set_sid(n.sid);
  m.set_jti(n.jti);
  m.set_created(to_millis(n.created));
  return m.SerializeAsString();
}

std::optional<oauth::logout_notice> decode_logout_notice(std::string_view octets) {
  auto m = records::logout_notice{};
  if (!parse(m, octets)) return std::nullopt;
  return oauth::logout_notice{.client_id = std::move(*m.mutable_client_id()),
                              .sub = std::move(*m.mutable_sub()),
                              .sid = std::move(*m.mutable_sid()),
                              .jti = std::move(*m.mutable_jti()),
                              .created = from_millis(m.created())};
}

std::string encode(const outbox_entry& e) {
  auto m = records::outbox_entry{};
  write_octets(e.id, *m.mutable_id());
  m.set_due(to_millis(e.due));
  m.set_tries(e.tries);
  m.set_value(e.value);
  return m.SerializeAsString();
}

std::optional<outbox_entry> decode_outbox_entry(std::string_view octets) {
  auto m = records::outbox_entry{};
  auto e = outbox_entry{};
  if (!parse(m, octets) || !read_octets(m.id(), e.id)) return std::nullopt;
  e.due = from_millis(m.due());
  e.tries = m.tries();
  e.value = std::move(*m.mutable_value());
  return e;
}

}  // namespace mintage::storage
