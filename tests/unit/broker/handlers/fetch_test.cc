#include <algorithm>
#include <fstream>
#include <iterator>

#include "core/protocol/messages/metadata.h"
#include "tests/unit/broker/handlers/log_calls.h"

namespace spool::broker::fetch_test {
namespace {

using Request = protocol::FetchRequest;
using Response = protocol::FetchResponse;

void fill(BrokerFixture& broker, const std::string& topic, int32_t partition, int count) {
  for (int i = 0; i < count; ++i)
    REQUIRE(produce(broker, topic, partition, batch_of(concat("v", i))).error_code == 0);
}

/// A topic whose one partition begins with this batch size, so that limits can be written out.
int32_t batch_bytes() { return static_cast<int32_t>(batch_of("v0").size()); }

TEST_CASE("fetch: every served version answers the records") {
  BrokerFixture broker;
  const Uuid id = create_topic(broker, "t");
  fill(broker, "t", 0, 2);
  for (int16_t version = 4; version <= 18; ++version) {
    Request request = fetch_request("t", 0, 0);
    if (version >= 13) request.topics[0].topic_id = id;
    const auto answer = broker.call<Response>(request, version);
    REQUIRE(answer.responses.size() == 1);
    CHECK((answer.responses[0].topic_id == id) == (version >= 13));
    CHECK(answer.session_id == 0);
    const Fetched& fetched = answer.responses[0].partitions[0];
    CHECK(fetched.error_code == 0);
    CHECK(fetched.high_watermark == 2);
    CHECK(fetched.last_stable_offset == 2);
    CHECK(fetched.log_start_offset == (version >= 5 ? 0 : -1));
    CHECK(fetched.preferred_read_replica == -1);
    CHECK(!fetched.aborted_transactions.has_value());  // null for read_uncommitted
    CHECK(fetched.diverging_epoch.epoch == -1);
    CHECK(fetched.current_leader.leader_id == -1);
    CHECK(shown(fetched.records.bytes) == Lines{"0 null=v0", "1 null=v1"});
  }
}

TEST_CASE("fetch: read_committed has an empty list of aborted transactions and the same records") {
  BrokerFixture broker;
  create_topic(broker, "t");
  fill(broker, "t", 0, 2);
  Request request = fetch_request("t", 0, 0);
  request.isolation_level = 1;
  const Fetched fetched = fetch(broker, request);
  REQUIRE(fetched.aborted_transactions.has_value());
  CHECK(fetched.aborted_transactions->empty());
  CHECK(shown(fetched.records.bytes).size() == 2);
}

TEST_CASE(
    "fetch: an isolation level that is none is -1 for all, up to version 12 with each partition") {
  BrokerFixture broker;
  const Uuid id = create_topic(broker, "t");
  fill(broker, "t", 0, 2);
  for (const int8_t level : {int8_t{2}, int8_t{7}, int8_t{-1}}) {
    Request request = fetch_request("t", 0, 0);
    add_partition(request, 9, 0);
    request.isolation_level = level;
    request.session_epoch = 0;
    const auto named = broker.call<Response>(request, 12);
    CHECK(named.error_code == -1);
    CHECK(named.session_id == 0);
    REQUIRE(named.responses.size() == 1);
    REQUIRE(named.responses[0].partitions.size() == 2);
    for (const Fetched& partition : named.responses[0].partitions) {
      CHECK(partition.error_code == -1);
      CHECK(partition.high_watermark == -1);
      CHECK(partition.records.bytes.empty());
    }
    request.topics[0].topic_id = id;
    const auto numbered = broker.call<Response>(request, 13);
    CHECK(numbered.error_code == -1);
    CHECK(numbered.responses.empty());
  }
}

TEST_CASE("fetch: an offset inside a batch gives the whole batch") {
  BrokerFixture broker;
  create_topic(broker, "t");
  produce(broker, "t", 0, batch_of({Rec{"a", "0"}, Rec{"b", "1"}, Rec{"c", "2"}}));
  produce(broker, "t", 0, batch_of("next"));
  CHECK(lines_from(broker, "t", 0, 2) == Lines{"0 a=0", "1 b=1", "2 c=2", "3 null=next"});
  CHECK(lines_from(broker, "t", 0, 3) == Lines{"3 null=next"});
}

TEST_CASE(
    "fetch: at the end there are zero bytes, not null, and no error; beyond the bounds it is 1 "
    "with -1s") {
  BrokerFixture broker;
  create_topic(broker, "t");
  fill(broker, "t", 0, 3);
  const Fetched at_end = fetch(broker, fetch_request("t", 0, 3));
  CHECK(at_end.error_code == 0);
  CHECK(at_end.high_watermark == 3);
  CHECK(!at_end.records.is_null);
  CHECK(at_end.records.bytes.empty());
  for (const int64_t offset : {int64_t{4}, int64_t{-1}, int64_t{INT64_MAX}, int64_t{INT64_MIN}}) {
    const Fetched beyond = fetch(broker, fetch_request("t", 0, offset));
    CHECK(beyond.error_code == 1);
    CHECK(beyond.high_watermark == -1);
    CHECK(beyond.last_stable_offset == -1);
    CHECK(beyond.log_start_offset == -1);
    CHECK(beyond.records.bytes.empty());
  }
}

TEST_CASE("fetch: unknown names are 3; unknown and zero ids are 100, the id echoed") {
  BrokerFixture broker;
  const Uuid id = create_topic(broker, "t");
  CHECK(fetch(broker, fetch_request("missing", 0, 0)).error_code == 3);
  CHECK(fetch(broker, fetch_request("t", 1, 0)).error_code == 3);
  CHECK(fetch(broker, fetch_request("t", -1, 0)).error_code == 3);
  Request request = fetch_request("", 0, 0);
  CHECK(fetch(broker, request, 13).error_code == 100);
  Uuid other = id;
  other.bytes[3] ^= 1;
  request.topics[0].topic_id = other;
  const auto answer = broker.call<Response>(request, 13);
  CHECK(answer.responses[0].topic_id == other);
  CHECK(answer.responses[0].partitions[0].error_code == 100);
  request.topics[0].topic_id = id;
  request.topics[0].partitions[0].partition = 8;
  CHECK(fetch(broker, request, 13).error_code == 3);
}

TEST_CASE("fetch: the first batch is whole whatever the limits, what follows is cut at the byte") {
  BrokerFixture broker;
  create_topic(broker, "t");
  fill(broker, "t", 0, 5);
  const int32_t one = batch_bytes();
  for (const int32_t limit : {0, 1, one - 1, one}) {
    CHECK_MESSAGE(fetch(broker, fetch_request("t", 0, 0, limit)).records.bytes.size() ==
                      static_cast<size_t>(one),
                  limit);
    Request request = fetch_request("t", 0, 0);
    request.max_bytes = limit;
    CHECK_MESSAGE(fetch(broker, request).records.bytes.size() == static_cast<size_t>(one), limit);
  }
  const Fetched cut = fetch(broker, fetch_request("t", 0, 0, 2 * one + 10));
  CHECK(cut.records.bytes.size() == static_cast<size_t>(2 * one + 10));
  CHECK(shown(cut.records.bytes) == Lines{"0 null=v0", "1 null=v1"});
}

TEST_CASE("fetch: only the first partition with data may exceed the limits") {
  BrokerFixture broker;
  create_topic(broker, "t", 4);
  for (const int32_t partition : {1, 2, 3}) fill(broker, "t", partition, 3);
  const int32_t one = batch_bytes();
  Request request = fetch_request("t", 0, 0);  // empty
  add_partition(request, 1, 0, 5);             // the first with data: one whole batch
  add_partition(request, 2, 0, 5);             // less than a batch: nothing
  add_partition(request, 3, 0);
  request.max_bytes = 2 * one;
  const auto answer = broker.call<Response>(request, 12);
  REQUIRE(answer.responses[0].partitions.size() == 4);
  const auto bytes_of = [&](size_t i) {
    return answer.responses[0].partitions[i].records.bytes.size();
  };
  CHECK(bytes_of(0) == 0);
  CHECK(bytes_of(1) == static_cast<size_t>(one));
  CHECK(bytes_of(2) == 0);
  CHECK(bytes_of(3) == static_cast<size_t>(one));
}

TEST_CASE("fetch: the broker's own fetch.max.bytes holds too") {
  BrokerFixture broker("fetch.max.bytes=1024");
  create_topic(broker, "t");
  for (int i = 0; i < 30; ++i) produce(broker, "t", 0, batch_of(std::string(100, 'x')));
  CHECK(fetch(broker, fetch_request("t", 0, 0)).records.bytes.size() == 1024);
}

TEST_CASE(
    "fetch: an older leader epoch is 74 with the leader (KIP-951), a newer 75, -1 is not checked") {
  BrokerFixture broker;
  const Uuid id = create_topic(broker, "t");
  fill(broker, "t", 0, 1);
  broker.restart();  // moves the epoch on
  protocol::MetadataRequest names;
  names.topics.emplace().push_back({Uuid{}, "t", {}});
  const int32_t epoch =
      broker.call<protocol::MetadataResponse>(names, 12).topics[0].partitions[0].leader_epoch;
  CHECK(epoch > 0);
  Request request = fetch_request("t", 0, 0);
  request.topics[0].topic_id = id;
  auto& asked = request.topics[0].partitions[0].current_leader_epoch;
  asked = epoch;
  CHECK(fetch(broker, request, 16).error_code == 0);
  asked = epoch + 1;
  CHECK(fetch(broker, request, 16).error_code == 75);
  asked = epoch - 1;
  CHECK(fetch(broker, request, 12).error_code == 74);
  const auto fenced = broker.call<Response>(request, 16);
  const Fetched& partition = fenced.responses[0].partitions[0];
  CHECK(partition.error_code == 74);
  CHECK(partition.high_watermark == -1);
  CHECK(partition.current_leader.leader_id == 1);
  CHECK(partition.current_leader.leader_epoch == epoch);
  REQUIRE(fenced.node_endpoints.size() == 1);
  CHECK(fenced.node_endpoints[0].node_id == 1);
  CHECK(fenced.node_endpoints[0].port == 9092);
}

TEST_CASE("fetch: a last fetched epoch that ended earlier is answered with where it ended") {
  BrokerFixture broker;
  create_topic(broker, "t");
  fill(broker, "t", 0, 2);  // epoch 0: offsets 0 and 1
  broker.restart();
  fill(broker, "t", 0, 2);  // a later epoch: offsets 2 and 3
  Request request = fetch_request("t", 0, 3);
  auto& asked = request.topics[0].partitions[0];
  asked.last_fetched_epoch = 0;  // claims that epoch 0 reached offset 3
  const Fetched diverging = fetch(broker, request);
  CHECK(diverging.error_code == 0);
  CHECK(diverging.diverging_epoch.epoch == 0);
  CHECK(diverging.diverging_epoch.end_offset == 2);
  CHECK(diverging.records.bytes.empty());
  asked.fetch_offset = 2;
  CHECK(fetch(broker, request).diverging_epoch.epoch == -1);
  CHECK(fetch(broker, request).records.bytes.size() > 0);
  asked.last_fetched_epoch = 1'000;
  CHECK(fetch(broker, request).error_code == 1);
}

TEST_CASE("fetch: whoever says to be a replica is 6") {
  BrokerFixture broker;
  create_topic(broker, "t");
  Request request = fetch_request("t", 0, 0);
  request.replica_id = 5;
  CHECK(fetch(broker, request, 12).error_code == 6);
}

TEST_CASE("fetch: a partition named twice counts once, with what was said last") {
  BrokerFixture broker;
  create_topic(broker, "t");
  fill(broker, "t", 0, 3);
  Request request = fetch_request("t", 0, 0);
  add_partition(request, 0, 2);
  const auto answer = broker.call<Response>(request, 12);
  REQUIRE(answer.responses.size() == 1);
  REQUIRE(answer.responses[0].partitions.size() == 1);
  CHECK(shown(answer.responses[0].partitions[0].records.bytes) == Lines{"2 null=v2"});
}

TEST_CASE("fetch: a topic without partitions and no topics at all are answered at once") {
  BrokerFixture broker;
  create_topic(broker, "t");
  Request request = fetch_request("t", 0, 0);
  request.max_wait_ms = 30'000;
  request.topics[0].partitions.clear();
  CHECK(broker.call<Response>(request, 12).error_code == 0);
  request.topics.clear();
  CHECK(broker.call<Response>(request, 12).responses.empty());
}

// --- long poll

TEST_CASE("fetch: waits for its time when there is nothing, and answers then") {
  BrokerFixture broker;
  create_topic(broker, "t");
  Request request = fetch_request("t", 0, 0);
  request.max_wait_ms = 60;
  const auto begin = std::chrono::steady_clock::now();
  CHECK(fetch(broker, request).records.bytes.empty());
  CHECK(std::chrono::steady_clock::now() - begin >= std::chrono::milliseconds(60));
}

TEST_CASE("fetch: does not wait with min_bytes 0, no wait, or an error in any partition") {
  BrokerFixture broker;
  create_topic(broker, "t", 2);
  Request request = fetch_request("t", 0, 0);
  request.max_wait_ms = 3'600'000;  // a test that waits for this fails by its own limit
  request.min_bytes = 0;
  CHECK(fetch(broker, request).error_code == 0);
  request.min_bytes = 1;
  add_partition(request, 1, 5);
  CHECK(broker.call<Response>(request, 12).responses[0].partitions[1].error_code == 1);
  request.topics[0].partitions.pop_back();
  for (const int32_t wait : {0, -1, INT32_MIN}) {
    request.max_wait_ms = wait;
    CHECK(fetch(broker, request).error_code == 0);
  }
}

TEST_CASE(
    "fetch: partitions that do not exist end no wait for one that does, alone they are answered") {
  BrokerFixture broker;
  create_topic(broker, "t");
  auto reader = broker.connect();
  Request request = fetch_request("t", 9, 0);
  request.max_wait_ms = 3'600'000;
  CHECK(fetch(broker, request).error_code == 3);
  add_partition(request, 0, 0);
  REQUIRE(reader.send(frame_of(request, 12)));
  CHECK(!reader.has_answer_within(30));
  CHECK(produce(broker, "t", 0, batch_of("v")).error_code == 0);
  const auto frame = reader.receive();
  REQUIRE(frame.has_value());
  const auto answer = answer_in<Response>(*frame, 12);
  REQUIRE(answer.responses[0].partitions.size() == 2);
  CHECK(answer.responses[0].partitions[0].error_code == 3);
  CHECK(answer.responses[0].partitions[0].aborted_transactions->empty());
  CHECK(shown(answer.responses[0].partitions[1].records.bytes) == Lines{"0 null=v"});
}

TEST_CASE("fetch: a position in an older segment is answered at once, however much is asked for") {
  BrokerFixture broker;
  create_topic(broker, "t", 1, {{"segment.bytes", "1048576"}});
  for (int i = 0; i < 2; ++i)
    REQUIRE(produce(broker, "t", 0, batch_of(std::string(900'000, 'x'))).error_code == 0);
  Request request = fetch_request("t", 0, 0);
  request.max_wait_ms = 3'600'000;
  request.min_bytes = INT32_MAX;
  CHECK(shown(fetch(broker, request).records.bytes).size() == 1);
  request.topics[0].partitions[0].fetch_offset = 1;  // in the newest segment: it waits
  auto reader = broker.connect();
  REQUIRE(reader.send(frame_of(request, 12)));
  CHECK(!reader.has_answer_within(30));
}

TEST_CASE("fetch: limits below 0 are -1 where there is something to read") {
  BrokerFixture broker;
  create_topic(broker, "t");
  fill(broker, "t", 0, 1);
  const Fetched refused = fetch(broker, fetch_request("t", 0, 0, -1));
  CHECK(refused.error_code == -1);
  CHECK(refused.high_watermark == -1);
  CHECK(refused.records.bytes.empty());
  Request request = fetch_request("t", 0, 0);
  request.max_bytes = -1;
  CHECK(fetch(broker, request).error_code == -1);
}

TEST_CASE("fetch: batches carry the epoch they were written in, which its checkpoint keeps") {
  BrokerFixture broker;
  create_topic(broker, "t");
  fill(broker, "t", 0, 1);
  broker.restart();
  fill(broker, "t", 0, 1);
  const auto epoch_at = [&](int64_t offset) {
    const Fetched fetched = fetch(broker, fetch_request("t", 0, offset));
    return record::BatchView{fetched.records.bytes}.leader_epoch().value;
  };
  CHECK(epoch_at(0) == 0);
  CHECK(epoch_at(1) == 2);
  broker.stop();
  std::ifstream file(broker.path + "/t-0/leader-epoch-checkpoint");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  CHECK(text == "0\n2\n0 0\n2 1\n");
}

TEST_CASE(
    "fetch: an append that reaches min_bytes ends the wait, one that does not goes on waiting") {
  BrokerFixture broker;
  create_topic(broker, "t", 2);
  auto reader = broker.connect();
  Request request = fetch_request("t", 0, 0);
  add_partition(request, 1, 0);
  request.max_wait_ms = 3'600'000;
  request.min_bytes = 2 * batch_bytes();
  REQUIRE(reader.send(frame_of(request, 12)));
  CHECK(produce(broker, "t", 0, batch_of("v0")).error_code == 0);
  CHECK(!reader.has_answer_within(30));
  CHECK(produce(broker, "t", 1, batch_of("v1")).error_code == 0);
  const auto frame = reader.receive();
  REQUIRE(frame.has_value());
  const auto answer = answer_in<Response>(*frame, 12);
  REQUIRE(answer.responses[0].partitions.size() == 2);
  CHECK(shown(answer.responses[0].partitions[0].records.bytes) == Lines{"0 null=v0"});
  CHECK(shown(answer.responses[0].partitions[1].records.bytes) == Lines{"0 null=v1"});
}

TEST_CASE("fetch: a hundred waiting readers all wake on one append") {
  BrokerFixture broker;
  create_topic(broker, "t");
  std::vector<Peer> readers;
  Request request = fetch_request("t", 0, 0);
  request.max_wait_ms = 3'600'000;
  for (int i = 0; i < 100; ++i) {
    readers.push_back(broker.connect());
    REQUIRE(readers.back().send(frame_of(request, 12)));
  }
  CHECK(produce(broker, "t", 0, batch_of("v")).error_code == 0);
  for (Peer& reader : readers) {
    const auto frame = reader.receive();
    REQUIRE(frame.has_value());
    CHECK(shown(answer_in<Response>(*frame, 12).responses[0].partitions[0].records.bytes) ==
          Lines{"0 null=v"});
  }
}

TEST_CASE("fetch: deleting the topic ends the wait with 3, by id too") {
  BrokerFixture broker;
  const Uuid id = create_topic(broker, "t");
  auto by_name = broker.connect();
  auto by_id = broker.connect();
  Request request = fetch_request("t", 0, 0);
  request.max_wait_ms = 3'600'000;
  request.topics[0].topic_id = id;
  REQUIRE(by_name.send(frame_of(request, 12)));
  REQUIRE(by_id.send(frame_of(request, 13)));
  CHECK(!by_name.has_answer_within(20));
  delete_topic(broker, "t");
  const auto named = by_name.receive();
  const auto numbered = by_id.receive();
  REQUIRE(named.has_value());
  REQUIRE(numbered.has_value());
  CHECK(answer_in<Response>(*named, 12).responses[0].partitions[0].error_code == 3);
  CHECK(answer_in<Response>(*numbered, 13).responses[0].partitions[0].error_code == 3);
}

TEST_CASE("fetch: a stopping broker answers those who wait") {
  BrokerFixture broker("listeners=PLAINTEXT://127.0.0.1:0", Broker::Access::serve);
  (void)broker;
  create_topic(broker, "t");
  auto reader = broker.connect();
  Request request = fetch_request("t", 0, 0);
  request.max_wait_ms = 3'600'000;
  REQUIRE(reader.send(frame_of(request, 12)));
  CHECK(!reader.has_answer_within(20));
  broker.stop();
  CHECK(reader.receive().has_value());
}

TEST_CASE("fetch: a recreated topic of the same name is another one to those who ask by id") {
  BrokerFixture broker;
  const Uuid before = create_topic(broker, "t");
  fill(broker, "t", 0, 3);
  delete_topic(broker, "t");
  const Uuid after = create_topic(broker, "t");
  CHECK(before != after);
  Request request = fetch_request("", 0, 0);
  request.topics[0].topic_id = before;
  CHECK(fetch(broker, request, 13).error_code == 100);
  request.topics[0].topic_id = after;
  const Fetched fresh = fetch(broker, request, 13);
  CHECK(fresh.error_code == 0);
  CHECK(fresh.high_watermark == 0);
  CHECK(fetch(broker, fetch_request("t", 0, 3)).error_code == 1);
}

// --- sessions (KIP-227)

Request session_request(std::vector<std::pair<int32_t, int64_t>> partitions, int32_t session_id,
                        int32_t session_epoch) {
  Request request = fetch_request("t", 0, 0);
  request.topics[0].partitions.clear();
  for (const auto& [partition, offset] : partitions) add_partition(request, partition, offset);
  if (partitions.empty()) request.topics.clear();
  request.session_id = session_id;
  request.session_epoch = session_epoch;
  return request;
}

/// The partition numbers of an answer, in its order.
std::vector<int32_t> numbers_in(const Response& answer) {
  std::vector<int32_t> numbers;
  for (const auto& topic : answer.responses)
    for (const auto& partition : topic.partitions) numbers.push_back(partition.partition_index);
  return numbers;
}

using Numbers = std::vector<int32_t>;

TEST_CASE(
    "fetch session: id 0 epoch 0 opens one with everything in the answer; later answers have what "
    "is new") {
  BrokerFixture broker;
  create_topic(broker, "t", 3);
  const auto first = broker.call<Response>(session_request({{0, 0}, {1, 0}, {2, 0}}, 0, 0), 12);
  CHECK(first.error_code == 0);
  CHECK(first.session_id > 0);
  CHECK(numbers_in(first) == Numbers{0, 1, 2});
  const int32_t id = first.session_id;

  const auto idle = broker.call<Response>(session_request({}, id, 1), 12);
  CHECK(idle.error_code == 0);
  CHECK(idle.session_id == id);
  CHECK(numbers_in(idle).empty());

  fill(broker, "t", 1, 1);
  const auto with_data = broker.call<Response>(session_request({}, id, 2), 12);
  CHECK(numbers_in(with_data) == Numbers{1});
  CHECK(with_data.responses[0].partitions[0].high_watermark == 1);
  // Having read it, the client moves its offset on: nothing is new again.
  const auto moved = broker.call<Response>(session_request({{1, 1}}, id, 3), 12);
  CHECK(numbers_in(moved).empty());
}

TEST_CASE("fetch session: forgotten partitions leave, added ones join") {
  BrokerFixture broker;
  create_topic(broker, "t", 3);
  for (const int32_t partition : {0, 1, 2}) fill(broker, "t", partition, 1);
  const auto first = broker.call<Response>(session_request({{0, 0}, {1, 0}}, 0, 0), 12);
  Request request = session_request({{2, 0}}, first.session_id, 1);
  request.forgotten_topics_data.push_back({"t", {}, {0}, {}});
  auto numbers = numbers_in(broker.call<Response>(request, 12));
  std::ranges::sort(numbers);
  CHECK(numbers == Numbers{1, 2});
}

TEST_CASE(
    "fetch session: one that has forgotten everything ends, its answer is without a session") {
  BrokerFixture broker;
  create_topic(broker, "t");
  const int32_t id = broker.call<Response>(session_request({{0, 0}}, 0, 0), 12).session_id;
  Request request = session_request({}, id, 1);
  request.forgotten_topics_data.push_back({"t", {}, {0}, {}});
  const auto last = broker.call<Response>(request, 12);
  CHECK(last.error_code == 0);
  CHECK(last.session_id == 0);
  CHECK(last.responses.empty());
  CHECK(broker.call<Response>(session_request({}, id, 2), 12).error_code == 70);
}

TEST_CASE("fetch session: errors are always in the answer") {
  BrokerFixture broker;
  create_topic(broker, "t", 1);
  const auto first = broker.call<Response>(session_request({{0, 0}, {7, 0}}, 0, 0), 12);
  for (int32_t epoch = 1; epoch <= 2; ++epoch) {
    const auto answer = broker.call<Response>(session_request({}, first.session_id, epoch), 12);
    CHECK(numbers_in(answer) == Numbers{7});
    CHECK(answer.responses[0].partitions[0].error_code == 3);
  }
}

TEST_CASE("fetch session: a wrong epoch is 71 and the session lives on; unknown ids are 70") {
  BrokerFixture broker;
  create_topic(broker, "t");
  const int32_t id = broker.call<Response>(session_request({{0, 0}}, 0, 0), 12).session_id;
  const auto wrong = broker.call<Response>(session_request({}, id, 5), 12);
  CHECK(wrong.error_code == 71);
  CHECK(wrong.session_id == 0);
  CHECK(wrong.responses.empty());
  CHECK(broker.call<Response>(session_request({}, id, 1), 12).error_code == 0);
  CHECK(broker.call<Response>(session_request({}, id ^ 1, 1), 12).error_code == 70);
  CHECK(broker.call<Response>(session_request({{0, 0}}, 0, 3), 12).error_code == 70);
}

TEST_CASE("fetch session: its id with epoch 0 opens another in its place") {
  BrokerFixture broker;
  create_topic(broker, "t");
  const int32_t id = broker.call<Response>(session_request({{0, 0}}, 0, 0), 12).session_id;
  const auto again = broker.call<Response>(session_request({{0, 0}}, id, 0), 12);
  CHECK(again.error_code == 0);
  CHECK(again.session_id != 0);
  CHECK(again.session_id != id);
  CHECK(numbers_in(again) == Numbers{0});
  CHECK(broker.call<Response>(session_request({}, id, 1), 12).error_code == 70);
}

TEST_CASE("fetch session: epoch -1 answers in full with id 0 and closes it") {
  BrokerFixture broker;
  create_topic(broker, "t");
  const int32_t id = broker.call<Response>(session_request({{0, 0}}, 0, 0), 12).session_id;
  const auto last = broker.call<Response>(session_request({{0, 0}}, id, -1), 12);
  CHECK(last.error_code == 0);
  CHECK(last.session_id == 0);
  CHECK(numbers_in(last) == Numbers{0});
  CHECK(broker.call<Response>(session_request({}, id, 1), 12).error_code == 70);
}

TEST_CASE("fetch session: going from names to ids within one session is 106") {
  BrokerFixture broker;
  const Uuid topic_id = create_topic(broker, "t");
  const int32_t named = broker.call<Response>(session_request({{0, 0}}, 0, 0), 12).session_id;
  CHECK(broker.call<Response>(session_request({}, named, 1), 13).error_code == 106);
  Request by_id = session_request({{0, 0}}, 0, 0);
  by_id.topics[0].topic_id = topic_id;
  const int32_t numbered = broker.call<Response>(by_id, 13).session_id;
  CHECK(broker.call<Response>(session_request({}, numbered, 1), 12).error_code == 106);
}

TEST_CASE("fetch session: a full cache answers without a session") {
  BrokerFixture broker("max.incremental.fetch.session.cache.slots=2");
  create_topic(broker, "t");
  CHECK(broker.call<Response>(session_request({{0, 0}}, 0, 0), 12).session_id != 0);
  const int32_t second = broker.call<Response>(session_request({{0, 0}}, 0, 0), 12).session_id;
  CHECK(second != 0);
  const auto third = broker.call<Response>(session_request({{0, 0}}, 0, 0), 12);
  CHECK(third.error_code == 0);
  CHECK(third.session_id == 0);
  CHECK(numbers_in(third) == Numbers{0});
  broker.clock.advance(std::chrono::minutes(3));
  CHECK(broker.call<Response>(session_request({}, second, 1), 12).error_code == 0);  // used: stays
  CHECK(broker.call<Response>(session_request({{0, 0}}, 0, 0), 12).session_id != 0);
  CHECK(broker.call<Response>(session_request({}, second, 2), 12).error_code == 0);
}

TEST_CASE(
    "fetch session: partitions that had data go behind those that had none, so none starves") {
  BrokerFixture broker;
  create_topic(broker, "t", 3);
  for (const int32_t partition : {0, 1, 2}) fill(broker, "t", partition, 20);
  Request request = session_request({{0, 0}, {1, 0}, {2, 0}}, 0, 0);
  request.max_bytes = 1;  // one batch an answer
  const auto first = broker.call<Response>(request, 12);
  std::vector<int32_t> order;
  const auto note = [&](const Response& answer) {
    for (const auto& partition : answer.responses[0].partitions)
      if (!partition.records.bytes.empty()) order.push_back(partition.partition_index);
  };
  note(first);
  for (int32_t epoch = 1; epoch <= 5; ++epoch) {
    Request next = session_request({}, first.session_id, epoch);
    next.max_bytes = 1;
    note(broker.call<Response>(next, 12));
  }
  CHECK(order == Numbers{0, 1, 2, 0, 1, 2});
}

TEST_CASE(
    "fetch session: a deleted topic's partition turns into an error, a waiting incremental fetch "
    "ends") {
  BrokerFixture broker;
  const Uuid id = create_topic(broker, "t");
  Request open = session_request({{0, 0}}, 0, 0);
  open.topics[0].topic_id = id;
  const int32_t session = broker.call<Response>(open, 13).session_id;
  auto reader = broker.connect();
  Request wait = session_request({}, session, 1);
  wait.max_wait_ms = 3'600'000;
  REQUIRE(reader.send(frame_of(wait, 13)));
  CHECK(!reader.has_answer_within(20));
  delete_topic(broker, "t");
  const auto frame = reader.receive();
  REQUIRE(frame.has_value());
  const auto ended = answer_in<Response>(*frame, 13);
  CHECK(ended.responses[0].partitions[0].error_code == 3);
  CHECK(broker.call<Response>(session_request({}, session, 2), 13)
            .responses[0]
            .partitions[0]
            .error_code == 100);
}

}  // namespace
}  // namespace spool::broker::fetch_test
