// What concerns clients that register themselves, to octets and back.
#include <utility>

#include "storage/codec.hpp"
#include "storage/codec_fields.hpp"
#include "storage/newer_fields.hpp"

namespace mintage::storage {
namespace {

// Numbers of `application_type`. On the disk: DO NOT CHANGE.
constexpr auto no_type = std::uint32_t{0};
constexpr auto web_type = std::uint32_t{1};
constexpr auto native_type = std::uint32_t{2};

std::uint32_t number_of(std::optional<oauth::application_type> type) noexcept {
  if (!type) return no_type;
  return *type == oauth::application_type::web ? web_type : native_type;
}

}  // namespace

void write_registration(const oauth::client& from, records::client& to) {
  to.set_application_type(number_of(from.application));
  to.set_software_id(from.software_id);
  to.set_software_version(from.software_version);
  if (!from.registered) return;
  auto& about = *to.mutable_registered();
  write_octets(from.registered->token, *about.mutable_token());
  about.set_initial_token(from.registered->initial_token);
  if (from.registered->last_used) about.set_last_used(to_millis(*from.registered->last_used));
  if (!from.registered->newer_fields.empty()) merge(about, from.registered->newer_fields);
}

bool read_registration(records::client& from, oauth::client& to) {
  if (from.application_type() > native_type) return false;
  if (from.application_type() != no_type)
    to.application = from.application_type() == web_type ? oauth::application_type::web
                                                         : oauth::application_type::native;
  to.software_id = std::move(*from.mutable_software_id());
  to.software_version = std::move(*from.mutable_software_version());
  if (!from.has_registered()) return true;
  auto& about = *from.mutable_registered();
  auto& read = to.registered.emplace();
  read.newer_fields = newer_fields(about.SerializeAsString(), newest_registration_field);
  read.initial_token = std::move(*about.mutable_initial_token());
  if (about.has_last_used()) read.last_used = from_millis(about.last_used());
  return read_octets(about.token(), read.token);
}

std::string encode(const oauth::registration_token& t) {
  auto m = records::registration_token{};
  m.set_id(t.id);
  write_octets(t.hash, *m.mutable_hash());
  m.set_name(t.name);
  m.set_created(to_millis(t.created));
  if (t.expires) m.set_expires(to_millis(*t.expires));
  m.set_limit(t.limit);
  m.set_used(t.used);
  for (const auto g : t.allows.grant_types)
    m.add_grant_types(row_of(oauth::grants, g).record_number);
  write_texts(t.allows.scopes, *m.mutable_scopes());
  write_texts(t.allows.resources, *m.mutable_resources());
  return m.SerializeAsString() + t.newer_fields;
}

std::optional<oauth::registration_token> decode_registration_token(std::string_view octets) {
  auto m = records::registration_token{};
  auto t = std::optional<oauth::registration_token>{std::in_place};
  if (!parse(m, octets) || !read_octets(m.hash(), t->hash)) return {};
  t->allows.grant_types.clear();
  for (const auto number : m.grant_types()) {
    const auto grant = oauth::find_numbered(oauth::grants, number);
    if (!grant) return {};
    t->allows.grant_types.push_back(*grant);
  }
  t->id = std::move(*m.mutable_id());
  t->name = std::move(*m.mutable_name());
  t->created = from_millis(m.created());
  if (m.has_expires()) t->expires = from_millis(m.expires());
  t->limit = m.limit();
  t->used = m.used();
  t->allows.scopes = read_texts(*m.mutable_scopes());
  t->allows.resources = read_texts(*m.mutable_resources());
  t->newer_fields = newer_fields(octets, newest_token_field);
  return t;
}

}  // namespace mintage::storage
