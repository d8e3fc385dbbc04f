#include "core/base/text.h"
#include "core/protocol/records/group.h"
#include "tests/unit/broker/group/consumer_fixture.h"

namespace spool::broker::group {

TEST_CASE("consumer: the first answer of a group is epoch 2 with everything") {
  ConsumerFixture f;
  const auto joined = f.beat({.member = "a"});
  CHECK(joined.error_code == 0);
  CHECK(joined.member_id == "a");
  CHECK(joined.member_epoch == 2);
  CHECK(joined.heartbeat_interval_ms == 5000);
  CHECK(f.partitions(joined) == "orders:0,1,2,3");
  CHECK(f.described().group_state == "Stable");
}

TEST_CASE("consumer: a member that subscribes to nothing has epoch 1 and nothing") {
  ConsumerFixture f;
  const auto joined = f.beat({.member = "a", .topics = std::vector<std::string>{}});
  CHECK(joined.error_code == 0);
  CHECK(joined.member_epoch == 1);
  CHECK(f.partitions(joined) == "");
}

TEST_CASE("consumer: the records of a first join are Kafka's, in Kafka's order") {
  ConsumerFixture f;
  f.beat({.member = "a"});
  std::vector<int16_t> types;
  for (const Record& record : f.journal.records)
    types.push_back(load_be<int16_t>(record.key.data()));
  CHECK(types == std::vector<int16_t>{5, 3, 7, 6, 8});
  CHECK(f.journal.batches_count == 1);
}

TEST_CASE("consumer: what a request may not say") {
  ConsumerFixture f;
  const auto error = [&](Beat beat) { return static_cast<ErrorCode>(f.beat(beat).error_code); };
  CHECK(error({.group = "", .member = "a"}) == ErrorCode::invalid_request);
  CHECK(error({.member = ""}) == ErrorCode::invalid_request);
  CHECK(error({.member = "a", .instance = ""}) == ErrorCode::invalid_request);
  CHECK(error({.member = "a", .rack = ""}) == ErrorCode::invalid_request);
  CHECK(error({.member = "a", .rebalance_ms = -1}) == ErrorCode::invalid_request);
  CHECK(error({.member = "a", .topics = std::nullopt}) == ErrorCode::invalid_request);
  CHECK(error({.member = "a", .owned = std::nullopt}) == ErrorCode::invalid_request);
  CHECK(error({.member = "a", .owned = PartitionSet{{Uuid::from_halves(1, 1), {0}}}}) ==
        ErrorCode::invalid_request);
  CHECK(error({.member = "a", .epoch = -3}) == ErrorCode::invalid_request);
  CHECK(error({.member = "a", .epoch = -2}) == ErrorCode::invalid_request);
  CHECK(error({.member = "a", .assignor = "nonsense"}) == ErrorCode::unsupported_assignor);
  CHECK(error({.member = "a", .topics = {}, .regex = "["}) ==
        ErrorCode::invalid_regular_expression);
  CHECK(error({.group = "nowhere", .member = "a", .epoch = 3}) == ErrorCode::group_id_not_found);
  CHECK(error({.group = "nowhere", .member = "a", .epoch = -1}) == ErrorCode::group_id_not_found);
  CHECK(f.coordinator->groups_count() == 0);
}

// Seen on Kafka 4.4.
TEST_CASE("consumer: what is wrong is said in Kafka's words") {
  ConsumerFixture f;
  const auto said = [&](Beat beat) { return f.beat(beat).error_message.value_or(""); };
  CHECK(said({.member = "a", .epoch = -3}) == "MemberEpoch is invalid.");
  CHECK(said({.group = "nowhere", .member = "a", .epoch = 3}) ==
        "Consumer group nowhere not found.");
  CHECK(said({.group = "nowhere", .member = "a", .epoch = -1}) == "Group nowhere not found.");
  const std::map<std::string, std::string> regexes = {
      {"(", "missing closing )"},
      {"a)", "regexp/syntax: internal error"},
      {"[a", "missing closing ]"},
      {"*", "missing argument to repetition operator"},
      {"a**", "invalid nested repetition operator"},
      {"a{2,1}", "invalid repeat count"},
      {"\\", "trailing backslash at end of expression"},
      {"\\q", "invalid escape sequence"},
      {"[z-a]", "invalid character class range"},
      {"[[:foo:]]", "invalid character class range"},
      {"(?P<n", "invalid named capture"},
      {"(?z)", "invalid or unsupported Perl syntax"},
  };
  for (const auto& [regex, what] : regexes)
    CHECK(said({.member = "a", .topics = {}, .regex = regex}) ==
          concat("SubscribedTopicRegex `", regex, "` is not a valid regular expression: ", what,
                 "."));
}

// librdkafka sends this when it unsubscribes within a rebalance (its test 0045); Kafka 4.4 refuses
// it too, whether it knows the member or not.
TEST_CASE("consumer: joining without a rebalance timeout is refused, known member or not") {
  ConsumerFixture f;
  const Beat join{.member = "a", .rebalance_ms = -1, .owned = std::nullopt};
  CHECK(f.beat(join).error_message == "RebalanceTimeoutMs must be provided in first request.");
  CHECK(f.beat({.member = "a"}).error_code == 0);
  CHECK(f.beat(join).error_code == code(ErrorCode::invalid_request));
  CHECK(f.beat({.member = "a", .owned = std::nullopt}).error_message ==
        "TopicPartitions must be empty when (re-)joining.");
  CHECK(f.keepalive("a", 2).error_code == 0);
}

TEST_CASE("consumer: version 0 makes the member id") {
  ConsumerFixture f;
  const auto joined = f.beat({.member = "", .version = 0});
  CHECK(joined.error_code == 0);
  REQUIRE(joined.member_id);
  CHECK(joined.member_id->size() == 22);
}

TEST_CASE("consumer: epochs that are not the known one are fenced") {
  ConsumerFixture f;
  f.beat({.member = "a"});
  CHECK(f.keepalive("a", 3).error_code == code(ErrorCode::fenced_member_epoch));
  CHECK(f.keepalive("a", 1).error_code == code(ErrorCode::fenced_member_epoch));
  CHECK(f.keepalive("b", 2).error_code == code(ErrorCode::unknown_member_id));
  const auto same = f.keepalive("a", 2);
  CHECK(same.error_code == 0);
  CHECK(!same.assignment);  // unchanged
}

TEST_CASE("consumer: joining again at epoch 0 gives the same assignment") {
  ConsumerFixture f;
  f.beat({.member = "a"});
  const auto again = f.beat({.member = "a"});
  CHECK(again.member_epoch == 2);
  CHECK(f.partitions(again) == "orders:0,1,2,3");
}

TEST_CASE("consumer: joining again under an instance id, or another one, keeps the partitions") {
  ConsumerFixture f;
  REQUIRE(f.beat({.member = "a"}).member_epoch == 2);
  for (const char* instance : {"i1", "i2"}) {
    const auto again = f.beat({.member = "a", .instance = instance});
    CHECK(again.error_code == 0);
    CHECK(again.member_epoch == 2);
    CHECK(f.partitions(again) == "orders:0,1,2,3");
    CHECK(f.member("a").instance_id == instance);
    CHECK(f.described().group_epoch == 2);
  }
  // Without one it stays the static member that it is.
  CHECK(f.beat({.member = "a"}).member_epoch == 2);
  CHECK(f.member("a").instance_id == "i2");
  CHECK(f.beat({.member = "b", .instance = "i2"}).error_code == 111);
  CHECK(f.described().members[0].subscribed_topic_regex == "");
}

TEST_CASE("consumer: a partition is handed on only when its owner has stopped naming it") {
  ConsumerFixture f;
  f.beat({.member = "a"});
  // Within the assignment interval the second member gets nothing yet.
  const auto early = f.beat({.member = "b"});
  CHECK(early.member_epoch == 2);
  CHECK(f.partitions(early) == "");
  f.pass(1000);
  const auto b_waits = f.keepalive("b", 2);
  CHECK(b_waits.member_epoch == 3);
  CHECK(f.partitions(b_waits) == "");
  // The owner is asked to give up two, and stays in its epoch until it says so.
  const auto a_revokes = f.keepalive("a", 2);
  CHECK(a_revokes.member_epoch == 2);
  CHECK(f.partitions(a_revokes) == "orders:0,1");
  CHECK(f.keepalive("a", 2).member_epoch == 2);
  CHECK(f.partitions(f.keepalive("b", 3)) == "");
  const auto a_done = f.beat({.member = "a",
                              .epoch = 2,
                              .rebalance_ms = -1,
                              .topics = {},
                              .owned = f.set_of("orders", {0, 1})});
  CHECK(a_done.member_epoch == 3);
  const auto b_gets = f.keepalive("b", 3);
  CHECK(b_gets.member_epoch == 3);
  CHECK(f.partitions(b_gets) == "orders:2,3");
  CHECK(f.described().group_state == "Stable");
}

TEST_CASE("consumer: a member that does not give up its partitions in time is removed") {
  ConsumerFixture f;
  f.beat({.member = "a", .rebalance_ms = 10'000});
  f.beat({.member = "b"});
  f.pass(1000);
  f.keepalive("b", 2);
  f.keepalive("a", 2);
  f.pass(9'999);
  CHECK(f.described().members.size() == 2);
  f.pass(1);
  CHECK(f.described().members.size() == 1);
  CHECK(f.keepalive("a", 2).error_code == code(ErrorCode::unknown_member_id));
}

TEST_CASE("consumer: a silent member is removed and its partitions go to the others") {
  ConsumerFixture f;
  f.beat({.member = "a"});
  f.pass(2000);
  f.beat({.member = "b"});
  f.pass(44'000);
  f.keepalive("b", 3);
  CHECK(f.described().members.size() == 1);
  const auto b = f.keepalive("b", 3);
  f.pass(1500);
  const auto after = f.keepalive("b", f.epoch_of("b"));
  CHECK((f.partitions(after) == "orders:0,1,2,3" || f.held("b") == "orders:0,1,2,3"));
}

TEST_CASE("consumer: leaving empties the group, whose records stay until its offsets expire") {
  ConsumerFixture f;
  f.beat({.member = "a"});
  const auto left = f.beat({.member = "a", .epoch = -1});
  CHECK(left.error_code == 0);
  CHECK(left.member_epoch == -1);
  CHECK(f.described().group_state == "Empty");
  CHECK(f.described().group_epoch == 3);
  CHECK(f.described().assignment_epoch == 3);
  f.restart();
  CHECK(f.described().group_state == "Empty");
  CHECK(f.coordinator->delete_group(f.now, "g").error_code == 0);
  f.restart();
  CHECK(f.coordinator->groups_count() == 0);
}

TEST_CASE("consumer: everything survives a restart, keepalives go on") {
  ConsumerFixture f;
  f.beat({.member = "a"});
  f.restart();
  const auto same = f.keepalive("a", 2);
  CHECK(same.error_code == 0);
  CHECK(same.member_epoch == 2);
  CHECK(f.held("a") == "orders:0,1,2,3");
  f.pass(45'000);
  CHECK(f.described().group_state == "Empty");
}

TEST_CASE("consumer: the answer with the new epoch may get lost") {
  ConsumerFixture f;
  f.beat({.member = "a"});
  f.catalog.add("orders", 6);
  f.coordinator->topics_changed(f.now);
  f.pass(1000);
  const auto grown = f.keepalive("a", 2);
  CHECK(grown.member_epoch == 3);
  CHECK(f.partitions(grown) == "orders:0,1,2,3,4,5");
  const auto again = f.beat({.member = "a",
                             .epoch = 2,
                             .rebalance_ms = -1,
                             .topics = {},
                             .owned = f.set_of("orders", {0, 1, 2, 3})});
  CHECK(again.error_code == 0);
  CHECK(again.member_epoch == 3);
}

TEST_CASE("consumer: a static member that leaves for a while gets its place back") {
  ConsumerFixture f;
  f.beat({.member = "a", .instance = "one"});
  CHECK(f.beat({.member = "b", .instance = "one"}).error_code ==
        code(ErrorCode::unreleased_instance_id));
  CHECK(f.beat({.member = "a", .instance = "one"}).error_message ==
        "Static member a with instance id one cannot join the group because the instance id is "
        "owned by a member.");
  CHECK(f.beat({.member = "a", .epoch = -2, .instance = "one"}).member_epoch == -2);
  const auto back = f.beat({.member = "b", .instance = "one"});
  CHECK(back.error_code == 0);
  CHECK(back.member_epoch == 2);
  CHECK(f.partitions(back) == "orders:0,1,2,3");
  CHECK(f.described().group_epoch == 2);
  CHECK(f.beat({.member = "a", .epoch = 2, .instance = "one"}).error_code ==
        code(ErrorCode::fenced_instance_id));
  CHECK(f.beat({.member = "a", .epoch = 2, .instance = "two"}).error_code ==
        code(ErrorCode::unknown_member_id));
  f.restart();
  CHECK(f.held("b") == "orders:0,1,2,3");
}

TEST_CASE("consumer: a full group takes nobody else") {
  ConsumerFixture f;
  f.settings.consumer_max_size = 1;
  f.restart();
  f.beat({.member = "a"});
  CHECK(f.beat({.member = "b"}).error_code == code(ErrorCode::group_max_size_reached));
  CHECK(f.keepalive("a", 2).error_code == 0);
}

TEST_CASE("consumer: a regular expression is resolved after the first answer") {
  ConsumerFixture f;
  const auto joined = f.beat({.member = "a", .topics = {}, .regex = "pay.*|ord.rs"});
  CHECK(joined.error_code == 0);
  CHECK(joined.member_epoch == 1);
  CHECK(f.partitions(joined) == "");
  f.pass(1000);
  const auto next = f.keepalive("a", 1);
  CHECK(next.member_epoch == 2);
  CHECK(f.partitions(next) == "orders:0,1,2,3 payments:0,1");
  SUBCASE("a topic that is made later and matches is assigned without the client's doing") {
    f.catalog.add("paychecks", 1);
    f.coordinator->topics_changed(f.now);
    f.pass(1000);
    const auto more = f.keepalive("a", 2);
    CHECK(more.member_epoch == 3);
    CHECK(f.partitions(more) == "orders:0,1,2,3 paychecks:0 payments:0,1");
  }
  SUBCASE("what it matched survives a restart") {
    f.restart();
    CHECK(f.keepalive("a", 2).member_epoch == 2);
    CHECK(f.held("a") == "orders:0,1,2,3 payments:0,1");
  }
}

TEST_CASE("consumer: a topic that is dropped from the subscription is given up") {
  ConsumerFixture f;
  f.beat({.member = "a", .topics = std::vector<std::string>{"orders", "payments"}});
  f.pass(1000);
  const auto changed = f.beat({.member = "a",
                               .epoch = 2,
                               .rebalance_ms = -1,
                               .topics = std::vector<std::string>{"orders"},
                               .owned = std::nullopt});
  CHECK(f.partitions(changed) == "orders:0,1,2,3");
  CHECK(changed.member_epoch == 2);
  const auto done = f.beat({.member = "a",
                            .epoch = 2,
                            .rebalance_ms = -1,
                            .topics = {},
                            .owned = f.set_of("orders", {0, 1, 2, 3})});
  CHECK(done.member_epoch == 3);
}

TEST_CASE("consumer: commits and reads by member epoch") {
  ConsumerFixture f;
  f.beat({.member = "a"});
  CHECK(f.commit({.member_id = "a", .generation = 2, .offset = 7}) == ErrorCode::none);
  CHECK(f.commit({.member_id = "a", .generation = 1}) == ErrorCode::stale_member_epoch);
  CHECK(f.commit({.member_id = "a", .generation = 3}) == ErrorCode::stale_member_epoch);
  CHECK(f.commit({.member_id = "a", .generation = 2, .version = 8}) ==
        ErrorCode::unsupported_version);
  CHECK(f.commit({.member_id = "b", .generation = 2}) == ErrorCode::unknown_member_id);
  CHECK(f.commit({}) == ErrorCode::unknown_member_id);
  const auto read = [&](std::optional<std::string> member, int32_t epoch) {
    protocol::OffsetFetchRequest::OffsetFetchRequestGroup request;
    request.group_id = "g";
    request.member_id = std::move(member);
    request.member_epoch = epoch;
    request.topics.emplace().push_back({"orders", {}, {0}, {}});
    return f.coordinator->fetch(f.now, request, false);
  };
  CHECK(read(std::nullopt, -1).topics.at(0).partitions.at(0).committed_offset == 7);
  CHECK(read("a", 2).error_code == 0);
  CHECK(read("a", 1).error_code == code(ErrorCode::stale_member_epoch));
  CHECK(read("b", 2).error_code == code(ErrorCode::unknown_member_id));
}

TEST_CASE("consumer: other protocols' questions") {
  ConsumerFixture f;
  f.beat({.member = "a"});
  CHECK(f.coordinator->describe("g", 6).error_code == code(ErrorCode::group_id_not_found));
  CHECK(f.coordinator->describe("g", 5).group_state == "Dead");
  CHECK(f.coordinator->describe_consumer("").error_code == code(ErrorCode::invalid_group_id));
  const auto listed = f.coordinator->list({});
  REQUIRE(listed.size() == 1);
  CHECK(listed[0].group_type == "consumer");
  CHECK(listed[0].protocol_type == "consumer");
  f.settle_alone({.group = "classic"});
  CHECK(f.coordinator->describe_consumer("classic").error_code ==
        code(ErrorCode::group_id_not_found));
}

TEST_CASE("consumer: a group's own settings act") {
  ConsumerFixture f;
  f.consumer_config = {
      .session_timeout_ms = 50'000, .heartbeat_interval_ms = 7000, .assignment_interval_ms = 0};
  CHECK(f.beat({.member = "a"}).heartbeat_interval_ms == 7000);
  CHECK(f.beat({.member = "b"}).member_epoch == 3);  // no interval: assigned at once
  f.pass(49'999);
  CHECK(f.described().members.size() == 2);
  f.pass(1);
  CHECK(f.described().members.empty());
}

TEST_CASE("assignors: uniform balances and moves as little as that takes") {
  AssignmentInput input;
  const Uuid t1 = Uuid::from_halves(1, 1), t2 = Uuid::from_halves(1, 2);
  input.partitions = {{t1, 4}, {t2, 3}};
  input.members["a"] = {"a", {t1, t2}, {{t1, {0, 1, 2, 3}}, {t2, {0, 1, 2}}}};
  input.members["b"] = {"b", {t1, t2}, {}};
  const auto result = assign_uniform(input);
  size_t a_count = 0, b_count = 0;
  for (const auto& [id, partitions] : result.at("a")) a_count += partitions.size();
  for (const auto& [id, partitions] : result.at("b")) b_count += partitions.size();
  CHECK(a_count == 4);
  CHECK(b_count == 3);
}

TEST_CASE("assignors: uniform respects who reads what") {
  AssignmentInput input;
  const Uuid t1 = Uuid::from_halves(1, 1), t2 = Uuid::from_halves(1, 2);
  input.partitions = {{t1, 4}, {t2, 2}};
  input.members["a"] = {"a", {t1}, {}};
  input.members["b"] = {"b", {t1, t2}, {}};
  const auto result = assign_uniform(input);
  CHECK(result.at("a").at(t1).size() == 3);
  CHECK(!result.at("a").contains(t2));
  CHECK(result.at("b").at(t2) == std::set<int32_t>{0, 1});
}

TEST_CASE("assignors: range gives every topic's first partitions to the same member") {
  AssignmentInput input;
  const Uuid t1 = Uuid::from_halves(1, 1), t2 = Uuid::from_halves(1, 2);
  input.partitions = {{t1, 3}, {t2, 3}};
  input.members["a"] = {"a", {t1, t2}, {}};
  input.members["b"] = {"b", {t1, t2}, {}};
  const auto result = assign_range(input);
  CHECK(result.at("a") == PartitionSet{{t1, {0, 1}}, {t2, {0, 1}}});
  CHECK(result.at("b") == PartitionSet{{t1, {2}}, {t2, {2}}});
}

// ---------------------------------------------------------------------------------------------------------------------
// Migration

TEST_CASE("migration: a classic group becomes a consumer group when a new member joins, and back") {
  ConsumerFixture f;
  const auto a = f.settle_reader();  // holds orders 0-3
  const auto joined = f.beat({.member = "n"});
  REQUIRE(joined.error_code == 0);
  CHECK(f.coordinator->find("g")->type() == GroupType::consumer);
  CHECK(f.described().members.size() == 2);
  // The classic member hears that it has to join again, and gives up half.
  CHECK(f.heartbeat(a, 1) == ErrorCode::rebalance_in_progress);
  f.pass(1000);
  f.keepalive("n", f.epoch_of("n"));
  const auto rejoined = f.join_reader(a, {0, 1, 2, 3});
  REQUIRE(rejoined->answer);
  CHECK(rejoined->answer->error_code == 0);
  const int32_t generation = rejoined->answer->generation_id;
  const auto synced = f.sync(a, generation);
  REQUIRE(synced->answer);
  CHECK(synced->answer->error_code == 0);
  CHECK(f.classic_partitions(synced->assignment) == "orders:0,1");
  CHECK(f.heartbeat(a, generation) == ErrorCode::rebalance_in_progress);  // to confirm
  const auto confirmed = f.join_reader(a, {0, 1});
  REQUIRE(confirmed->answer);
  f.sync(a, confirmed->answer->generation_id);
  CHECK(f.heartbeat(a, confirmed->answer->generation_id) == ErrorCode::none);
  const auto n = f.keepalive("n", f.epoch_of("n"));
  CHECK(f.held("n") == "orders:2,3");
  f.restart();
  CHECK(f.coordinator->find("g")->type() == GroupType::consumer);
  // The last member of the new protocol goes: back to classic, with a rebalance.
  CHECK(f.beat({.member = "n", .epoch = -1}).error_code == 0);
  CHECK(f.coordinator->find("g")->type() == GroupType::classic);
  CHECK(f.state() == "PreparingRebalance");
  f.restart();
  CHECK(f.coordinator->find("g")->type() == GroupType::classic);
}

TEST_CASE("migration: a classic group that is something else is not converted") {
  ConsumerFixture f;
  const auto error = [&] { return static_cast<ErrorCode>(f.beat({.member = "n"}).error_code); };
  SUBCASE("another protocol type") {
    f.settle_alone({.protocol_type = "connect", .protocols = {{"compatible", {}}}});
    CHECK(error() == ErrorCode::group_id_not_found);
  }
  SUBCASE("a subscription that does not parse") {
    f.settle_alone({.protocols = {{"range", to_buffer(as_bytes("?"))}}});
    CHECK(error() == ErrorCode::group_id_not_found);
  }
  SUBCASE("an assignment that does not parse") {
    f.settle_alone();  // its assignment is "all of it"
    CHECK(error() == ErrorCode::group_id_not_found);
  }
  SUBCASE("the policy forbids it") {
    f.settings.is_upgrade_enabled = false;
    f.restart();
    f.settle_reader();
    CHECK(error() == ErrorCode::group_id_not_found);
  }
  CHECK(f.coordinator->find("g")->type() == GroupType::classic);
}

TEST_CASE("migration: an empty group becomes what the first to come speaks, offsets stay") {
  ConsumerFixture f;
  f.commit({.offset = 7});
  CHECK(f.beat({.member = "a"}).error_code == 0);
  CHECK(f.coordinator->find("g")->type() == GroupType::consumer);
  f.beat({.member = "a", .epoch = -1});
  f.settle_alone();
  CHECK(f.coordinator->find("g")->type() == GroupType::classic);
  CHECK(f.committed("orders", 0) == 7);
  f.restart();
  CHECK(f.coordinator->find("g")->type() == GroupType::classic);
  CHECK(f.committed("orders", 0) == 7);
}

}  // namespace spool::broker::group
