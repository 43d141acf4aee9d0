#include <gtest/gtest.h>

#include "oauth/denial_reasons.hpp"
#include "oauth/request/response.hpp"
#include "tests/unit/actors/stages/stage_fixture.hpp"

namespace mintage::actors {
namespace {

using oauth::errc;

class replay_recording_rules : public test::shard_rules {
 protected:
  oauth::replay_id make_id(std::string_view jti) {
    const auto name =
        oauth::name_replay_id(oauth::replay_kind::client_assertion, {"client", jti}, hash);
    return {.where = name.where,
            .hash = name.hash,
            .expires = clock.now() + oauth::seconds{330},
            .when_known = {errc::invalid_client, "client authentication failed",
                           "wrong or expired secret"},
            .usable_from = clock.now() - oauth::seconds{30}};
  }
  service::token_handle ask(std::initializer_list<std::string_view> jtis) {
    auto x = test::make_redemption("", "client", clock.now());
    for (const auto jti : jtis) x->replay_ids.add(make_id(jti));
    x->after = service::next_stage::redeem;
    return x;
  }
  service::query_handle ask_about(std::string_view jti) {
    auto x = service::query_handle{
        new service::query_exchange{std::make_shared<test::nobody>(), {}, clock.now()}};
    x->replay_ids.add(make_id(jti));
    return x;
  }
};

TEST_F(replay_recording_rules, passes_each_id_once) {  // CAU-07
  stages.replays.record(one(ask({"a"})));
  ASSERT_EQ(recorded.size(), 1U);
  EXPECT_TRUE(recorded.front()->replay_ids.empty());
  EXPECT_FALSE(recorded.front()->denied);
  EXPECT_EQ(recorded.front()->after, service::next_stage::redeem);

  stages.replays.record(one(ask({"a"})));
  EXPECT_EQ(recorded.size(), 1U);
  ASSERT_TRUE(last && last->denied);
  EXPECT_EQ(last->denied->code, errc::invalid_client);
  EXPECT_TRUE(last->replay_ids.empty());

  stages.replays.record(one(ask({"b"})));
  EXPECT_EQ(recorded.size(), 2U);
}

TEST_F(replay_recording_rules, passes_one_of_a_batch_with_the_same_id) {
  auto batch = one(ask({"a"}));
  batch.push_back(ask({"a"}));
  batch.push_back(ask({"b"}));
  stages.replays.record(std::move(batch));
  EXPECT_EQ(recorded.size(), 2U);
  EXPECT_TRUE(last && last->denied);
}

TEST_F(replay_recording_rules, records_one_id_at_a_time) {
  stages.replays.record(one(ask({"a", "b"})));
  ASSERT_EQ(recorded.size(), 1U);
  EXPECT_EQ(recorded.front()->replay_ids.front().hash, make_id("b").hash);
  stages.replays.record(one(ask({"b"})));
  EXPECT_EQ(recorded.size(), 2U) << "the second id is not recorded yet";
}

TEST_F(replay_recording_rules, replaces_a_later_denial_by_that_of_the_id) {
  stages.replays.record(one(ask({"a"})));
  auto x = ask({"a"});
  x->after = service::next_stage::reply;
  x->denied = oauth::denial{errc::unauthorized_client, "not registered",
                            "grant type not registered for the client"};
  stages.replays.record(one(std::move(x)));
  EXPECT_EQ(last->denied->code, errc::invalid_client);
}

TEST_F(replay_recording_rules, covers_by_the_redemption_that_follows_and_by_nothing_else) {
  stages.replays.record(one(ask({"a"})));
  ASSERT_FALSE(moments.inserted.empty());
  EXPECT_TRUE(moments.inserted.back().is_covered);
  auto refresh = ask({"b"});
  refresh->after = service::next_stage::refresh;  // a static token is answered without a write
  stages.replays.record(one(std::move(refresh)));
  EXPECT_FALSE(moments.inserted.back().is_covered);
  stages.replays.record(one(ask_about("c")));
  EXPECT_FALSE(moments.inserted.back().is_covered);
}

TEST_F(replay_recording_rules, never_skips_a_silent_store) {  // NEG-205
  moments.refuses_insertions = true;
  stages.replays.record(one(ask({"a"})));
  EXPECT_TRUE(recorded.empty());
  ASSERT_TRUE(last && last->denied);
  EXPECT_EQ(last->denied->code, errc::temporarily_unavailable);
  stages.replays.record(one(ask_about("b")));
  EXPECT_EQ(last_query->denied->code, errc::temporarily_unavailable);
  moments.refuses_insertions = false;
  stages.replays.record(one(ask({"a"})));
  EXPECT_EQ(recorded.size(), 1U);
}

TEST_F(replay_recording_rules, serves_questions_too) {
  stages.replays.record(one(ask_about("a")));
  EXPECT_EQ(queries_recorded.size(), 1U);
  stages.replays.record(one(ask({"a"})));
  EXPECT_TRUE(last && last->denied) << "an id is one for all endpoints";
}

TEST_F(replay_recording_rules, forgets_an_id_at_its_end) {
  stages.replays.record(one(ask({"a"})));
  clock.at += oauth::seconds{330} - oauth::milliseconds{1};
  stages.replays.record(one(ask({"a"})));
  EXPECT_EQ(recorded.size(), 1U);
  clock.at += oauth::milliseconds{1};
  stages.replays.record(one(ask({"a"})));
  EXPECT_EQ(recorded.size(), 2U);
}

TEST_F(replay_recording_rules, refuses_an_id_that_has_ended_on_its_way) {  // CAU-07
  auto late = ask({"a"});
  stages.replays.record(one(ask({"a"})));
  clock.at += oauth::seconds{330};
  stages.replays.record(one(std::move(late)));
  EXPECT_EQ(recorded.size(), 1U) << "the record of the first use is gone";
  EXPECT_EQ(last->denied->code, errc::invalid_client);
}

TEST_F(replay_recording_rules, takes_what_may_be_older_than_the_epoch_for_known) {  // NEG-212
  engine->raise_void_before(clock.now() - oauth::seconds{30});
  stages.replays.record(one(ask({"a"})));
  EXPECT_TRUE(recorded.empty());
  EXPECT_EQ(last->denied->code, errc::invalid_client);
  clock.at += oauth::milliseconds{1};
  stages.replays.record(one(ask({"a"})));
  EXPECT_EQ(recorded.size(), 1U);
}

}  // namespace
}  // namespace mintage::actors
