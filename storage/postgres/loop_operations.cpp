#include <algorithm>
#include <iterator>
#include <numeric>
#include <string_view>
#include <utility>

#include "storage/postgres/loop.hpp"

namespace mintage::storage::postgres {
namespace {

using namespace std::chrono_literals;

/// How often waiting operations are looked through for those that have waited too long.
constexpr auto expiry_interval = 20ms;

/// Errors that ended a transaction which may simply be repeated: a deadlock, a failed
/// serialization.
bool is_transient(const failure& f) {
  return f.state == "40P01" || f.state == "40001";
}
/// Errors that end the use of the connection: it is lost, the server shuts down, or it takes no
/// writes because it is no primary any more. The outcome must be found out on another one. A commit
/// that did not wait for its standby (01000) may be undone by a promotion.
bool ends_connection(const failure& f) {
  const auto has_class = [&](std::string_view c) {
    return std::string_view{f.state}.starts_with(c);
  };
  return f.state.empty() || has_class("08") || has_class("57P") || f.state == "25006";
}

/// The rows of a result, sorted by their key, which is the first column.
class rows_by_key {
 public:
  explicit rows_by_key(const rows& all)
      : all_{all}, numbers_(static_cast<std::size_t>(all.count())) {
    std::iota(numbers_.begin(), numbers_.end(), 0);
    std::sort(numbers_.begin(), numbers_.end(),
              [&](int a, int b) { return all.octets(a, 0) < all.octets(b, 0); });
  }
  [[nodiscard]] found_rows find(std::string_view key) const {
    const auto first = std::partition_point(numbers_.begin(), numbers_.end(),
                                            [&](int n) { return all_.octets(n, 0) < key; });
    const auto last =
        std::find_if(first, numbers_.end(), [&](int n) { return all_.octets(n, 0) != key; });
    return {all_, std::span{first, last}};
  }

 private:
  const rows& all_;
  std::vector<int> numbers_;
};

}  // namespace

void loop::take_inbox() {
  while (!freed_.empty())
    for (auto& o : std::exchange(freed_, {})) admit(std::move(o));
  for (auto& o : mail_->take_operations()) {
    o->asked_at = now_;
    if (!begin(*o, facts_))
      finish(std::move(o));
    else if (auto may_begin = claims_.enter(std::move(o)))
      admit(std::move(may_begin));
  }
}

void loop::admit(operation_ptr o) {
  if (is_hopeless(*o))
    give_up_on(std::move(o));
  else
    enqueue(std::move(o));
}

/// Whether it was not sent, and the shard has been down for so long that waiting makes no sense.
bool loop::is_hopeless(const operation& o) const {
  return !o.first_sent && seeking_since_ && now_ - *seeking_since_ > options_.patience;
}

void loop::enqueue(operation_ptr o) {
  const auto on = oauth::row_of(statements, o->step).on;
  if (on == access::write && !o->is_write) {  // it began with a look, and must write after all
    o = claims_.upgrade(std::move(o), freed_);
    if (!o) return;
  }
  queues_[static_cast<std::size_t>(on)].push_back(std::move(o));
}

void loop::land(flight f, std::uint32_t timeline) {
  if (f.parts.empty() || std::all_of(f.parts.begin(), f.parts.end(),
                                     [](const execution& e) { return e.some.empty(); })) {
    if (!f.failed) return;
    next_links_ = now_ + 1s;
    if (tell_) tell_("the statements cannot be prepared: " + to_string(*f.failed));
    return;
  }
  const auto took = std::chrono::nanoseconds{now_ - f.sent_at};
  const auto on = oauth::row_of(statements, f.parts.front().what).on;
  (on == access::write ? meters_.round_ns : meters_.read_ns)
      .add(static_cast<std::uint64_t>(took.count()));
  if (f.failed || f.results.size() != f.parts.size()) return land_failed(std::move(f), timeline);
  for (auto i = std::size_t{0}; i < f.parts.size(); ++i) land_part(f.parts[i], f.results[i]);
}

void loop::land_part(execution& part, const rows& found) {
  const auto by_key = rows_by_key{found};
  for (auto& o : part.some) {
    if (!o) continue;
    const auto next = settle(*o, by_key.find(o->key.view()), facts_, now_);
    if (!next) {
      finish(std::move(o));
      continue;
    }
    o->step = *next;
    enqueue(std::move(o));
  }
}

// Without a result from the server the outcome is unknown; after an error it is known that nothing
// was written.
void loop::land_failed(flight f, std::uint32_t timeline) {
  const auto why = f.failed.value_or(failure{});
  const auto is_repeated = is_transient(why) || ends_connection(why);
  if (!is_repeated && tell_) tell_("the database refuses a round: " + to_string(why));
  for (auto& part : f.parts) {
    for (auto& o : part.some) {
      if (!o) continue;
      if (is_transient(why))
        enqueue(std::move(o));
      else if (is_repeated)
        send_again(std::move(o), timeline);
      else
        give_up_on(std::move(o));
    }
  }
}

void loop::send_again(operation_ptr o, std::uint32_t timeline) {
  const auto& row = oauth::row_of(statements, o->step);
  meters_.resent.add(row.name);
  o->was_repeated = true;
  o->step = row.repeated_as;
  if (row.may_repeat == repeat::on_new_timeline) o->least_timeline = timeline + 1;
  queues_[static_cast<std::size_t>(row.on)].push_front(std::move(o));
}

void loop::finish(operation_ptr o) {
  if (o->holds) claims_.leave(*o, freed_);
  if (o->of->left.fetch_sub(1) == 1) o->of->finished();
}

void loop::give_up_on(operation_ptr o) {
  meters_.unknown.add(oauth::row_of(statements, o->step).name);
  give_up(*o);
  finish(std::move(o));
}

// What was never sent has `patience`, what was sent has `resolve`. The statements of the latter may
// still be executed; their attempt ids tell the caller's repetition what they did.
void loop::expire() {
  if (now_ < next_expiry_) return;
  next_expiry_ = now_ + expiry_interval;
  const auto is_over = [this](const operation& o) {
    return o.first_sent ? now_ - *o.first_sent > options_.resolve
                        : is_hopeless(o) || now_ - o.asked_at > options_.patience;
  };
  auto over = std::vector<operation_ptr>{};
  for (auto& waiting : queues_) {
    auto left = queue{};
    for (auto& o : waiting)
      (is_over(*o) ? over.emplace_back(std::move(o)) : left.emplace_back(std::move(o)));
    waiting = std::move(left);
  }
  for (const auto& l : links_)
    for (auto& f : l->in_flight())
      for (auto& part : f.parts)
        for (auto& o : part.some)
          if (o && is_over(*o)) over.push_back(std::move(o));
  for (auto& o : over) give_up_on(std::move(o));
}

}  // namespace mintage::storage::postgres
