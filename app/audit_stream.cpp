#include "app/audit_stream.hpp"

namespace mintage::app {

audit_stream::stream_meters::stream_meters(const event_log& log) {
  show({{"mintage_audit_unwritten_lines", "Lines of the audit stream that wait for its reader.",
         metrics::metric_type::gauge},
        {},
        metrics::shown::always,
        metrics::sign::plus,
        [&log] { return std::uint64_t{log.unwritten()}; }});
}

audit_stream::audit_stream(const log_options& o)
    : log_{event_log::make_audit(o, room)}, meters_{log_} {}

bool audit_stream::reserve() noexcept {
  // All reserved lines may still be written, so the queue never has more lines than room.
  if (reserved_.fetch_add(1, std::memory_order_relaxed) + log_.unwritten() < room) return true;
  release();
  return false;
}

void audit_stream::write(std::string_view what, std::initializer_list<field> fields) {
  log_.event(log_level::info, what, fields);
}

void audit_stream::write_or_drop(std::string_view what, std::initializer_list<field> fields) {
  if (!is_on()) return;
  if (log_.unwritten() >= room_for_refusals || !reserve()) return meters_.dropped.add();
  struct give_back {
    audit_stream& to;
    ~give_back() { to.release(); }
  };
  const auto reserved = give_back{*this};  // writing may throw
  write(what, fields);
}

}  // namespace mintage::app
