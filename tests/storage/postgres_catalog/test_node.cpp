#include "tests/storage/postgres_catalog/test_node.hpp"

#include <stdexcept>

#include "crypto/random.hpp"

namespace mintage::test {

test_node::test_node(const storage::postgres_options& o, std::string settings,
                     std::chrono::milliseconds opening) {
  engine_ = storage::open_postgres_engine(
      o, 10,
      {.id = crypto::buffered_random{}.take<16>(),
       .name = "test",
       .settings = std::move(settings),
       .tombstone = std::chrono::seconds{600},
       .clock = clock_,
       .wall_time =
           [this] {
             return std::chrono::floor<std::chrono::microseconds>(
                        std::chrono::system_clock::now().time_since_epoch()) +
                    std::chrono::microseconds{moved_by_.load()};
           },
       .follow = [this](std::chrono::microseconds behind) { behind_ = behind.count(); },
       .tell =
           [this](std::string_view sentence) {
             const auto guard = std::scoped_lock{mutex_};
             told_.append(sentence).append("\n");
           },
       .opening = opening});
}

void test_node::publish(storage::revision at) {
  records().published(storage::catalog_reader::registry, at);
  records().published(storage::catalog_reader::key_keeper, at);
}

std::string test_node::told() const {
  const auto guard = std::scoped_lock{mutex_};
  return told_;
}

std::uint64_t test_node::metric(std::string_view name) const {
  for (const auto* group : engine_->meters()) {
    for (const auto& s : group->all()) {
      if (s.what.name != name) continue;
      return std::get<std::function<std::uint64_t()>>(s.cell)();
    }
  }
  throw std::out_of_range{std::string{name}};
}

}  // namespace mintage::test
