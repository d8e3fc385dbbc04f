#include "core/client/group_member.h"

#include <doctest/doctest.h>

#include "core/protocol/records/consumer_protocol.h"

using namespace spool;
using namespace spool::client;
using namespace std::chrono_literals;
using protocol::ConsumerGroupHeartbeatRequest;
using protocol::ConsumerGroupHeartbeatResponse;
using protocol::HeartbeatRequest;
using protocol::HeartbeatResponse;
using protocol::JoinGroupRequest;
using protocol::JoinGroupResponse;
using protocol::SyncGroupRequest;
using protocol::SyncGroupResponse;
using Time = MemberProtocol::Time;

namespace {

const Time kStart = Time() + 1h;
const Uuid kTopicId = Uuid::from_halves(1, 2);

int16_t code(ErrorCode error) { return static_cast<int16_t>(error); }

TopicPartition partition_at(int32_t partition) { return {"t", Partition(partition)}; }

template <class Message>
Buffer embedded(const Message& message) {
  Buffer bytes;
  append_be(bytes, int16_t{0});
  REQUIRE(protocol::encode(message, 0, bytes));
  return bytes;
}

Buffer subscription_to(std::vector<std::string> topics) {
  protocol::ConsumerProtocolSubscription message;
  message.topics = std::move(topics);
  return embedded(message);
}

Buffer assignment_of(std::vector<int32_t> partitions) {
  protocol::ConsumerProtocolAssignment message;
  auto& topic = message.assigned_partitions.emplace_back();
  topic.topic = "t";
  topic.partitions = std::move(partitions);
  return embedded(message);
}

MemberProtocol::Topics topics(size_t partitions) {
  TopicInfo info{.name = "t", .id = kTopicId};
  info.partitions.resize(partitions);
  return {{"t", info}};
}

template <class Request>
Request next(MemberProtocol& member, Time now) {
  const auto request = member.next_request(now);
  REQUIRE(request.has_value());
  REQUIRE(std::holds_alternative<Request>(*request));
  return std::get<Request>(*request);
}

/// A classic member that leads a group of two, up to its share.
struct Leader {
  std::unique_ptr<MemberProtocol> member = make_classic_member({.group = "g", .topics = {"t"}});

  void join(Time now, int32_t generation = 1) {
    next<JoinGroupRequest>(*member, now);
    const Buffer both = subscription_to({"t"});
    JoinGroupResponse joined;
    joined.generation_id = generation;
    joined.protocol_name = "range";
    joined.leader = joined.member_id = "a";
    joined.members = {{"a", std::nullopt, both, {}}, {"b", std::nullopt, both, {}}};
    member->on_answer(joined, now);
    CHECK(member->wanted_topics().names == std::vector<std::string>{"t"});
    member->on_topics(topics(3), now);
  }
  void sync(Time now) {
    next<SyncGroupRequest>(*member, now);
    SyncGroupResponse synced;
    const Buffer mine = assignment_of({0, 1});
    synced.assignment = mine;
    member->on_answer(synced, now);
  }
  void beat(Time now, ErrorCode answer) {
    next<HeartbeatRequest>(*member, now);
    HeartbeatResponse beaten;
    beaten.error_code = code(answer);
    member->on_answer(beaten, now);
  }
};

ConsumerGroupHeartbeatResponse answer(int32_t epoch,
                                      std::optional<std::vector<int32_t>> partitions) {
  ConsumerGroupHeartbeatResponse out;
  out.member_epoch = epoch;
  out.heartbeat_interval_ms = 5000;
  if (!partitions) return out;
  auto& assignment = out.assignment.emplace();
  auto& topic = assignment.topic_partitions.emplace_back();
  topic.topic_id = kTopicId;
  topic.partitions = *partitions;
  return out;
}

}  // namespace

