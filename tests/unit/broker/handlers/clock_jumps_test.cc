/// Somebody sets the machine's clock while the broker runs: what is measured in spans goes on as if
/// nothing had been; what is a date follows the clock.

#include "core/protocol/messages/consumer_group_heartbeat.h"
#include "core/protocol/messages/heartbeat.h"
#include "core/protocol/messages/join_group.h"
#include "core/protocol/messages/sync_group.h"
#include "tests/unit/broker/handlers/log_calls.h"

namespace spool::broker::clock_jumps_test {

using namespace protocol;

namespace {

constexpr auto kYear = std::chrono::days(365);

HeartbeatRequest join_classic(BrokerFixture& broker) {
  JoinGroupRequest join;
  join.group_id = "classic";
  join.session_timeout_ms = join.rebalance_timeout_ms = 10'000;
  join.protocol_type = "consumer";
  join.protocols.push_back({"range", as_bytes("meta"), {}});
  join.member_id = broker.call<JoinGroupResponse>(join, 9).member_id;
  CHECK(broker.call<JoinGroupResponse>(join, 9).generation_id == 1);
  SyncGroupRequest sync;
  sync.protocol_type = "consumer";
  sync.protocol_name = "range";
  sync.group_id = "classic";
  sync.member_id = join.member_id;
  sync.generation_id = 1;
  sync.assignments.push_back({join.member_id, as_bytes("part"), {}});
  CHECK(broker.call<SyncGroupResponse>(sync, 5).error_code == 0);
  HeartbeatRequest beat;
  beat.group_id = "classic";
  beat.member_id = join.member_id;
  beat.generation_id = 1;
  return beat;
}

ConsumerGroupHeartbeatRequest join_consumer(BrokerFixture& broker) {
  ConsumerGroupHeartbeatRequest beat;
  beat.group_id = "consumer";
  beat.member_id = "m";
  beat.rebalance_timeout_ms = 10'000;
  beat.subscribed_topic_names = {"t"};
  beat.topic_partitions.emplace();
  const auto joined = broker.call<ConsumerGroupHeartbeatResponse>(beat, 1);
  CHECK(joined.error_code == 0);
  REQUIRE(joined.assignment.has_value());
  ConsumerGroupHeartbeatRequest next;
  next.group_id = "consumer";
  next.member_id = "m";
  next.member_epoch = joined.member_epoch;
  return next;
}

}  // namespace

TEST_CASE("clock jumps: members, sessions and sequences outlive them") {
  BrokerFixture broker;
  create_topic(broker, "t", 1, {{"message.timestamp.type", "LogAppendTime"}});
  const HeartbeatRequest classic = join_classic(broker);
  const ConsumerGroupHeartbeatRequest consumer = join_consumer(broker);
  FetchRequest open = fetch_request("t", 0, 0);
  open.session_epoch = 0;
  const int32_t session_id = broker.call<FetchResponse>(open, 12).session_id;
  CHECK(session_id != 0);

  int32_t round = 0;
  for (const auto by : {kYear, -2 * kYear, 3 * kYear, -2 * kYear}) {
    broker.clock.jump(by);
    const int64_t now_ms = broker.clock.wall_ms();
    CHECK(broker.call<HeartbeatResponse>(classic, 4).error_code == 0);
    CHECK(broker.call<ConsumerGroupHeartbeatResponse>(consumer, 1).error_code == 0);
    const Produced produced = produce(broker, "t", 0, sequenced(5, 0, round));
    CHECK(produced.error_code == 0);
    CHECK(produced.base_offset == round);
    CHECK(produced.log_append_time_ms >= now_ms);
    CHECK(produced.log_append_time_ms < now_ms + 60'000);
    FetchRequest again;
    again.min_bytes = 1;
    again.max_bytes = 1 << 20;
    again.session_id = session_id;
    again.session_epoch = ++round;
    const auto fetched = broker.call<FetchResponse>(again, 12);
    CHECK(fetched.error_code == 0);
    REQUIRE(fetched.responses.size() == 1);
    CHECK(fetched.responses[0].partitions[0].high_watermark == round);
  }
  // The same sequence once more is known as a duplicate, and all that was written is there.
  CHECK(produce(broker, "t", 0, sequenced(5, 0, 3)).base_offset == 3);
  // The third is a year newer than the first: that is a segment of its own, as segment.ms wants.
  CHECK(lines_from(broker, "t", 0) == Lines{"0 null=v0+0", "1 null=v1+0"});
  CHECK(lines_from(broker, "t", 0, 2) == Lines{"2 null=v2+0", "3 null=v3+0"});
}

TEST_CASE("clock jumps: a long poll ends when its wait is over, not when the clock says so") {
  BrokerFixture broker;
  create_topic(broker, "t");
  FetchRequest request = fetch_request("t", 0, 0);
  request.max_wait_ms = 30'000;
  Peer reader = broker.connect();
  REQUIRE(reader.send(frame_of(request, 12)));
  for (const auto by : {kYear, -2 * kYear}) {
    broker.clock.jump(by);
    CHECK_FALSE(reader.has_answer_within(20));
  }
  CHECK(produce(broker, "t", 0, batch_of("x")).error_code == 0);
  CHECK(reader.receive().has_value());
}

}  // namespace spool::broker::clock_jumps_test
