/// The group APIs through a whole broker: the topic that is made on first use, restarts, reading a
/// directory.

#include <algorithm>

#include "broker/group/service.h"
#include "core/base/varint.h"
#include "core/protocol/messages/consumer_group_describe.h"
#include "core/protocol/messages/consumer_group_heartbeat.h"
#include "core/protocol/messages/create_topics.h"
#include "core/protocol/messages/delete_groups.h"
#include "core/protocol/messages/describe_groups.h"
#include "core/protocol/messages/find_coordinator.h"
#include "core/protocol/messages/heartbeat.h"
#include "core/protocol/messages/join_group.h"
#include "core/protocol/messages/leave_group.h"
#include "core/protocol/messages/list_groups.h"
#include "core/protocol/messages/metadata.h"
#include "core/protocol/messages/offset_commit.h"
#include "core/protocol/messages/offset_fetch.h"
#include "core/protocol/messages/sync_group.h"
#include "core/protocol/messages/update_features.h"
#include "tests/unit/broker/handlers/broker_fixture.h"

namespace spool::broker::groups_test {

using namespace protocol;

namespace {

void create_group_topic(BrokerFixture& f, const std::string& name) {
  CreateTopicsRequest request;
  auto& topic = request.topics.emplace_back();
  topic.name = name;
  topic.num_partitions = 2;
  topic.replication_factor = 1;
  CHECK(f.call<CreateTopicsResponse>(request, 7).topics.at(0).error_code == 0);
}

int16_t commit(BrokerFixture& f, const std::string& group, int64_t offset) {
  OffsetCommitRequest request;
  request.group_id = group;
  auto& topic = request.topics.emplace_back();
  topic.name = "orders";
  topic.partitions.push_back({1, offset, -1, "note", {}});
  return f.call<OffsetCommitResponse>(request, 9).topics.at(0).partitions.at(0).error_code;
}

int64_t committed(BrokerFixture& f, const std::string& group) {
  OffsetFetchRequest request;
  auto& asked = request.groups.emplace_back();
  asked.group_id = group;
  asked.topics.emplace().push_back({"orders", {}, {1}, {}});
  const auto answer = f.call<OffsetFetchResponse>(request, 8);
  return answer.groups.at(0).topics.at(0).partitions.at(0).committed_offset;
}

}  // namespace

TEST_CASE("groups: the partition of a group is Java's hash of its id") {
  CHECK(coordinator::partition_for("test-group", 50) == 12);
  CHECK(coordinator::partition_for("my-group", 50) == 12);
  CHECK(coordinator::partition_for("console-consumer-12345", 50) == 6);
  CHECK(coordinator::partition_for("", 50) == 0);
}

TEST_CASE("groups: looking makes no topic, finding a coordinator does, as Kafka sets it up") {
  BrokerFixture f;
  CHECK(f.call<ListGroupsResponse>(ListGroupsRequest{}, 5).groups.empty());
  CHECK(committed(f, "nobody") == -1);
  MetadataRequest all;
  all.topics.reset();
  CHECK(f.call<MetadataResponse>(all, 12).topics.empty());
  FindCoordinatorRequest find;
  find.coordinator_keys = {"a", "b"};
  const auto found = f.call<FindCoordinatorResponse>(find, 4);
  REQUIRE(found.coordinators.size() == 2);
  CHECK(found.coordinators[1].key == "b");
  CHECK(found.coordinators[1].error_code == 0);
  CHECK(found.coordinators[1].error_message == "");
  CHECK(found.coordinators[1].node_id == 1);
  const auto topics = f.call<MetadataResponse>(all, 12).topics;
  REQUIRE(topics.size() == 1);
  CHECK(topics[0].name == "__consumer_offsets");
  CHECK(topics[0].is_internal);
  CHECK(topics[0].partitions.size() == 3);
}

TEST_CASE("groups: key types of FindCoordinator") {
  BrokerFixture f;
  const auto error = [&](int8_t type, const std::string& key) {
    FindCoordinatorRequest find;
    find.key_type = type;
    find.coordinator_keys = {key};
    return f.call<FindCoordinatorResponse>(find, 6).coordinators.at(0).error_code;
  };
  CHECK(error(1, "tx") == 0);
  CHECK(error(2, "g:AAAAAAAAAAAAAAAAAAAAAQ:0") == 0);
  CHECK(error(2, "g") == 42);
  CHECK(error(3, "g") == 42);
  FindCoordinatorRequest old;
  old.key = "g";
  CHECK(f.call<FindCoordinatorResponse>(old, 3).error_message == "NONE");
}

TEST_CASE("groups: commits survive a restart, and are read from a directory that is not written") {
  BrokerFixture f;
  create_group_topic(f, "orders");
  for (int64_t offset = 1; offset <= 50; ++offset) CHECK(commit(f, "g", offset) == 0);
  CHECK(commit(f, "other", 7) == 0);
  f.restart();
  CHECK(committed(f, "g") == 50);
  CHECK(committed(f, "other") == 7);
  const auto listed = f.call<ListGroupsResponse>(ListGroupsRequest{}, 5).groups;
  REQUIRE(listed.size() == 2);
  CHECK(listed[0].group_id == "g");
  CHECK(listed[0].group_state == "Empty");
  CHECK(listed[0].group_type == "classic");
}

TEST_CASE("groups: an answer waits for the disk where flush.messages asks for it") {
  BrokerFixture f("log.flush.interval.messages=1\n");
  create_group_topic(f, "orders");
  CHECK(commit(f, "g", 42) == 0);
  CHECK(committed(f, "g") == 42);
}

TEST_CASE("groups: an answer waits for others where the coordinator is to linger") {
  for (const char* flush : {"", "log.flush.interval.messages=1\n"}) {
    BrokerFixture f(flush + std::string("group.coordinator.append.linger.ms=2\n"));
    create_group_topic(f, "orders");
    CHECK(commit(f, "g", 42) == 0);
    CHECK(commit(f, "g", 43) == 0);
    CHECK(committed(f, "g") == 43);
  }
}

TEST_CASE("groups: a member joins and syncs over the wire") {
  BrokerFixture f("group.initial.rebalance.delay.ms=0\n");
  JoinGroupRequest join;
  join.group_id = "g";
  join.session_timeout_ms = 10'000;
  join.rebalance_timeout_ms = 10'000;
  join.protocol_type = "consumer";
  const Buffer metadata = to_buffer(as_bytes("meta"));
  join.protocols.push_back({"range", metadata, {}});
  for (const int16_t version : {int16_t{6}, int16_t{7}}) {
    const auto named = f.call<JoinGroupResponse>(join, version);
    CHECK(named.error_code == 79);
    CHECK(named.protocol_name.has_value() == (version < 7));
  }
  join.member_id = f.call<JoinGroupResponse>(join, 9).member_id;
  const auto joined = f.call<JoinGroupResponse>(join, 9);
  CHECK(joined.error_code == 0);
  CHECK(joined.generation_id == 1);
  REQUIRE(joined.members.size() == 1);
  CHECK(as_text(joined.members[0].metadata) == "meta");
  SyncGroupRequest sync;
  sync.group_id = "g";
  sync.member_id = join.member_id;
  sync.generation_id = 1;
  const Buffer part = to_buffer(as_bytes("part"));
  sync.assignments.push_back({join.member_id, part, {}});
  sync.protocol_type = "consumer";
  CHECK(f.call<SyncGroupResponse>(sync, 5).error_code == 23);  // version 5 names both
  sync.protocol_name = "range";
  CHECK(as_text(f.call<SyncGroupResponse>(sync, 5).assignment) == "part");
  DescribeGroupsRequest describe;
  describe.groups = {"g"};
  const auto described = f.call<DescribeGroupsResponse>(describe, 6).groups.at(0);
  CHECK(described.group_state == "Stable");
  CHECK(as_text(described.members.at(0).member_assignment) == "part");
  DeleteGroupsRequest remove;
  remove.groups_names = {"g"};
  CHECK(f.call<DeleteGroupsResponse>(remove, 2).results.at(0).error_code == 68);
}

TEST_CASE("groups: ids as long as the wire carries are served, quoted in part") {
  BrokerFixture f("group.initial.rebalance.delay.ms=0\n");
  create_group_topic(f, "orders");
  const std::string longest(32'767, 'x');
  CHECK(commit(f, longest, 42) == 0);
  CHECK(committed(f, longest) == 42);

  DescribeGroupsRequest describe;
  describe.groups = {longest.substr(1)};
  const auto described = f.call<DescribeGroupsResponse>(describe, 6).groups.at(0);
  CHECK(described.error_code == 69);
  CHECK(described.error_message->starts_with("Group xxx"));
  DeleteGroupsRequest remove;
  remove.groups_names = {longest.substr(1)};
  CHECK(f.call<DeleteGroupsResponse>(remove, 2).results.at(0).error_code == 69);
  ConsumerGroupHeartbeatRequest beat;
  beat.group_id = beat.member_id = longest.substr(1);
  beat.member_epoch = 1;
  CHECK(f.call<ConsumerGroupHeartbeatResponse>(beat, 1).error_code == 69);
  CreateTopicsRequest create;
  create.topics.emplace_back().name = longest;
  create.topics[0].num_partitions = create.topics[0].replication_factor = 1;
  CHECK(f.call<CreateTopicsResponse>(create, 7).topics.at(0).error_code == 17);

  JoinGroupRequest join;
  join.group_id = longest;
  join.session_timeout_ms = join.rebalance_timeout_ms = 10'000;
  join.protocol_type = "consumer";
  join.protocols.push_back({longest, as_bytes("meta"), {}});
  join.group_instance_id = longest;
  const auto joined = f.call<JoinGroupResponse>(join, 9);
  CHECK(joined.error_code == 0);
  CHECK(joined.member_id.starts_with("xxx"));
  CHECK(joined.member_id.size() < 2'000);
  f.restart();
  CHECK(committed(f, longest) == 42);
}

TEST_CASE("groups: an id of 64 KB is no string of the protocol, the connection is closed") {
  BrokerFixture f;
  OffsetCommitRequest request;
  request.group_id = "g";
  Buffer frame = frame_of(request, 9);
  // In place of the "g", whose length counts from one, a string of 65,536.
  const auto at = std::ranges::search(frame, std::string_view("\x02g", 2)).begin();
  REQUIRE(at != frame.end());
  Buffer longer(frame.begin(), at);
  append_uvarint(longer, 65'537);
  longer.insert(longer.end(), 65'536, 'g');
  longer.insert(longer.end(), at + 2, frame.end());
  CHECK(!f.ask(longer));
  CHECK(f.call<ListGroupsResponse>(ListGroupsRequest{}, 5).error_code == 0);
}

namespace {

/// A client that speaks one version of each API, or the nearest that there is.
class Client {
 public:
  Client(BrokerFixture& f, int16_t version) : f_(f), version_(version) {}

  template <class Request>
  int16_t version() const {
    return std::clamp(version_, Request::kInfo.versions.min, Request::kInfo.versions.max);
  }
  template <class Response, class Request>
  Response call(const Request& request) {
    return f_.call<Response>(request, version<Request>());
  }

  JoinGroupResponse join(const std::string& group) {
    JoinGroupRequest request;
    request.group_id = group;
    request.session_timeout_ms = 10'000;
    if (version<JoinGroupRequest>() >= 1) request.rebalance_timeout_ms = 10'000;
    request.protocol_type = "consumer";
    request.protocols.push_back({"range", as_bytes("meta"), {}});
    auto answer = call<JoinGroupResponse>(request);
    if (answer.error_code != 79) return answer;
    request.member_id = answer.member_id;
    return call<JoinGroupResponse>(request);
  }
  int16_t commit(const std::string& group, const std::string& member, int32_t generation,
                 int64_t offset, const Uuid& topic_id) {
    OffsetCommitRequest request;
    request.group_id = group;
    request.member_id = member;
    request.generation_id_or_member_epoch = generation;
    auto& topic = request.topics.emplace_back();
    const bool is_by_id = version<OffsetCommitRequest>() >= 10;
    if (is_by_id) topic.topic_id = topic_id;
    if (!is_by_id) topic.name = "orders";
    topic.partitions.push_back({1, offset, -1, "note", {}});
    return call<OffsetCommitResponse>(request).topics.at(0).partitions.at(0).error_code;
  }
  /// The committed offset, or the error below -1.
  int64_t committed(const std::string& group, const Uuid& topic_id) {
    OffsetFetchRequest request;
    const int16_t version = this->version<OffsetFetchRequest>();
    if (version < 8) {
      request.group_id = group;
      request.topics.emplace().push_back({"orders", {1}, {}});
    } else {
      auto& asked = request.groups.emplace_back();
      asked.group_id = group;
      auto& topic = asked.topics.emplace().emplace_back();
      if (version >= 10) topic.topic_id = topic_id;
      if (version < 10) topic.name = "orders";
      topic.partition_indexes = {1};
    }
    const auto answer = call<OffsetFetchResponse>(request);
    const auto place = [](const auto& partition) {
      return partition.error_code != 0 ? -100 - int64_t{partition.error_code}
                                       : partition.committed_offset;
    };
    if (version < 8) return place(answer.topics.at(0).partitions.at(0));
    return place(answer.groups.at(0).topics.at(0).partitions.at(0));
  }

 private:
  BrokerFixture& f_;
  const int16_t version_;
};

}  // namespace

TEST_CASE("groups: every version joins, syncs, commits, is described, leaves and is deleted") {
  BrokerFixture f("group.initial.rebalance.delay.ms=0\n");
  create_group_topic(f, "orders");
  MetadataRequest all;
  all.topics.reset();
  const Uuid orders = f.call<MetadataResponse>(all, 12).topics.at(0).topic_id;
  for (int16_t version = 0; version <= 10; ++version) {
    CAPTURE(version);
    Client client(f, version);
    const std::string group = "g" + std::to_string(version);
    FindCoordinatorRequest find;
    if (client.version<FindCoordinatorRequest>() < 4) find.key = group;
    if (client.version<FindCoordinatorRequest>() >= 4) find.coordinator_keys = {group};
    CHECK(client.call<FindCoordinatorResponse>(find).error_code == 0);

    const auto joined = client.join(group);
    CHECK(joined.error_code == 0);
    CHECK(joined.generation_id == 1);
    CHECK(joined.protocol_name == "range");
    CHECK(joined.members.size() == 1);
    SyncGroupRequest sync;
    sync.group_id = group;
    sync.member_id = joined.member_id;
    sync.generation_id = 1;
    sync.assignments.push_back({joined.member_id, as_bytes("part"), {}});
    if (client.version<SyncGroupRequest>() >= 5) {
      sync.protocol_type = "consumer";
      sync.protocol_name = "range";
    }
    CHECK(as_text(client.call<SyncGroupResponse>(sync).assignment) == "part");
    HeartbeatRequest beat;
    beat.group_id = group;
    beat.member_id = joined.member_id;
    beat.generation_id = 1;
    CHECK(client.call<HeartbeatResponse>(beat).error_code == 0);
    CHECK(client.commit(group, joined.member_id, 1, 42, orders) == 0);
    CHECK(client.committed(group, orders) == 42);
    CHECK(client.committed("nobody", orders) == -1);

    DescribeGroupsRequest describe;
    describe.groups = {group, "nobody"};
    const auto described = client.call<DescribeGroupsResponse>(describe).groups;
    REQUIRE(described.size() == 2);
    CHECK(described[0].group_state == "Stable");
    CHECK(described[1].group_state == "Dead");
    CHECK(described[1].error_code == (version >= 6 ? 69 : 0));
    const auto listed = client.call<ListGroupsResponse>(ListGroupsRequest{}).groups;
    CHECK(std::ranges::find(listed, group, &ListGroupsResponse::ListedGroup::group_id) !=
          listed.end());

    LeaveGroupRequest leave;
    leave.group_id = group;
    if (client.version<LeaveGroupRequest>() < 3) leave.member_id = joined.member_id;
    if (client.version<LeaveGroupRequest>() >= 3)
      leave.members.push_back({joined.member_id, {}, {}, {}});
    CHECK(client.call<LeaveGroupResponse>(leave).error_code == 0);
    DeleteGroupsRequest remove;
    remove.groups_names = {group};
    CHECK(client.call<DeleteGroupsResponse>(remove).results.at(0).error_code == 0);
    CHECK(client.call<DeleteGroupsResponse>(remove).results.at(0).error_code == 69);
    CHECK(client.committed(group, orders) == -1);
  }
}

TEST_CASE("groups: KIP-848 needs group.version 1, which new directories have") {
  BrokerFixture f;
  ConsumerGroupHeartbeatRequest beat;
  beat.group_id = beat.member_id = "g";
  beat.rebalance_timeout_ms = 10'000;
  beat.subscribed_topic_names.emplace();
  beat.topic_partitions.emplace();
  CHECK(f.call<ConsumerGroupHeartbeatResponse>(beat, 1).error_code == 0);
  UpdateFeaturesRequest off;
  off.feature_updates.push_back({"group.version", 0, false, 2, {}});
  CHECK(f.call<UpdateFeaturesResponse>(off, 1).error_code == 0);
  CHECK(f.call<ConsumerGroupHeartbeatResponse>(beat, 1).error_code == 35);
  ConsumerGroupDescribeRequest describe;
  describe.group_ids = {"g"};
  CHECK(f.call<ConsumerGroupDescribeResponse>(describe, 1).groups.at(0).error_code == 35);
}

TEST_CASE("groups: OffsetFetch of several groups, and by topic ids that nobody has") {
  BrokerFixture f;
  create_group_topic(f, "orders");
  CHECK(commit(f, "a", 1) == 0);
  CHECK(commit(f, "b", 2) == 0);
  OffsetFetchRequest request;
  for (const char* group : {"a", "nobody", "b"}) request.groups.emplace_back().group_id = group;
  for (auto& group : request.groups) group.topics.reset();
  auto groups = f.call<OffsetFetchResponse>(request, 9).groups;
  REQUIRE(groups.size() == 3);
  CHECK(groups[0].topics.at(0).partitions.at(0).committed_offset == 1);
  CHECK(groups[0].topics.at(0).partitions.at(0).metadata == "note");
  CHECK(groups[1].error_code == 0);
  CHECK(groups[1].topics.empty());
  CHECK(groups[2].topics.at(0).partitions.at(0).committed_offset == 2);

  request.groups.resize(1);
  groups = f.call<OffsetFetchResponse>(request, 10).groups;
  CHECK(!groups.at(0).topics.at(0).topic_id.is_zero());
  request.groups[0].topics.emplace().push_back({"", Uuid::from_halves(7, 7), {0}, {}});
  groups = f.call<OffsetFetchResponse>(request, 10).groups;
  CHECK(groups.at(0).topics.at(0).partitions.at(0).error_code == 100);
  CHECK(groups.at(0).topics.at(0).partitions.at(0).committed_offset == -1);
}

}  // namespace spool::broker::groups_test