TEST_CASE("classic member: joins with the id it is given, shares out as leader, and beats") {
  Leader leader;
  auto join = next<JoinGroupRequest>(*leader.member, kStart);
  CHECK(join.member_id == "");
  CHECK(join.protocols.size() == 2);
  CHECK(join.protocols[0].name == "range");
  CHECK_FALSE(leader.member->next_request(kStart).has_value());  // one at a time
  JoinGroupResponse required;
  required.error_code = code(ErrorCode::member_id_required);
  required.member_id = "a";
  leader.member->on_answer(required, kStart);
  leader.join(kStart);
  const auto sync = next<SyncGroupRequest>(*leader.member, kStart);
  REQUIRE(sync.assignments.size() == 2);
  CHECK(sync.assignments[0].member_id == "a");
  CHECK(Buffer(sync.assignments[0].assignment.begin(), sync.assignments[0].assignment.end()) ==
        assignment_of({0, 1}));
  CHECK(Buffer(sync.assignments[1].assignment.begin(), sync.assignments[1].assignment.end()) ==
        assignment_of({2}));
  SyncGroupResponse synced;
  const Buffer mine = assignment_of({0, 1});
  synced.assignment = mine;
  leader.member->on_answer(synced, kStart);
  CHECK(leader.member->has_change());
  CHECK(leader.member->assignment() == std::vector{partition_at(0), partition_at(1)});
  leader.member->settle(kStart);
  CHECK_FALSE(leader.member->next_request(kStart + 2999ms).has_value());
  const auto beat = next<HeartbeatRequest>(*leader.member, kStart + 3s);
  CHECK(beat.generation_id == 1);
  CHECK(beat.member_id == "a");
}

TEST_CASE(
    "classic member: keeps its place and beats until the owner has let go, then joins again") {
  Leader leader;
  leader.join(kStart);
  leader.sync(kStart);
  leader.member->settle(kStart);
  leader.beat(kStart + 3s, ErrorCode::rebalance_in_progress);
  CHECK(leader.member->has_change());
  CHECK_FALSE(leader.member->is_lost());
  CHECK(leader.member->assignment().empty());
  CHECK(leader.member->may_commit());
  leader.beat(kStart + 6s, ErrorCode::rebalance_in_progress);
  leader.member->settle(kStart + 7s);
  CHECK(next<JoinGroupRequest>(*leader.member, kStart + 7s).member_id == "a");
}

TEST_CASE("classic member: one that the group forgot has lost everything and begins anew") {
  Leader leader;
  leader.join(kStart);
  leader.sync(kStart);
  leader.member->settle(kStart);
  leader.beat(kStart + 3s, ErrorCode::unknown_member_id);
  CHECK(leader.member->has_change());
  CHECK(leader.member->is_lost());
  CHECK_FALSE(leader.member->may_commit());
  CHECK_FALSE(leader.member->next_request(kStart + 3s).has_value());  // the owner still reads
  leader.member->settle(kStart + 3s);
  CHECK(next<JoinGroupRequest>(*leader.member, kStart + 3s).member_id == "");
}

TEST_CASE("classic member: a session without an answer is over, as the coordinator sees it too") {
  Leader leader;
  leader.join(kStart);
  leader.sync(kStart);
  leader.member->settle(kStart);
  next<HeartbeatRequest>(*leader.member, kStart + 3s);
  leader.member->on_no_answer(kStart + 3s);
  CHECK(leader.member->needs_coordinator());
  leader.member->on_coordinator();
  CHECK_FALSE(leader.member->next_request(kStart + 45s).has_value());
  CHECK(leader.member->is_lost());
}

TEST_CASE("classic member: what asking again does not cure ends the membership") {
  auto member = make_classic_member({.group = "g", .topics = {"t"}});
  next<JoinGroupRequest>(*member, kStart);
  JoinGroupResponse refused;
  refused.error_code = code(ErrorCode::inconsistent_group_protocol);
  member->on_answer(refused, kStart);
  REQUIRE(member->failure().has_value());
  CHECK(member->failure()->code() == ErrorCode::inconsistent_group_protocol);
}

