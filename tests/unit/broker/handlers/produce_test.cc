#include "core/protocol/messages/init_producer_id.h"
#include "core/protocol/messages/list_offsets.h"
#include "core/protocol/messages/metadata.h"
#include "tests/unit/broker/handlers/log_calls.h"

namespace spool::broker::produce_test {
namespace {

using Request = protocol::ProduceRequest;
using Response = protocol::ProduceResponse;

protocol::MetadataRequest all_topics() {
  protocol::MetadataRequest request;
  request.topics.reset();
  return request;
}

int64_t new_producer_id(BrokerFixture& broker) {
  protocol::InitProducerIdRequest request;
  request.transactional_id.reset();
  request.transaction_timeout_ms = 60'000;
  const auto answer = broker.call<protocol::InitProducerIdResponse>(request, 4);
  REQUIRE(answer.error_code == 0);
  return answer.producer_id;
}

int64_t end_offset(BrokerFixture& broker, const std::string& topic, int32_t partition = 0) {
  return fetch(broker, fetch_request(topic, partition, 0)).high_watermark;
}

TEST_CASE("produce: every served version answers the base offset; version 5 on, the log start") {
  BrokerFixture broker;
  const Uuid id = create_topic(broker, "t");
  for (int16_t version = 3; version <= 13; ++version) {
    const Buffer batch = batch_of("v");
    Request request = produce_request("t", 0, batch);
    if (version >= 13) request.topic_data[0].topic_id = id;
    const auto answer = broker.call<Response>(request, version);
    REQUIRE(answer.responses.size() == 1);
    const Produced& produced = answer.responses[0].partition_responses[0];
    CHECK(produced.error_code == 0);
    CHECK(produced.base_offset == version - 3);
    CHECK(produced.log_append_time_ms == -1);
    CHECK(produced.log_start_offset == (version >= 5 ? 0 : -1));
    CHECK(produced.record_errors.empty());
    CHECK(produced.error_message == std::nullopt);
    CHECK(produced.current_leader.leader_id == -1);  // absent on success (KIP-951)
    CHECK(answer.node_endpoints.empty());
    CHECK(answer.throttle_time_ms == 0);
    CHECK((answer.responses[0].topic_id == id) == (version >= 13));
    CHECK((answer.responses[0].name == "t") == (version < 13));
  }
}

TEST_CASE("produce: acks 1 and all are the same; 0 has no answer and holds nothing up") {
  BrokerFixture broker;
  create_topic(broker, "t");
  const Buffer batch = batch_of("v");
  for (const int16_t acks : {int16_t{1}, int16_t{-1}}) {
    const auto answer = broker.call<Response>(produce_request("t", 0, batch, acks), 12);
    CHECK(answer.responses[0].partition_responses[0].error_code == 0);
  }
  auto peer = broker.connect();
  REQUIRE(peer.send(frame_of(produce_request("t", 0, batch, 0), 12, 1)));
  REQUIRE(peer.send(frame_of(produce_request("t", 0, batch, 0), 12, 2)));
  const auto next = peer.ask(frame_of(all_topics(), 12, 3));
  REQUIRE(next.has_value());
  CHECK(correlation_id_of(*next) == 3);
  CHECK(end_offset(broker, "t") == 4);
}

TEST_CASE("produce: an error with acks=0 closes the connection") {
  BrokerFixture broker;
  create_topic(broker, "t");
  Buffer damaged = batch_of("v");
  damaged.back() ^= 1;
  const Buffer fine = batch_of("v");
  for (const auto& request :
       {produce_request("missing", 0, fine, 0), produce_request("t", 7, fine, 0),
        produce_request("t", 0, damaged, 0)}) {
    auto peer = broker.connect();
    REQUIRE(peer.send(frame_of(request, 12)));
    CHECK(!peer.receive().has_value());
  }
  CHECK(end_offset(broker, "t") == 0);
}

TEST_CASE("produce: other acks are 21 for every partition and nothing is written") {
  BrokerFixture broker;
  create_topic(broker, "t", 2);
  const Buffer batch = batch_of("v");
  for (const int16_t acks : {int16_t{2}, int16_t{-2}, int16_t{32767}}) {
    Request request = produce_request("t", 0, batch, acks);
    request.topic_data[0].partition_data.push_back({1, {batch, false, 0}, {}});
    const auto answer = broker.call<Response>(request, 12);
    REQUIRE(answer.responses[0].partition_responses.size() == 2);
    for (const auto& partition : answer.responses[0].partition_responses) {
      CHECK(partition.error_code == 21);
      CHECK(partition.base_offset == -1);
    }
    CHECK(broker.call<Response>(produce_request("missing", 0, batch, acks), 12)
              .responses[0]
              .partition_responses[0]
              .error_code == 3);
  }
  CHECK(end_offset(broker, "t") == 0);
}

TEST_CASE(
    "produce: unknown topics, partitions and impossible names are 3, and nothing is created") {
  BrokerFixture broker;
  create_topic(broker, "t");
  const Buffer batch = batch_of("v");
  for (const char* name : {"missing", "", "../up", "a b"}) {
    const Produced answer = produce(broker, name, 0, batch);
    CHECK_MESSAGE(answer.error_code == 3, std::string(name));
    CHECK(answer.base_offset == -1);
    CHECK(answer.log_start_offset == -1);
  }
  CHECK(produce(broker, "t", 1, batch).error_code == 3);
  CHECK(produce(broker, "t", -1, batch).error_code == 3);
  CHECK(broker.call<protocol::MetadataResponse>(all_topics(), 12).topics.size() == 1);
}

TEST_CASE("produce: version 13 goes by topic id; unknown and zero ids are 100") {
  BrokerFixture broker;
  const Uuid id = create_topic(broker, "t");
  const Buffer batch = batch_of("v");
  const auto code_of = [&](const Uuid& topic_id, int32_t partition) {
    Request request = produce_request("", partition, batch);
    request.topic_data[0].topic_id = topic_id;
    const auto answer = broker.call<Response>(request, 13);
    CHECK(answer.responses[0].topic_id == topic_id);
    return answer.responses[0].partition_responses[0].error_code;
  };
  CHECK(code_of(id, 0) == 0);
  CHECK(code_of(id, 5) == 3);
  CHECK(code_of(Uuid{}, 0) == 100);
  Uuid other = id;
  other.bytes[0] ^= 1;
  CHECK(code_of(other, 0) == 100);
  delete_topic(broker, "t");
  create_topic(broker, "t");
  CHECK(code_of(id, 0) == 100);
}

TEST_CASE("produce: results of partitions are independent") {
  BrokerFixture broker;
  create_topic(broker, "t", 2);
  create_topic(broker, "u");
  const Buffer batch = batch_of("v");
  Buffer damaged = batch;
  damaged.back() ^= 1;
  Request request = produce_request("t", 0, damaged);
  request.topic_data[0].partition_data.push_back({1, {batch, false, 0}, {}});
  request.topic_data[0].partition_data.push_back({9, {batch, false, 0}, {}});
  auto& second = request.topic_data.emplace_back();
  second.name = "u";
  second.partition_data.push_back({0, {batch, false, 0}, {}});
  const auto answer = broker.call<Response>(request, 12);
  REQUIRE(answer.responses.size() == 2);
  REQUIRE(answer.responses[0].partition_responses.size() == 3);
  CHECK(answer.responses[0].partition_responses[0].error_code == 2);
  CHECK(answer.responses[0].partition_responses[1].error_code == 0);
  CHECK(answer.responses[0].partition_responses[2].error_code == 3);
  CHECK(answer.responses[1].partition_responses[0].error_code == 0);
}

TEST_CASE("produce: a partition named twice is answered once and written once") {
  BrokerFixture broker;
  create_topic(broker, "t");
  const Buffer first = batch_of("first");
  const Buffer second = batch_of("second");
  Request request = produce_request("t", 0, first);
  request.topic_data[0].partition_data.push_back({0, {second, false, 0}, {}});
  const auto answer = broker.call<Response>(request, 12);
  REQUIRE(answer.responses[0].partition_responses.size() == 1);
  CHECK(answer.responses[0].partition_responses[0].error_code == 0);
  CHECK(lines_from(broker, "t", 0) == Lines{"0 null=second"});
}

TEST_CASE("produce: a topic named twice is one entry, one without partitions has none") {
  BrokerFixture broker;
  create_topic(broker, "t", 2);
  const Buffer first = batch_of("first");
  const Buffer second = batch_of("second");
  Request request = produce_request("t", 0, first);
  request.topic_data.push_back({});
  request.topic_data.back().name = "empty";
  request.topic_data.push_back({});
  request.topic_data.back().name = "t";
  request.topic_data.back().partition_data.push_back({1, {second, false, 0}, {}});
  request.topic_data.back().partition_data.push_back({0, {second, false, 0}, {}});
  const auto answer = broker.call<Response>(request, 12);
  REQUIRE(answer.responses.size() == 1);
  REQUIRE(answer.responses[0].partition_responses.size() == 2);
  CHECK(lines_from(broker, "t", 0) == Lines{"0 null=second"});
  CHECK(lines_from(broker, "t", 1) == Lines{"0 null=second"});
}

TEST_CASE("produce: who is refused for records or sequences is told the log start, for bytes not") {
  BrokerFixture broker;
  create_topic(broker, "t", 1, {{"max.message.bytes", "200"}});
  const auto start_of = [&](const Buffer& records, int16_t code) {
    const Produced refused = produce(broker, "t", 0, records);
    CHECK(refused.error_code == code);
    CHECK(refused.base_offset == -1);
    return refused.log_start_offset;
  };
  const Buffer one = batch_of("v");
  CHECK(start_of(with_field<int32_t>(one, 57, 3), 87) == 0);  // count of records
  CHECK(start_of(with_field<int16_t>(one, 21, 5), -1) == 0);  // codec
  CHECK(produce(broker, "t", 0, sequenced(7, 0, 0)).error_code == 0);
  CHECK(start_of(sequenced(7, 0, 9), 45) == 0);
  Buffer damaged = one;
  damaged.back() ^= 1;
  CHECK(start_of(damaged, 2) == -1);
  CHECK(start_of(batch_of(std::string(500, 'x')), 10) == -1);
  CHECK(start_of({}, 87) == -1);
}

TEST_CASE("produce: the coordinators' topics are 17 but for Kafka's own client id") {
  BrokerFixture broker;
  create_topic(broker, "__consumer_offsets");
  create_topic(broker, "__transaction_state");
  const Buffer batch = batch_of({Rec{"k", "v"}});
  for (const char* topic : {"__consumer_offsets", "__transaction_state"})
    CHECK(produce(broker, topic, 0, batch).error_code == 17);
  const auto frame = broker.ask(
      frame_of(produce_request("__transaction_state", 0, batch), 12, 0, "__admin_client"));
  REQUIRE(frame.has_value());
  CHECK(answer_in<Response>(*frame, 12).responses[0].partition_responses[0].error_code == 0);
}

TEST_CASE("produce: offset gaps of an uncompressed batch and the delete-horizon bit are stored") {
  BrokerFixture broker;
  create_topic(broker, "t");
  Buffer gap = batch_of({Rec{"a", "1"}, Rec{"b", "2"}, Rec{"c", "3"}});
  // Each record is 9 bytes; its offset delta is the fourth of them.
  REQUIRE(gap.size() == 61 + 3 * 9);
  gap[61 + 2 * 9 + 3] = 2 * 9;  // zigzag of 9
  record::update_crc(gap);
  CHECK(produce(broker, "t", 0, gap).error_code == 0);
  CHECK(lines_from(broker, "t", 0) == Lines{"0 a=1", "1 b=2", "9 c=3"});
  CHECK(produce(broker, "t", 0, with_field<int16_t>(batch_of("v"), 21, 0x40)).base_offset == 3);
  const Fetched fetched = fetch(broker, fetch_request("t", 0, 3));
  CHECK(record::BatchView{fetched.records.bytes}.attributes() == 0x40);
}

TEST_CASE("produce: offset and leader epoch are the broker's, every other byte is the client's") {
  BrokerFixture broker;
  create_topic(broker, "t");
  CHECK(produce(broker, "t", 0, batch_of("first")).error_code == 0);
  record::BatchOptions options;
  options.leader_epoch = LeaderEpoch(77);
  Buffer sent = batch_of(
      {Rec{"k", "v", 5, {{"h", "x"}, {"n", std::nullopt}}}, Rec{std::nullopt, std::nullopt, 4}},
      options);
  CHECK(produce(broker, "t", 0, sent).base_offset == 1);
  const Fetched fetched = fetch(broker, fetch_request("t", 0, 1));
  record::set_base_offset(sent, Offset(1));
  record::set_leader_epoch(sent, LeaderEpoch(0));
  CHECK(Buffer(fetched.records.bytes.begin(), fetched.records.bytes.end()) == sent);
}

TEST_CASE("produce: null, empty and present keys, values and headers are three things") {
  BrokerFixture broker;
  create_topic(broker, "t");
  for (const auto codec : {record::Codec::none, record::Codec::gzip, record::Codec::snappy,
                           record::Codec::lz4, record::Codec::zstd}) {
    record::BatchOptions options;
    options.codec = codec;
    CHECK(produce(broker, "t", 0,
                  batch_of({Rec{std::nullopt, std::nullopt}, Rec{"", ""}, Rec{"k", std::nullopt},
                            Rec{"", "v"}},
                           options))
              .error_code == 0);
  }
  const Lines lines = lines_from(broker, "t", 0);
  REQUIRE(lines.size() == 20);
  CHECK(lines[0] == "0 null=null");
  CHECK(lines[1] == "1 =");
  CHECK(lines[18] == "18 k=null");
  CHECK(lines[19] == "19 =v");
}

/// The codes of batches that Kafka 4.4 refuses, each damaged in one way.
TEST_CASE("produce: what is no batch of a client is 87") {
  BrokerFixture broker;
  create_topic(broker, "t");
  const Buffer one = batch_of("v");
  const Buffer two = batch_of({Rec{"a", "b"}, Rec{"c", "d"}});
  const auto code_of = [&](const Buffer& records) {
    return produce(broker, "t", 0, records).error_code;
  };

  Buffer both = one;
  append(both, one);
  CHECK_MESSAGE(code_of(both) == 87, "two batches");
  for (const int8_t magic : {int8_t{0}, int8_t{1}}) {
    Buffer old = one;
    store_be(old.data() + 16, magic);
    CHECK_MESSAGE(code_of(old) == 87, "magic " << int{magic});
  }
  CHECK_MESSAGE(code_of({}) == 87, "no bytes");
  CHECK_MESSAGE(code_of(Buffer(one.begin(), one.end() - 1)) == 87, "a cut batch");
  CHECK_MESSAGE(code_of(Buffer(one.begin(), one.begin() + 16)) == 87, "less than a header");
  Buffer moved = one;
  record::set_base_offset(moved, Offset(5));
  CHECK_MESSAGE(code_of(moved) == 87, "base offset");
  CHECK_MESSAGE(code_of(with_field<int32_t>(two, 57, 3)) == 87, "count too high");
  CHECK_MESSAGE(code_of(with_field<int32_t>(two, 57, 1)) == 87, "count too low");
  CHECK_MESSAGE(code_of(with_field<int32_t>(two, 23, 5)) == 87, "last offset delta");
  CHECK_MESSAGE(code_of(with_field<int32_t>(two, 57, 0)) == 87, "no records");
  CHECK_MESSAGE(code_of(with_field<int16_t>(one, 21, 32)) == 87, "control");
  CHECK_MESSAGE(code_of(with_field<int64_t>(one, 43, 9)) == 87, "producer id without a sequence");
  Buffer lengths = one;
  lengths[61] ^= 2;  // the record's length
  record::update_crc(lengths);
  CHECK_MESSAGE(code_of(lengths) == 87, "record length");
  CHECK(end_offset(broker, "t") == 0);
}

TEST_CASE("produce: null records are 87, where Kafka never answers") {
  BrokerFixture broker;
  create_topic(broker, "t");
  Request request = produce_request("t", 0, {});
  request.topic_data[0].partition_data[0].records = {};
  CHECK(broker.call<Response>(request, 12).responses[0].partition_responses[0].error_code == 87);
}

TEST_CASE("produce: a wrong CRC, a size below the header and an unknown magic are 2") {
  BrokerFixture broker;
  create_topic(broker, "t");
  const Buffer one = batch_of("v");
  Buffer crc = one;
  crc[17] ^= 1;
  CHECK(produce(broker, "t", 0, crc).error_code == 2);
  Buffer magic = one;
  magic[16] = 3;
  CHECK(produce(broker, "t", 0, magic).error_code == 2);
  Buffer small = one;
  store_be<int32_t>(small.data() + 8, 40);
  CHECK(produce(broker, "t", 0, small).error_code == 2);
}

TEST_CASE(
    "produce: codecs that do not exist and payloads that do not unpack are -1; zstd before version "
    "7 is 76") {
  BrokerFixture broker;
  create_topic(broker, "t");
  const Buffer one = batch_of("v");
  for (const int16_t codec : {int16_t{5}, int16_t{6}, int16_t{7}})
    CHECK(produce(broker, "t", 0, with_field<int16_t>(one, 21, codec)).error_code == -1);
  for (const int16_t codec : {int16_t{1}, int16_t{2}, int16_t{3}, int16_t{4}})
    CHECK_MESSAGE(produce(broker, "t", 0, with_field<int16_t>(one, 21, codec)).error_code == -1,
                  codec);
  record::BatchOptions zstd;
  zstd.codec = record::Codec::zstd;
  CHECK(produce(broker, "t", 0, batch_of("v", zstd), 6).error_code == 76);
  CHECK(produce(broker, "t", 0, batch_of("v", zstd), 7).error_code == 0);
}

TEST_CASE(
    "produce: unknown attribute bits are stored as sent, bytes behind the batch are left out") {
  BrokerFixture broker;
  create_topic(broker, "t");
  const Buffer odd = with_field<int16_t>(batch_of("v"), 21, 0x4080);
  CHECK(produce(broker, "t", 0, odd).error_code == 0);
  const Fetched fetched = fetch(broker, fetch_request("t", 0, 0));
  CHECK(load_be<int16_t>(fetched.records.bytes.data() + 21) == 0x4080);
  Buffer trailing = batch_of("w");
  append(trailing, Buffer(11, 0xee));  // one more, and they would say a size
  CHECK(produce(broker, "t", 0, trailing).error_code == 0);
  CHECK(lines_from(broker, "t", 0) == Lines{"0 null=v", "1 null=w"});
}

TEST_CASE(
    "produce: a batch of max.message.bytes passes, one byte more is 10; above segment.bytes it is "
    "18") {
  BrokerFixture broker;
  const Buffer batch = batch_of(std::string(500, 'x'));
  const auto size = batch.size();
  create_topic(broker, "fits", 1, {{"max.message.bytes", std::to_string(size)}});
  create_topic(broker, "tight", 1, {{"max.message.bytes", std::to_string(size - 1)}});
  CHECK(produce(broker, "fits", 0, batch).error_code == 0);
  const Produced refused = produce(broker, "tight", 0, batch);
  CHECK(refused.error_code == 10);
  CHECK(refused.error_message == concat("The record batch size in the append to tight-0 is ", size,
                                        " bytes which exceeds the maximum configured value of ",
                                        size - 1, "."));
  // What counts is the batch as it came, compressed.
  record::BatchOptions gzip;
  gzip.codec = record::Codec::gzip;
  CHECK(produce(broker, "tight", 0, batch_of(std::string(5'000, 'x'), gzip)).error_code == 0);

  create_topic(broker, "segments", 1,
               {{"segment.bytes", "1048576"}, {"max.message.bytes", "3000000"}});
  CHECK(produce(broker, "segments", 0, batch_of(std::string(1'048'576, 'x'))).error_code == 18);
  CHECK(produce(broker, "segments", 0, batch_of(std::string(1'000'000, 'x'))).error_code == 0);
}

TEST_CASE("produce: a compacted topic refuses null keys with 87 and says which records") {
  BrokerFixture broker;
  create_topic(broker, "c", 1, {{"cleanup.policy", "compact"}});
  create_topic(broker, "both", 1, {{"cleanup.policy", "compact,delete"}});
  const Buffer mixed =
      batch_of({Rec{"a", "1"}, Rec{std::nullopt, "2"}, Rec{"c", "3"}, Rec{std::nullopt, "4"}});
  const Produced refused = produce(broker, "c", 0, mixed);
  CHECK(refused.error_code == 87);
  CHECK(refused.error_message.has_value());
  REQUIRE(refused.record_errors.size() == 2);
  CHECK(refused.record_errors[0].batch_index == 1);
  CHECK(refused.record_errors[1].batch_index == 3);
  CHECK(refused.record_errors[0].batch_index_error_message.has_value());
  CHECK(produce(broker, "c", 0, mixed, 7).record_errors.empty());  // before KIP-467
  CHECK(produce(broker, "both", 0, mixed).error_code == 87);
  CHECK(produce(broker, "c", 0, batch_of({Rec{"", std::nullopt}})).error_code ==
        0);  // empty is not null
}

TEST_CASE("produce: LogAppendTime stamps the batch and answers the time") {
  BrokerFixture broker;
  create_topic(broker, "t", 1, {{"message.timestamp.type", "LogAppendTime"}});
  const Buffer batch = batch_of({Rec{"a", "1", 1'000}, Rec{"b", "2", 2'000}});
  const int64_t before = broker.clock.wall_ms();
  const Produced produced = produce(broker, "t", 0, batch);
  const int64_t after = broker.clock.wall_ms();
  CHECK(produced.error_code == 0);
  CHECK(produced.log_append_time_ms >= before);
  CHECK(produced.log_append_time_ms <= after);
  const Fetched fetched = fetch(broker, fetch_request("t", 0, 0));
  const record::BatchView stored{fetched.records.bytes};
  CHECK(stored.is_crc_valid());
  CHECK(stored.attributes() == 8);
  CHECK(stored.base_timestamp() == 1'000);  // kept, as the deltas are
  CHECK(stored.max_timestamp() == produced.log_append_time_ms);
  CHECK(Buffer(stored.payload().begin(), stored.payload().end()) ==
        Buffer(batch.begin() + 61, batch.end()));
}

TEST_CASE(
    "produce: a client's LogAppendTime bit is cleared on CreateTime topics and 32 on LogAppendTime "
    "ones") {
  BrokerFixture broker;
  create_topic(broker, "create", 1);
  create_topic(broker, "append", 1, {{"message.timestamp.type", "LogAppendTime"}});
  const Buffer marked = with_field<int16_t>(batch_of("v"), 21, 8);
  CHECK(produce(broker, "create", 0, marked).error_code == 0);
  const Fetched fetched = fetch(broker, fetch_request("create", 0, 0));
  CHECK(record::BatchView{fetched.records.bytes}.attributes() == 0);
  CHECK(record::BatchView{fetched.records.bytes}.is_crc_valid());
  CHECK(produce(broker, "append", 0, marked).error_code == 32);
}

TEST_CASE(
    "produce: timestamps outside the bounds are 32 with the records at fault; -1 always passes") {
  BrokerFixture broker;
  create_topic(broker, "t", 1, {{"message.timestamp.before.max.ms", "10000"}});
  const int64_t now = broker.clock.wall_ms();
  const Produced refused = produce(
      broker, "t", 0,
      batch_of({Rec{"a", "1", now}, Rec{"b", "2", now - 60'000}, Rec{"c", "3", now + 3'700'000}}));
  CHECK(refused.error_code == 32);
  REQUIRE(refused.record_errors.size() == 2);
  CHECK(refused.record_errors[0].batch_index == 1);
  CHECK(refused.record_errors[1].batch_index == 2);
  CHECK(produce(broker, "t", 0, batch_of({Rec{"a", "1", now + 3'500'000}})).error_code ==
        0);  // an hour is allowed
  CHECK(produce(broker, "t", 0, batch_of({Rec{"a", "1", -1}})).error_code == 0);
  // Without a bound, the distant past is fine.
  create_topic(broker, "free");
  CHECK(produce(broker, "free", 0, batch_of({Rec{"a", "1", 0}})).error_code == 0);
}

TEST_CASE("produce: a wrong maximum timestamp is put right silently") {
  BrokerFixture broker;
  create_topic(broker, "t");
  const Buffer batch = batch_of({Rec{"a", "1", 1'000}, Rec{"b", "2", 3'000}, Rec{"c", "3", 2'000}});
  CHECK(produce(broker, "t", 0, with_field<int64_t>(batch, 35, 99)).error_code == 0);
  const Fetched fetched = fetch(broker, fetch_request("t", 0, 0));
  const record::BatchView stored{fetched.records.bytes};
  CHECK(stored.max_timestamp() == 3'000);
  CHECK(stored.is_crc_valid());
}

TEST_CASE("produce: compression.type re-encodes, uncompressed too, and keeps what the batch says") {
  BrokerFixture broker;
  struct Case {
    const char* setting;
    record::Codec codec;
  };
  const Lines expected{"0 a=1", "1 null=null", "2 =x"};
  for (const Case& test : {Case{"uncompressed", record::Codec::none},
                           Case{"gzip", record::Codec::gzip}, Case{"snappy", record::Codec::snappy},
                           Case{"lz4", record::Codec::lz4}, Case{"zstd", record::Codec::zstd}}) {
    for (const auto sent : {record::Codec::none, record::Codec::gzip, record::Codec::zstd}) {
      const std::string topic = concat("to-", test.setting, "-of-", static_cast<int>(sent));
      create_topic(broker, topic, 1, {{"compression.type", test.setting}});
      record::BatchOptions options;
      options.codec = sent;
      options.producer_id = ProducerId(900);
      options.producer_epoch = ProducerEpoch(3);
      options.base_sequence = 0;
      CHECK(produce(broker, topic, 0,
                    batch_of({Rec{"a", "1", 5'000}, Rec{std::nullopt, std::nullopt, 4'000},
                              Rec{"", "x", 6'000}},
                             options))
                .error_code == 0);
      const Fetched fetched = fetch(broker, fetch_request(topic, 0, 0));
      const record::BatchView stored{fetched.records.bytes};
      CHECK(stored.codec() == test.codec);
      CHECK(stored.producer_id() == ProducerId(900));
      CHECK(stored.producer_epoch() == ProducerEpoch(3));
      CHECK(stored.base_sequence() == 0);
      CHECK(stored.max_timestamp() == 6'000);
      CHECK(stored.base_timestamp() == 5'000);
      CHECK(shown(fetched.records.bytes) == expected);
    }
  }
}

TEST_CASE(
    "produce: one of a producer's last five batches again is answered with its first offset") {
  BrokerFixture broker;
  create_topic(broker, "t");
  const int64_t id = new_producer_id(broker);
  for (int32_t i = 0; i < 6; ++i)
    CHECK(produce(broker, "t", 0, sequenced(id, 0, i * 2, 2)).base_offset == i * 2);
  for (int32_t i = 1; i < 6; ++i) {
    const Produced again = produce(broker, "t", 0, sequenced(id, 0, i * 2, 2));
    CHECK(again.error_code == 0);
    CHECK(again.base_offset == i * 2);
  }
  CHECK(produce(broker, "t", 0, sequenced(id, 0, 0, 2)).error_code ==
        45);  // the sixth last is forgotten
  CHECK(produce(broker, "t", 0, sequenced(id, 0, 10, 3)).error_code ==
        45);  // overlaps, but is not the same
  CHECK(end_offset(broker, "t") == 12);
}

TEST_CASE("produce: a duplicate on a LogAppendTime topic is answered with its first timestamp") {
  BrokerFixture broker;
  create_topic(broker, "t", 1, {{"message.timestamp.type", "LogAppendTime"}});
  const int64_t id = new_producer_id(broker);
  const Produced first = produce(broker, "t", 0, sequenced(id, 0, 0));
  broker.clock.advance(std::chrono::seconds(5));
  const Produced again = produce(broker, "t", 0, sequenced(id, 0, 0));
  CHECK(again.error_code == 0);
  CHECK(again.base_offset == first.base_offset);
  CHECK(again.log_append_time_ms == first.log_append_time_ms);
}

TEST_CASE(
    "produce: a gap is 45, an older epoch 47, a new epoch begins at 0, an unknown producer "
    "anywhere") {
  BrokerFixture broker;
  create_topic(broker, "t");
  const int64_t id = new_producer_id(broker);
  CHECK(produce(broker, "t", 0, sequenced(id, 5, 0)).error_code == 0);
  CHECK(produce(broker, "t", 0, sequenced(id, 5, 2)).error_code == 45);
  CHECK(produce(broker, "t", 0, sequenced(id, 4, 1)).error_code == 47);
  CHECK(produce(broker, "t", 0, sequenced(id, 6, 1)).error_code == 45);
  CHECK(produce(broker, "t", 0, sequenced(id, 6, 0)).error_code == 0);
  CHECK(produce(broker, "t", 0, sequenced(987'654, 0, 77)).error_code == 0);
  CHECK(end_offset(broker, "t") == 3);
}

TEST_CASE("produce: sequences wrap from 2147483647 to 0, also within a batch") {
  BrokerFixture broker;
  create_topic(broker, "t");
  CHECK(produce(broker, "t", 0, sequenced(50, 0, INT32_MAX - 1, 3)).error_code ==
        0);  // ..646, ..647, 0
  CHECK(produce(broker, "t", 0, sequenced(50, 0, 2)).error_code == 45);
  CHECK(produce(broker, "t", 0, sequenced(50, 0, 1)).error_code == 0);
  CHECK(produce(broker, "t", 0, sequenced(51, 0, INT32_MAX)).error_code == 0);
  CHECK(produce(broker, "t", 0, sequenced(51, 0, 0)).error_code == 0);
}

TEST_CASE("produce: duplicates and gaps are known after a restart") {
  BrokerFixture broker;
  create_topic(broker, "t");
  const int64_t id = new_producer_id(broker);
  // What is older than producer.id.expiration.ms is forgotten, by the time of its records.
  const auto recent = [&](int32_t base_sequence, int count) {
    return sequenced(id, 0, base_sequence, count, broker.clock.wall_ms());
  };
  CHECK(produce(broker, "t", 0, recent(0, 3)).base_offset == 0);
  CHECK(produce(broker, "t", 0, recent(3, 3)).base_offset == 3);
  broker.restart();
  CHECK(produce(broker, "t", 0, recent(3, 3)).base_offset == 3);
  CHECK(produce(broker, "t", 0, recent(7, 1)).error_code == 45);
  CHECK(produce(broker, "t", 0, recent(6, 1)).base_offset == 6);
}

TEST_CASE("produce: on one node min.insync.replicas=2 accepts acks=all") {
  BrokerFixture broker;
  create_topic(broker, "t", 1, {{"min.insync.replicas", "2"}});
  CHECK(produce(broker, "t", 0, batch_of("v")).error_code == 0);
}

TEST_CASE("produce: with flush.messages=1 the answer comes all the same") {
  BrokerFixture broker;
  create_topic(broker, "t", 2, {{"flush.messages", "1"}});
  const Buffer batch = batch_of("v");
  Request request = produce_request("t", 0, batch);
  request.topic_data[0].partition_data.push_back({1, {batch, false, 0}, {}});
  const auto answer = broker.call<Response>(request, 12);
  for (const auto& partition : answer.responses[0].partition_responses)
    CHECK(partition.error_code == 0);
  CHECK(lines_from(broker, "t", 1) == Lines{"0 null=v"});
}

TEST_CASE("produce: a directory opened for reading takes nothing") {
  BrokerFixture writer;
  create_topic(writer, "t");
  CHECK(produce(writer, "t", 0, batch_of("v")).error_code == 0);
  Broker::Options options;
  options.access = Broker::Access::read;
  options.data_dir = writer.path;
  storage::PosixFileSystem fs;
  auto reader = Broker::start(fs, writer.clock, writer.logger, std::move(options));
  REQUIRE(reader.has_value());
  {
    Peer peer((*reader)->connect());
    const Buffer batch = batch_of("w");
    const auto answer = peer.call<Response>(produce_request("t", 0, batch), 12);
    CHECK(answer.responses[0].partition_responses[0].error_code == 56);
  }
  CHECK((*reader)->stop().has_value());
  CHECK(end_offset(writer, "t") == 1);
}

}  // namespace
}  // namespace spool::broker::produce_test
