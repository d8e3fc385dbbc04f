#include "core/protocol/records/group.h"
#include "tests/unit/broker/group/coordinator_fixture.h"

namespace spool::broker::group {

using protocol::OffsetCommitRequest;
using protocol::OffsetDeleteRequest;

TEST_CASE("commit: offset, leader epoch and metadata come back as they were given") {
  CoordinatorFixture f;
  CHECK(f.commit({.offset = 42, .metadata = "where I was", .leader_epoch = 7}) == ErrorCode::none);
  const auto found = f.fetch("orders", 0);
  CHECK(found.error_code == 0);
  CHECK(found.committed_offset == 42);
  CHECK(found.committed_leader_epoch == 7);
  CHECK(found.metadata == "where I was");
  CHECK(f.commit({.offset = 43, .metadata = std::nullopt}) == ErrorCode::none);
  CHECK(f.fetch("orders", 0).metadata == "");
}

TEST_CASE("commit: an offset of -1 and an empty group id are accepted") {
  CoordinatorFixture f;
  CHECK(f.commit({.group = "", .offset = -1}) == ErrorCode::none);
  CHECK(f.fetch("orders", 0, "").committed_offset == -1);
}

TEST_CASE("commit: who may, by situation") {
  CoordinatorFixture f;
  CHECK(f.commit({.group = "new", .generation = 0, .version = 9}) == ErrorCode::group_id_not_found);
  CHECK(f.commit({.group = "new", .generation = 0, .version = 8}) == ErrorCode::illegal_generation);
  const auto a = f.settle_alone();
  CHECK(f.commit({.offset = 1}) == ErrorCode::unknown_member_id);
  CHECK(f.commit({.member_id = "m", .generation = 1}) == ErrorCode::unknown_member_id);
  CHECK(f.commit({.member_id = a, .generation = 2}) == ErrorCode::illegal_generation);
  CHECK(f.commit({.member_id = a, .generation = 1, .instance_id = "nobody"}) ==
        ErrorCode::unknown_member_id);
  CHECK(f.commit({.member_id = a, .generation = 1, .offset = 5}) == ErrorCode::none);
  f.enter({});
  CHECK(f.commit({.member_id = a, .generation = 1, .offset = 6}) == ErrorCode::none);
  f.join({.member_id = a});
  CHECK(f.commit({.member_id = a, .generation = 2, .offset = 7}) ==
        ErrorCode::rebalance_in_progress);
  CHECK(f.committed("orders", 0) == 6);
}

TEST_CASE("commit: what does not exist") {
  CoordinatorFixture f;
  CHECK(f.commit({.topic = "nowhere"}) == ErrorCode::unknown_topic_or_partition);
  CHECK(f.commit({.partition = 4}) == ErrorCode::unknown_topic_or_partition);
  CHECK(f.commit({.partition = -1}) == ErrorCode::unknown_topic_or_partition);
  CHECK(f.commit({.topic = "nowhere", .version = 10}) == ErrorCode::unknown_topic_id);
  CHECK(f.commit({.offset = 3, .version = 10}) == ErrorCode::none);
  CHECK(f.committed("orders", 0) == 3);
}

TEST_CASE("commit: metadata up to offset.metadata.max.bytes") {
  CoordinatorFixture f;
  CHECK(f.commit({.offset = 1, .metadata = std::string(4096, 'm')}) == ErrorCode::none);
  CHECK(f.commit({.offset = 2, .metadata = std::string(4097, 'm')}) ==
        ErrorCode::offset_metadata_too_large);
  CHECK(f.commit({.offset = 2, .metadata = std::string(1 << 20, 'm')}) ==
        ErrorCode::offset_metadata_too_large);
  CHECK(f.committed("orders", 0) == 1);
}

TEST_CASE("commit: a commit is a heartbeat") {
  CoordinatorFixture f;
  const auto a = f.settle_alone({.session_ms = 10'000});
  for (int i = 0; i < 4; ++i) {
    f.pass(6'000);
    CHECK(f.commit({.member_id = a, .generation = 1, .offset = i}) == ErrorCode::none);
  }
  CHECK(f.state() == "Stable");
}

TEST_CASE("commit: what could not be written is not there") {
  CoordinatorFixture f;
  f.commit({.offset = 1});
  f.journal.fails_with = ErrorCode::kafka_storage_error;
  CHECK(f.commit({.offset = 2}) == ErrorCode::not_coordinator);
  f.journal.fails_with = ErrorCode::message_too_large;
  CHECK(f.commit({.offset = 2}) == ErrorCode::invalid_commit_offset_size);
  CHECK(f.committed("orders", 0) == 1);
}

TEST_CASE("commit: records are Kafka's, version 4, or 1 with a retention of its own") {
  CoordinatorFixture f;
  f.commit({.offset = 42, .metadata = "m", .leader_epoch = 7});
  const Record& record = f.journal.records.back();
  CHECK(load_be<int16_t>(record.key.data()) == 1);
  const auto key = protocol::decode<protocol::OffsetCommitKey>(BytesView(record.key).subspan(2), 0);
  CHECK(key->group == "g");
  CHECK(key->topic == "orders");
  CHECK(key->partition == 0);
  CHECK(load_be<int16_t>(record.value->data()) == 4);
  const auto value =
      protocol::decode<protocol::OffsetCommitValue>(BytesView(*record.value).subspan(2), 4);
  CHECK(value->offset == 42);
  CHECK(value->commit_timestamp == f.now.wall_ms);
  CHECK(value->topic_id == f.catalog.find("orders")->id);
  f.commit({.offset = 43, .retention_ms = 1000, .version = 4});
  CHECK(load_be<int16_t>(f.journal.records.back().value->data()) == 1);
}

TEST_CASE("commit: everything survives a restart") {
  CoordinatorFixture f;
  for (int32_t partition = 0; partition < 4; ++partition)
    f.commit({.partition = partition, .offset = 100 + partition, .metadata = "m"});
  f.commit({.group = "other", .topic = "payments", .offset = 9});
  f.restart();
  for (int32_t partition = 0; partition < 4; ++partition)
    CHECK(f.committed("orders", partition) == 100 + partition);
  CHECK(f.committed("payments", 0, "other") == 9);
  CHECK(f.committed("payments", 1, "other") == -1);
}

TEST_CASE("fetch: nothing committed, unknown topic, unknown group: -1 and no error") {
  CoordinatorFixture f;
  f.commit({.offset = 1});
  for (const auto& found :
       {f.fetch("orders", 3), f.fetch("nowhere", 0), f.fetch("orders", 0, "x")}) {
    CHECK(found.committed_offset == -1);
    CHECK(found.committed_leader_epoch == -1);
    CHECK(found.metadata == "");
    CHECK(found.error_code == 0);
  }
}

TEST_CASE("fetch: without topics everything the group has") {
  CoordinatorFixture f;
  f.commit({.partition = 2, .offset = 1});
  f.commit({.topic = "payments", .partition = 1, .offset = 2});
  protocol::OffsetFetchRequest::OffsetFetchRequestGroup request;
  request.group_id = "g";
  request.topics.reset();
  const auto all = f.coordinator->fetch(f.now, request, false);
  REQUIRE(all.topics.size() == 2);
  CHECK(all.topics[0].name == "orders");
  CHECK(all.topics[0].partitions.at(0).partition_index == 2);
  CHECK(all.topics[1].partitions.at(0).committed_offset == 2);
}

namespace {

/// A commit inside a transaction, as it stands in the log.
void replay_pending(CoordinatorFixture& f, int64_t producer_id, int32_t partition, int64_t offset,
                    int64_t at) {
  RecordList list;
  protocol::OffsetCommitValue value;
  value.offset = offset;
  list.add(protocol::OffsetCommitKey{"g", "orders", partition, {}}, value);
  ReplayedRecord record;
  record.offset = at;
  record.producer_id = ProducerId(producer_id);
  record.key = list.records()[0].key;
  record.value = *list.records()[0].value;
  REQUIRE(f.coordinator->replay(record).has_value());
}

}  // namespace

TEST_CASE("transactions: a commit counts from its marker on, and a stable reader waits for it") {
  CoordinatorFixture f;
  f.commit({.offset = 1});
  replay_pending(f, 7, 0, 50, 10);
  CHECK(f.committed("orders", 0) == 1);
  CHECK(f.fetch("orders", 0, "g", true).error_code == code(ErrorCode::unstable_offset_commit));
  CHECK(f.fetch("orders", 1, "g", true).error_code == 0);
  SUBCASE("commit") {
    f.coordinator->replay_marker(ProducerId(7), true);
    CHECK(f.committed("orders", 0) == 50);
  }
  SUBCASE("abort") {
    f.coordinator->replay_marker(ProducerId(7), false);
    CHECK(f.committed("orders", 0) == 1);
  }
  SUBCASE("another producer's marker decides nothing") {
    f.coordinator->replay_marker(ProducerId(8), true);
    CHECK(f.fetch("orders", 0, "g", true).error_code == code(ErrorCode::unstable_offset_commit));
    f.coordinator->replay_marker(ProducerId(7), true);
  }
  CHECK(f.fetch("orders", 0, "g", true).error_code == 0);
}

TEST_CASE("transactions: a plain commit that came later wins over the marker") {
  CommittedOffsets offsets;
  offsets.put_pending(ProducerId(7), "g", "orders", 0, {.offset = 50, .record_offset = 10});
  offsets.put("g", "orders", 0, {.offset = 60, .record_offset = 11});
  offsets.end_transaction(ProducerId(7), true);
  CHECK(offsets.find("g", "orders", 0)->offset == 60);
}

TEST_CASE("delete offsets: what nobody reads goes, the rest is refused") {
  CoordinatorFixture f;
  OffsetDeleteRequest request;
  request.group_id = "g";
  auto& topic = request.topics.emplace_back();
  topic.name = "orders";
  topic.partitions = {{0, {}}, {1, {}}, {9, {}}};
  CHECK(f.coordinator->delete_offsets(f.now, request).error_code ==
        code(ErrorCode::group_id_not_found));
  OffsetDeleteRequest nameless = request;
  nameless.group_id = "";
  CHECK(f.coordinator->delete_offsets(f.now, nameless).error_code ==
        code(ErrorCode::invalid_group_id));
  f.commit({.partition = 0, .offset = 1});
  f.commit({.partition = 2, .offset = 1});
  const auto done = f.coordinator->delete_offsets(f.now, request);
  CHECK(done.error_code == 0);
  const auto& partitions = done.topics.at(0).partitions;
  CHECK(partitions.at(0).error_code == 0);
  CHECK(partitions.at(1).error_code == 0);
  CHECK(partitions.at(2).error_code == code(ErrorCode::unknown_topic_or_partition));
  CHECK(f.committed("orders", 0) == -1);
  CHECK(f.committed("orders", 2) == 1);
  f.restart();
  CHECK(f.committed("orders", 0) == -1);
}

TEST_CASE("delete offsets: a live group keeps those of the topics it reads") {
  CoordinatorFixture f;
  const auto a = f.settle_alone();  // reads orders
  f.commit({.member_id = a, .generation = 1, .topic = "payments", .offset = 1});
  OffsetDeleteRequest request;
  request.group_id = "g";
  request.topics.push_back({"orders", {{0, {}}}, {}});
  request.topics.push_back({"payments", {{0, {}}}, {}});
  const auto done = f.coordinator->delete_offsets(f.now, request);
  CHECK(done.topics.at(0).partitions.at(0).error_code ==
        code(ErrorCode::group_subscribed_to_topic));
  CHECK(done.topics.at(1).partitions.at(0).error_code == 0);
  CHECK(f.committed("payments", 0) == -1);
}

TEST_CASE("delete offsets: a live group whose subscriptions do not parse may read anything") {
  CoordinatorFixture f;
  const auto a = f.settle_alone({.protocols = {{"range", to_buffer(as_bytes("garbage"))}}});
  CHECK(f.commit({.member_id = a, .generation = 1, .offset = 5}) == ErrorCode::none);
  protocol::OffsetDeleteRequest request;
  request.group_id = "g";
  request.topics.push_back({"orders", {{0, {}}}, {}});
  CHECK(f.coordinator->delete_offsets(f.now, request).topics.at(0).partitions.at(0).error_code ==
        code(ErrorCode::group_subscribed_to_topic));
  CHECK(f.committed("orders", 0) == 5);
}

TEST_CASE("delete offsets: a live group that is no consumer group refuses all") {
  CoordinatorFixture f;
  f.settle_alone({.protocol_type = "connect", .protocols = {{"compatible", {}}}});
  OffsetDeleteRequest request;
  request.group_id = "g";
  request.topics.push_back({"orders", {{0, {}}}, {}});
  CHECK(f.coordinator->delete_offsets(f.now, request).error_code ==
        code(ErrorCode::non_empty_group));
}

constexpr int64_t kMinuteMs = 60'000;

TEST_CASE("expiry: offsets go after their retention, counted from when the group became empty") {
  CoordinatorFixture f;
  f.settings.offsets_retention_ms = 60 * kMinuteMs;
  f.restart();
  const auto a = f.settle_alone({.session_ms = 1'800'000});
  f.commit({.member_id = a, .generation = 1, .offset = 5});
  for (int i = 0; i < 9; ++i) {
    f.pass(10 * kMinuteMs);
    f.heartbeat(a, 1);
  }
  CHECK(f.committed("orders", 0) == 5);  // 90 minutes old, but somebody reads
  f.leave({{a, {}, {}, {}}});
  f.pass(50 * kMinuteMs);
  CHECK(f.committed("orders", 0) == 5);
  f.pass(20 * kMinuteMs);
  CHECK(f.committed("orders", 0) == -1);
  CHECK(f.coordinator->groups_count() == 0);
  f.restart();
  CHECK(f.coordinator->groups_count() == 0);
}

TEST_CASE("expiry: without members each partition counts from its commit") {
  CoordinatorFixture f;
  f.settings.offsets_retention_ms = 60 * kMinuteMs;
  f.restart();
  f.commit({.partition = 0, .offset = 1});
  f.pass(40 * kMinuteMs);
  f.commit({.partition = 1, .offset = 2});
  f.pass(30 * kMinuteMs);
  CHECK(f.committed("orders", 0) == -1);
  CHECK(f.committed("orders", 1) == 2);
  CHECK(f.coordinator->groups_count() == 1);
  f.pass(40 * kMinuteMs);
  CHECK(f.coordinator->groups_count() == 0);
}

TEST_CASE("expiry: of a live group what nobody subscribes to goes") {
  CoordinatorFixture f;
  f.settings.offsets_retention_ms = 60 * kMinuteMs;
  f.restart();
  const auto a = f.settle_alone({.session_ms = 1'800'000});
  f.commit({.member_id = a, .generation = 1, .offset = 5});
  f.commit({.member_id = a, .generation = 1, .topic = "payments", .offset = 6});
  for (int i = 0; i < 8; ++i) {
    f.pass(10 * kMinuteMs);
    f.heartbeat(a, 1);
  }
  CHECK(f.committed("orders", 0) == 5);
  CHECK(f.committed("payments", 0) == -1);
}

TEST_CASE("expiry: a retention that the commit asked for") {
  CoordinatorFixture f;
  f.commit({.offset = 1, .retention_ms = 15 * kMinuteMs, .version = 4});
  f.pass(11 * kMinuteMs);
  CHECK(f.committed("orders", 0) == 1);
  f.pass(10 * kMinuteMs);
  CHECK(f.committed("orders", 0) == -1);
}

TEST_CASE("expiry: what a transaction has pending stays") {
  CoordinatorFixture f;
  f.settings.offsets_retention_ms = kMinuteMs;
  f.restart();
  f.commit({.offset = 1});
  replay_pending(f, 7, 0, 50, 10);
  f.pass(30 * kMinuteMs);
  CHECK(f.committed("orders", 0) == 1);
}

TEST_CASE("topics: the offsets of a deleted topic go, of every group") {
  CoordinatorFixture f;
  f.commit({.offset = 1});
  f.commit({.group = "other", .offset = 2});
  f.commit({.topic = "payments", .offset = 3});
  f.catalog.remove("orders");
  f.coordinator->topics_deleted(f.now, {"orders"});
  CHECK(f.committed("orders", 0) == -1);
  CHECK(f.committed("orders", 0, "other") == -1);
  CHECK(f.committed("payments", 0) == 3);
}

TEST_CASE("replay: a record of an unknown type is counted and left alone") {
  CoordinatorFixture f;
  Record unknown;
  append_be<int16_t>(unknown.key, 4711);
  append(unknown.key, as_bytes("whatever"));
  unknown.value = to_buffer(as_bytes("bytes"));
  f.journal.records.push_back(unknown);
  f.restart();
  CHECK(f.coordinator->unknown_records_count() == 1);
}

TEST_CASE("replay: a damaged record is an error that names its offset") {
  CoordinatorFixture f;
  f.commit({.offset = 1});
  f.settle_alone();
  for (const Record& record : f.journal.records) {
    // Every way of cutting a value short; none may crash.
    for (size_t size = 0; size < record.value->size(); ++size) {
      Coordinator fresh(f.environment());
      ReplayedRecord replayed;
      replayed.offset = 17;
      replayed.key = record.key;
      replayed.value = BytesView(*record.value).first(size);
      const Status done = fresh.replay(replayed);
      REQUIRE(!done.has_value());
      CHECK(done.error().code() == ErrorCode::corrupt_message);
      CHECK(done.error().text().find("offset 17: ") == 0);
    }
    for (size_t size = 0; size < record.key.size(); ++size) {
      Coordinator fresh(f.environment());
      ReplayedRecord replayed;
      replayed.key = BytesView(record.key).first(size);
      replayed.value = *record.value;
      CHECK(!fresh.replay(replayed).has_value());
    }
  }
  Coordinator fresh(f.environment());
  CHECK(!fresh.replay({.offset = 3}).has_value());
}

TEST_CASE("replay: values of a version that is not known are refused") {
  CoordinatorFixture f;
  f.commit({.offset = 1});
  Record record = f.journal.records.back();
  store_be<int16_t>(record.value->data(), 5);
  Coordinator fresh(f.environment());
  ReplayedRecord replayed;
  replayed.key = record.key;
  replayed.value = *record.value;
  CHECK(!fresh.replay(replayed).has_value());
}

TEST_CASE("groups of other protocols are listed, not joined, not deleted") {
  CoordinatorFixture f;
  RecordList list;
  list.add(protocol::ShareGroupMetadataKey{"s", {}}, protocol::ShareGroupMetadataValue{});
  protocol::ShareGroupMemberMetadataKey member;
  member.group_id = "s";
  member.member_id = "m";
  list.add(member, protocol::ShareGroupMemberMetadataValue{});
  for (const Record& record : list.records()) f.journal.records.push_back(record);
  f.restart();
  const auto listed = f.coordinator->list({});
  REQUIRE(listed.size() == 1);
  CHECK(listed[0].group_type == "share");
  CHECK(listed[0].group_state == "Stable");
  CHECK(f.join({.group = "s"})->answer->error_code == code(ErrorCode::inconsistent_group_protocol));
  CHECK(f.coordinator->delete_group(f.now, "s").error_code == code(ErrorCode::non_empty_group));
  CHECK(f.coordinator->describe("s", 6).error_code == code(ErrorCode::group_id_not_found));
}

}  // namespace spool::broker::group