TEST_CASE("classic member: a pattern is matched before joining, and again as time goes by") {
  auto member = make_classic_member(
      {.group = "g",
       .topics = {"extra"},
       .pattern = TopicPattern{"t.*", [](const std::string& name) { return name[0] == 't'; }},
       .topics_interval = 30s});
  CHECK_FALSE(member->next_request(kStart).has_value());  // what matches is not known
  CHECK(member->wanted_topics().is_all);
  MemberProtocol::Topics there = topics(1);
  there["other"] = {.name = "other"};
  there["t-internal"] = {.name = "t-internal", .is_internal = true};
  member->on_topics(there, kStart);
  const auto join = next<JoinGroupRequest>(*member, kStart);
  const Buffer sent(join.protocols[0].metadata.begin(), join.protocols[0].metadata.end());
  CHECK(sent == subscription_to({"extra", "t"}));

  JoinGroupResponse joined;  // as a follower
  joined.generation_id = 1;
  joined.protocol_name = "range";
  joined.leader = "b";
  joined.member_id = "a";
  member->on_answer(joined, kStart);
  CHECK(member->wanted_topics().is_none());
  next<SyncGroupRequest>(*member, kStart);
  SyncGroupResponse synced;
  const Buffer mine = assignment_of({0});
  synced.assignment = mine;
  member->on_answer(synced, kStart);
  member->settle(kStart);

  next<HeartbeatRequest>(*member, kStart + 30s);
  member->on_answer(HeartbeatResponse(), kStart + 30s);
  CHECK(member->wanted_topics().is_all);
  member->on_topics(there, kStart + 30s);
  CHECK_FALSE(member->has_change());  // nothing new
  there["t2"] = {.name = "t2"};
  next<HeartbeatRequest>(*member, kStart + 60s);
  member->on_answer(HeartbeatResponse(), kStart + 60s);
  member->on_topics(there, kStart + 60s);
  CHECK(member->has_change());
  member->settle(kStart + 60s);
  const auto again = next<JoinGroupRequest>(*member, kStart + 60s);
  const Buffer sent_again(again.protocols[0].metadata.begin(), again.protocols[0].metadata.end());
  CHECK(sent_again == subscription_to({"extra", "t", "t2"}));
}

TEST_CASE("classic member: a leader of members that want nothing shares out nothing") {
  auto member = make_classic_member(
      {.group = "g", .pattern = TopicPattern{"t", [](const std::string&) { return false; }}});
  member->on_topics(topics(1), kStart);
  next<JoinGroupRequest>(*member, kStart);
  const Buffer nothing = subscription_to({});
  JoinGroupResponse joined;
  joined.protocol_name = "range";
  joined.leader = joined.member_id = "a";
  joined.members = {{"a", std::nullopt, nothing, {}}};
  member->on_answer(joined, kStart);
  CHECK(member->wanted_topics().is_none());
  CHECK(next<SyncGroupRequest>(*member, kStart).assignments.size() == 1);
}

TEST_CASE("consumer member: a pattern is the coordinator's to match; internal topics are left") {
  auto member = make_consumer_member(
      {.group = "g", .pattern = TopicPattern{".*", nullptr}, .member_id = "me"});
  const auto join = next<ConsumerGroupHeartbeatRequest>(*member, kStart);
  CHECK(join.subscribed_topic_regex == ".*");
  CHECK(join.subscribed_topic_names == std::vector<std::string>());
  auto given = answer(1, std::vector{0});
  auto& internal = given.assignment->topic_partitions.emplace_back();
  internal.topic_id = Uuid::from_halves(9, 9);
  internal.partitions = {0};
  member->on_answer(given, kStart);
  CHECK(member->wanted_topics().is_all);
  MemberProtocol::Topics there = topics(1);
  there["__x"] = {.name = "__x", .id = Uuid::from_halves(9, 9), .is_internal = true};
  member->on_topics(there, kStart);
  CHECK(member->assignment() == std::vector{partition_at(0)});
  member->settle(kStart);
  // It owns them all the same: nobody else is to wait for them.
  CHECK(next<ConsumerGroupHeartbeatRequest>(*member, kStart).topic_partitions->size() == 2);
}

