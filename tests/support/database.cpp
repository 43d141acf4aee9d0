#include "tests/support/database.hpp"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <stdexcept>

#include "crypto/base64.hpp"
#include "storage/engines/open.hpp"
#include "tests/support/admin_client.hpp"
#include "tests/support/jwt_check.hpp"
#include "tests/support/test_postgres.hpp"

namespace mintage::test {

namespace {

class wall_clock final : public oauth::clock {
 public:
  [[nodiscard]] oauth::instant now() const noexcept override {
    return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
  }
};

/// Completions of the shard, run by the thread that waits for them.
class task_queue {
 public:
  void push(std::function<void()> task) {
    auto lock = std::scoped_lock{guard_};
    tasks_.push_back(std::move(task));
    ready_.notify_one();
  }
  void run_one() {
    auto lock = std::unique_lock{guard_};
    if (!ready_.wait_for(lock, std::chrono::seconds{30}, [this] { return !tasks_.empty(); })) {
      throw std::runtime_error{"the store does not answer"};
    }
    auto task = std::move(tasks_.front());
    tasks_.pop_front();
    lock.unlock();
    task();
  }

 private:
  std::mutex guard_;
  std::condition_variable ready_;
  std::deque<std::function<void()>> tasks_;
};

std::unique_ptr<storage::engine> open(const std::filesystem::path& path,
                                      const oauth::clock& clock) {
  auto o = storage::options{};
  o.rocksdb.path = path;
  if (is_run_over_postgres()) {
    o.engine = storage::engine_kind::postgres;
    o.postgres.shards = {test_database_of(path.parent_path())};
    o.postgres.require_sync = false;
  }
  return storage::open_engine(
      o, 10, clock,
      storage::postgres_node{.id = {1},
                             .name = "test",
                             .settings = "",
                             .tombstone = std::chrono::seconds{600},
                             .clock = clock,
                             .wall_time = [&clock] { return clock.now().time_since_epoch(); },
                             .follow = [](auto) {},
                             .tell = [](auto) {},
                             .cleans = false});
}

}  // namespace

struct database::impl {
  explicit impl(const std::filesystem::path& path)
      : engine{open(path, clock)}, shard{engine->open_shard(0, 1, [this](auto task) {
          tasks.push(std::move(task));
        })} {}

  storage::verdict read(storage::table kind, const storage::record_key& key) {
    auto out = std::optional<storage::verdict>{};
    shard->read(kind, {key}, clock.now(),
                [&out](std::vector<storage::read_result> found) { out = found.at(0).what; });
    while (!out) tasks.run_one();
    return *out;
  }

  wall_clock clock;
  task_queue tasks;
  std::unique_ptr<storage::engine> engine;
  std::unique_ptr<storage::shard_store> shard;
};

database::database(const std::filesystem::path& path) : impl_{std::make_unique<impl>(path)} {}

database::~database() = default;

storage::verdict database::grant_of(std::string_view access_token) {
  auto jti = text_of(read_jwt(access_token).claims, "jti");
  auto where = oauth::slot::parse(std::string_view{jti}.substr(0, 2));
  auto id = crypto::base64url_decode(std::string_view{jti}.substr(2));
  if (!where || !id || id->size() != 24) throw std::runtime_error{"not a jti of ours: " + jti};
  auto family = crypto::as_bytes(*id).first(16);
  return impl_->read(storage::table::grants, storage::record_key{*where, family});
}

storage::verdict database::code(std::string_view text) {
  auto hash = crypto::sha256_hasher{};
  auto found = oauth::find_code(text, hash);
  if (!found) throw std::runtime_error{"not a code"};
  return impl_->read(storage::table::codes, storage::record_key::of(*found));
}

bool is_revoked(const std::filesystem::path& path, std::string_view access_token) {
  auto found = database{path}.grant_of(access_token);
  if (found != storage::verdict::ok && found != storage::verdict::revoked) {
    throw std::runtime_error{"the grant is " + std::string{storage::to_string(found)}};
  }
  return found == storage::verdict::revoked;
}

}  // namespace mintage::test
