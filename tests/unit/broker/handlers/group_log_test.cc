/// Records in __consumer_offsets that the broker does not understand.

#include "broker/group/service.h"
#include "core/protocol/messages/find_coordinator.h"
#include "core/protocol/messages/offset_commit.h"
#include "core/protocol/messages/offset_fetch.h"
#include "tests/unit/broker/handlers/log_calls.h"

namespace spool::broker::group_log_test {

using namespace protocol;

namespace {

constexpr const char* kOffsetsTopic = "__consumer_offsets";

int16_t commit(BrokerFixture& f, const std::string& group, int64_t offset) {
  OffsetCommitRequest request;
  request.group_id = group;
  auto& topic = request.topics.emplace_back();
  topic.name = "orders";
  topic.partitions.push_back({0, offset, -1, "note", {}});
  return f.call<OffsetCommitResponse>(request, 9).topics.at(0).partitions.at(0).error_code;
}

/// The committed offset, or the error as a negative number.
int64_t committed(BrokerFixture& f, const std::string& group) {
  OffsetFetchRequest request;
  auto& asked = request.groups.emplace_back();
  asked.group_id = group;
  asked.topics.emplace().push_back({"orders", {}, {0}, {}});
  const auto answer = f.call<OffsetFetchResponse>(request, 8).groups.at(0);
  return answer.error_code != 0 ? -answer.error_code
                                : answer.topics.at(0).partitions.at(0).committed_offset;
}

int32_t partition_of(const std::string& group) { return coordinator::partition_for(group, 3); }

/// Kafka, too, lets this client write into internal topics.
void write_beside(BrokerFixture& f, const std::string& group, std::string key, std::string value) {
  const Buffer batch = batch_of({Rec{std::move(key), std::move(value)}});
  const auto request = produce_request(kOffsetsTopic, partition_of(group), batch);
  const auto frame = f.ask(frame_of(request, 12, 0, "__admin_client"));
  REQUIRE(frame);
  const auto answer = answer_in<ProduceResponse>(*frame, 12);
  REQUIRE(answer.responses.at(0).partition_responses.at(0).error_code == 0);
}

/// "g" and a group whose records are in another partition.
std::string other_group() {
  std::string name = "other";
  while (partition_of(name) == partition_of("g")) name += 'x';
  return name;
}

struct GroupLog : BrokerFixture {
  GroupLog() {
    create_topic(*this, "orders");
    CHECK(commit(*this, "g", 5) == 0);
    CHECK(commit(*this, other_group(), 7) == 0);
  }
};

}  // namespace

TEST_CASE("group log: a record of a key version that nobody knows is told, and stays") {
  GroupLog f;
  const std::string key("\x12\x67key", 5);
  write_beside(f, "g", key, "value");
  f.restart();
  CHECK(committed(f, "g") == 5);
  CHECK(commit(f, "g", 6) == 0);
  CHECK(f.logger.has("1 records are of types that are not known; they are left alone"));
  const Lines lines = lines_from(f, kOffsetsTopic, partition_of("g"));
  REQUIRE(lines.size() == 3);
  CHECK(lines[1] == "1 " + key + "=value");
}

TEST_CASE("group log: a record that is cut short takes its partition's groups away, no others") {
  GroupLog f;
  // An offset commit's key as Kafka writes it, version 1: group, topic, partition; its value ends
  // behind the version.
  const std::string key("\0\1\0\1g\0\6orders\0\0\0\0", 17);
  write_beside(f, "g", key, std::string("\0\3", 2));
  f.restart();
  CHECK(committed(f, "g") == -static_cast<int64_t>(ErrorCode::not_coordinator));
  CHECK(commit(f, "g", 6) == static_cast<int16_t>(ErrorCode::not_coordinator));
  CHECK(committed(f, other_group()) == 7);
  CHECK(f.logger.has(concat(kOffsetsTopic, "-", partition_of("g"),
                            " cannot be loaded, there is no coordinator for what it keeps: "
                            "offset 1: ")));
  CHECK(lines_from(f, kOffsetsTopic, partition_of("g")).size() == 2);  // nothing of it is lost
}

}  // namespace spool::broker::group_log_test