TEST_CASE("consumer member: owns what it is given only when the owner has settled") {
  auto member = make_consumer_member({.group = "g", .topics = {"t"}, .member_id = "me"});
  const auto join = next<ConsumerGroupHeartbeatRequest>(*member, kStart);
  CHECK(join.member_id == "me");
  CHECK(join.member_epoch == 0);
  CHECK(join.subscribed_topic_names == std::vector<std::string>{"t"});
  REQUIRE(join.topic_partitions.has_value());
  CHECK(join.topic_partitions->empty());
  member->on_answer(answer(1, std::vector{0, 1}), kStart);
  CHECK(member->wanted_topics().names == std::vector<std::string>{"t"});
  member->on_topics(topics(2), kStart);
  CHECK(member->assignment() == std::vector{partition_at(0), partition_at(1)});
  const auto early = next<ConsumerGroupHeartbeatRequest>(*member, kStart + 5s);
  CHECK_FALSE(early.topic_partitions.has_value());
  member->on_answer(answer(1, std::nullopt), kStart + 5s);
  member->settle(kStart + 6s);
  const auto told = next<ConsumerGroupHeartbeatRequest>(*member, kStart + 6s);
  REQUIRE(told.topic_partitions.has_value());
  CHECK((*told.topic_partitions)[0].partitions == std::vector{0, 1});
  CHECK_FALSE(told.subscribed_topic_names.has_value());
  member->on_answer(answer(2, std::nullopt), kStart + 6s);
  CHECK_FALSE(
      next<ConsumerGroupHeartbeatRequest>(*member, kStart + 11s).topic_partitions.has_value());
}

TEST_CASE("consumer member: a fenced one has lost everything and joins with the same id") {
  auto member = make_consumer_member({.group = "g", .topics = {"t"}, .member_id = "me"});
  next<ConsumerGroupHeartbeatRequest>(*member, kStart);
  member->on_answer(answer(3, std::vector{0}), kStart);
  member->on_topics(topics(2), kStart);
  member->settle(kStart);
  next<ConsumerGroupHeartbeatRequest>(*member, kStart);
  ConsumerGroupHeartbeatResponse fenced;
  fenced.error_code = code(ErrorCode::fenced_member_epoch);
  member->on_answer(fenced, kStart);
  CHECK(member->is_lost());
  CHECK_FALSE(member->may_commit());
  CHECK_FALSE(member->next_request(kStart).has_value());
  member->settle(kStart);
  const auto again = next<ConsumerGroupHeartbeatRequest>(*member, kStart);
  CHECK(again.member_id == "me");
  CHECK(again.member_epoch == 0);
  CHECK(again.topic_partitions->empty());
}

TEST_CASE("consumer member: after an answer that never came it tells everything again") {
  auto member = make_consumer_member({.group = "g", .topics = {"t"}, .member_id = "me"});
  next<ConsumerGroupHeartbeatRequest>(*member, kStart);
  member->on_answer(answer(3, std::vector{1}), kStart);
  member->on_topics(topics(2), kStart);
  member->settle(kStart);
  next<ConsumerGroupHeartbeatRequest>(*member, kStart);
  member->on_no_answer(kStart);
  member->on_coordinator();
  const auto again = next<ConsumerGroupHeartbeatRequest>(*member, kStart + 1s);
  CHECK(again.member_epoch == 3);
  CHECK(again.subscribed_topic_names.has_value());
  CHECK((*again.topic_partitions)[0].partitions == std::vector{1});
}

TEST_CASE("assignors: shares are those of Kafka's") {
  const std::vector<Subscriber> three = {
      {"c", std::nullopt, {"t", "u"}}, {"b", "one", {"t"}}, {"a", std::nullopt, {"u"}}};
  const std::map<std::string, int32_t> counts = {{"t", 3}, {"u", 3}};
  const auto u = [](int32_t partition) { return TopicPartition{"u", Partition(partition)}; };
  auto shares = assign_range(three, counts);
  CHECK(shares["b"] == std::vector{partition_at(0), partition_at(1)});
  CHECK(shares["a"] == std::vector{u(0), u(1)});
  CHECK(shares["c"] == std::vector{partition_at(2), u(2)});
  shares = assign_round_robin(three, counts);
  CHECK(shares["b"] == std::vector{partition_at(0), partition_at(2)});
  CHECK(shares["a"] == std::vector{u(0), u(2)});
  CHECK(shares["c"] == std::vector{partition_at(1), u(1)});
}
