#include "broker/metadata/record_codec.h"

#include <doctest/doctest.h>

#include "broker/metadata/quorum_state.h"
#include "broker/metadata/snapshot.h"
#include "core/base/text.h"

namespace spool::broker {
namespace {

Buffer encoded(const MetadataRecord& record, int16_t metadata_version) {
  Buffer out;
  REQUIRE(encode_record(record, metadata_version, out).has_value());
  return out;
}

TEST_CASE("metadata record: FeatureLevel has the bytes of storage-format 10.1") {
  const MetadataRecord record =
      protocol::FeatureLevelRecord{.name = "metadata.version", .feature_level = 29};
  CHECK(hex(as_text(encoded(record, 29))) == "010c00116d657461646174612e76657273696f6e001d00");
}

TEST_CASE("metadata record: a decoded record has the fields of its bytes") {
  const Buffer bytes{1, 12, 0, 2, 'f', 0, 7, 0};
  const auto record = decode_record(bytes);
  REQUIRE(record.has_value());
  const auto* level = record->as<protocol::FeatureLevelRecord>();
  REQUIRE(level != nullptr);
  CHECK(level->name == "f");
  CHECK(level->feature_level == 7);
  CHECK(record->name() == "FeatureLevelRecord");
}

TEST_CASE("metadata record: unknown type, version and frame are refused by name") {
  CHECK(decode_record(Buffer{1, 99, 0, 0}).error().text() ==
        "unknown metadata record type 99 version 0");
  CHECK(decode_record(Buffer{1, 6, 0, 0}).error().code() == ErrorCode::unsupported);
  CHECK(decode_record(Buffer{1, 12, 1, 0}).error().text() ==
        "FeatureLevelRecord version 1; the newest known is 0");
  CHECK(decode_record(Buffer{2, 12, 0, 0}).error().code() == ErrorCode::unsupported);
}

TEST_CASE("metadata record: cut short at every byte, and with a byte too many, it is corrupt") {
  Buffer bytes = encoded(protocol::TopicRecord{.name = "orders", .topic_id = kOneUuid}, 25);
  for (size_t size = 0; size < bytes.size(); ++size) {
    const auto record = decode_record(BytesView(bytes).first(size));
    REQUIRE_FALSE(record.has_value());
    CHECK(record.error().code() == ErrorCode::corrupt_message);
  }
  bytes.push_back(0);
  CHECK(decode_record(bytes).error().text() == "TopicRecord: 1 bytes left over");
}

TEST_CASE("metadata record: versions follow metadata.version as Kafka's do") {
  const MetadataRecord broker = protocol::RegisterBrokerRecord{};
  CHECK(record_version(broker, 7) == 1);
  CHECK(record_version(broker, 8) == 2);
  CHECK(record_version(broker, 17) == 3);
  CHECK(record_version(broker, 25) == 3);
  CHECK(record_version(broker, 30) == 4);
  const MetadataRecord partition = protocol::PartitionRecord{};
  CHECK(record_version(partition, 16) == 0);
  CHECK(record_version(partition, 22) == 1);
  CHECK(record_version(partition, 33) == 2);
}

TEST_CASE("metadata record: BrokerRegistrationChange takes the lowest version that carries it") {
  const auto version = [](protocol::BrokerRegistrationChangeRecord record) {
    return record_version(record, 33);
  };
  CHECK(version({.fenced = -1}) == 0);
  CHECK(version({.in_controlled_shutdown = 1}) == 1);
  CHECK(version({.log_dirs = {kOneUuid}}) == 2);
  CHECK(version({.cordoned_log_dirs = std::vector<Uuid>{}}) == 3);
}

TEST_CASE("quorum-state: both versions are written as Kafka writes them and read back") {
  const QuorumState dynamic{.data_version = 1, .leader_id = 1, .leader_epoch = 3};
  CHECK(
      format_quorum_state(dynamic) ==
      R"({"leaderId":1,"leaderEpoch":3,"votedId":-1,"votedDirectoryId":"AAAAAAAAAAAAAAAAAAAAAA","data_version":1})");
  CHECK(parse_quorum_state(format_quorum_state(dynamic)).value() == dynamic);
  const QuorumState fixed{
      .data_version = 0, .leader_id = 1, .leader_epoch = 3, .current_voters = {1}};
  CHECK(
      format_quorum_state(fixed) ==
      R"({"clusterId":"","leaderId":1,"leaderEpoch":3,"votedId":-1,"appliedOffset":0,"currentVoters":[{"voterId":1}],"data_version":0})");
  CHECK(parse_quorum_state(format_quorum_state(fixed)).value() == fixed);
}

TEST_CASE("quorum-state: what is none is a parse error") {
  CHECK_FALSE(parse_quorum_state("").has_value());
  CHECK_FALSE(parse_quorum_state("[]").has_value());
  CHECK_FALSE(parse_quorum_state(R"({"leaderEpoch":3})").has_value());
  CHECK_FALSE(parse_quorum_state(R"({"leaderEpoch":3,"data_version":2})").has_value());
  CHECK_FALSE(parse_quorum_state(R"({"leaderEpoch":"x","data_version":1})").has_value());
  CHECK_FALSE(parse_quorum_state(R"({"leaderEpoch":99999999999,"data_version":1})").has_value());
}

TEST_CASE("snapshot: names have 20 and 10 digits") {
  CHECK(snapshot_name({Offset(4711), 3}) == "00000000000000004711-0000000003.checkpoint");
  const auto id = parse_snapshot_name("00000000000000004711-0000000003.checkpoint");
  REQUIRE(id.has_value());
  CHECK(id->end_offset == Offset(4711));
  CHECK(id->raft_epoch == 3);
  CHECK_FALSE(parse_snapshot_name("00000000000000004711-0000000003.checkpoint.part").has_value());
  CHECK_FALSE(parse_snapshot_name("4711-3.checkpoint").has_value());
  CHECK_FALSE(parse_snapshot_name("-0000000000000004711-0000000003.checkpoint").has_value());
  CHECK_FALSE(parse_snapshot_name("99999999999999999999-0000000003.checkpoint").has_value());
}

}  // namespace
}  // namespace spool::broker
