#include "core/client/producer.h"

#include <doctest/doctest.h>

#include <set>

#include "core/base/text.h"
#include "core/protocol/messages/init_producer_id.h"
#include "core/protocol/messages/produce.h"
#include "core/record/record_reader.h"
#include "tests/unit/client/fake_broker.h"

using namespace spool;
using namespace spool::client;
using protocol::ApiKey;
using testing::FakeBroker;

namespace {

/// A partition's log as the fake broker keeps it, with a broker's rule for sequences.
struct FakeLog {
  struct Sent {
    std::string topic;
    int32_t partition;
    int64_t producer_id;
    int16_t producer_epoch;
    int32_t base_sequence;
    std::vector<std::string> values;
  };

  explicit FakeLog(int partitions = 1)
      : broker([this](const auto& request) { return answer(request); }) {
    broker.topics = {{"t", partitions}};
  }

  std::optional<Buffer> answer(const FakeBroker::Request& request) {
    if (request.api_key == ApiKey::init_producer_id) {
      protocol::InitProducerIdResponse response;
      response.producer_id = 7000;
      response.producer_epoch = 0;
      return FakeBroker::encoded(response, request.version);
    }
    REQUIRE(request.api_key == ApiKey::produce);
    const auto produce = request.as<protocol::ProduceRequest>();
    if (is_silent) return std::nullopt;
    protocol::ProduceResponse response;
    for (const auto& topic : produce.topic_data) {
      auto& out = response.responses.emplace_back();
      out.name = topic.name;
      out.topic_id = topic.topic_id;
      for (const auto& partition : topic.partition_data) {
        auto& result = out.partition_responses.emplace_back();
        result.index = partition.index;
        const Sent batch = read(topic.name, partition);
        attempts.push_back(batch);
        ErrorCode code = script ? script(batch) : ErrorCode::none;
        if (code == ErrorCode::none) code = check_sequence(batch);
        result.error_code = static_cast<int16_t>(code);
        if (code != ErrorCode::none) continue;
        result.base_offset = static_cast<int64_t>(values[partition.index].size());
        for (const std::string& value : batch.values) values[partition.index].push_back(value);
      }
    }
    return FakeBroker::encoded(response, request.version);
  }

  static Sent read(const std::string& topic,
                   const protocol::ProduceRequest::PartitionProduceData& from) {
    record::EntryCursor cursor(from.records.bytes);
    const auto entry = cursor.next();
    REQUIRE(entry);
    REQUIRE(*entry);
    REQUIRE((*entry)->is_valid());
    const record::BatchView batch = *(*entry)->batch();
    Sent out{topic,
             from.index,
             batch.producer_id().value,
             batch.producer_epoch().value,
             batch.base_sequence(),
             {}};
    record::RecordReader reader;
    REQUIRE(reader.for_each(**entry, [&](const record::RecordView& record) {
      out.values.emplace_back(record.value ? as_text(*record.value) : "<null>");
    }));
    return out;
  }

  ErrorCode check_sequence(const Sent& batch) {
    if (batch.base_sequence < 0) return ErrorCode::none;
    // As Kafka: the first batch of a producer is taken whatever its sequence.
    if (!expected.contains(batch.partition))
      expected[batch.partition] = {batch.producer_epoch, batch.base_sequence};
    auto& [epoch, next] = expected[batch.partition];
    if (batch.producer_epoch > epoch) {
      if (batch.base_sequence != 0) return ErrorCode::out_of_order_sequence_number;
      epoch = batch.producer_epoch;
      next = 0;
    }
    if (batch.base_sequence != next) return ErrorCode::out_of_order_sequence_number;
    next += static_cast<int32_t>(batch.values.size());
    return ErrorCode::none;
  }

  FakeBroker broker;
  std::function<ErrorCode(const Sent&)> script;
  bool is_silent = false;
  std::vector<Sent> attempts;
  std::map<int32_t, std::vector<std::string>> values;
  std::map<int32_t, std::pair<int16_t, int32_t>> expected;
};

struct Rig {
  explicit Rig(FakeLog& log, ProducerOptions options = {})
      : Rig(log.broker.client_options(), std::move(options)) {}
  Rig(ClientOptions client_options, ProducerOptions options) : client(std::move(client_options)) {
    options.linger = std::chrono::hours(1);
    options.on_delivery = [this](const Delivery& delivery) {
      delivered += concat(delivery.partition.value, '@', delivery.base_offset.value, '+',
                          delivery.records_count, delivery.error != nullptr ? "!" : "", ' ');
    };
    auto made = Producer::create(client, std::move(options));
    REQUIRE(made);
    producer = std::move(*made);
    auto opened = producer->open_topic("t");
    REQUIRE(opened);
    topic = *opened;
  }

  Status append(std::string_view value, std::optional<std::string_view> key = std::nullopt) {
    ProducerRecord record{.value = as_bytes(value), .timestamp_ms = 1000};
    if (key) record.key = as_bytes(*key);
    return producer->append(*topic, record);
  }
  Status flush() { return producer->flush(client.now() + std::chrono::seconds(20)); }

  Client client;
  std::unique_ptr<Producer> producer;
  Producer::Topic* topic = nullptr;
  std::string delivered;
};

std::vector<std::string> numbers(int from, int to) {
  std::vector<std::string> out;
  for (int i = from; i < to; ++i) out.push_back(std::to_string(i));
  return out;
}

/// Batches of about four small records.
ProducerOptions small_batches() {
  ProducerOptions options;
  options.batch_bytes = 190;
  return options;
}

}  // namespace

TEST_CASE("producer: what is appended goes out as one batch, with id, epoch and sequence") {
  FakeLog log;
  Rig rig(log);
  REQUIRE(rig.append("a"));
  REQUIRE(rig.append(""));
  REQUIRE(rig.producer->append(*rig.topic, {.timestamp_ms = 5}));
  REQUIRE(rig.flush());
  CHECK(log.values[0] == std::vector<std::string>{"a", "", "<null>"});
  REQUIRE(log.attempts.size() == 1);
  CHECK(log.attempts[0].producer_id == 7000);
  CHECK(log.attempts[0].producer_epoch == 0);
  CHECK(log.attempts[0].base_sequence == 0);
  CHECK(rig.delivered == "0@0+3 ");
  CHECK(rig.producer->stats().records_acked == 3);

  REQUIRE(rig.append("b"));
  REQUIRE(rig.flush());
  CHECK(log.attempts[1].base_sequence == 3);
  CHECK(rig.delivered == "0@0+3 0@3+1 ");
}

TEST_CASE("producer: full batches follow each other in order, every codec") {
  for (const auto codec : {compress::Codec::none, compress::Codec::gzip, compress::Codec::snappy,
                           compress::Codec::lz4, compress::Codec::zstd}) {
    FakeLog log;
    ProducerOptions options = small_batches();
    options.codec = codec;
    Rig rig(log, options);
    for (const std::string& value : numbers(0, 1000)) REQUIRE(rig.append(value));
    REQUIRE(rig.flush());
    CHECK(log.values[0] == numbers(0, 1000));
    CHECK(log.attempts.size() > 10);
  }
}

TEST_CASE(
    "producer: keys choose partitions as in Java, an empty key too; explicit partitions are "
    "checked") {
  FakeLog log(10);
  Rig rig(log);
  REQUIRE(rig.append("x", "foobar"));
  REQUIRE(rig.append("y", ""));
  REQUIRE(rig.producer->append(*rig.topic, {.value = as_bytes("z"), .partition = Partition(9)}));
  REQUIRE(rig.flush());
  CHECK(log.values[partition_of_key(as_bytes("foobar"), 10)] == std::vector<std::string>{"x"});
  CHECK(log.values[1] == std::vector<std::string>{"y"});
  CHECK(log.values[9] == std::vector<std::string>{"z"});
  const Status none = rig.producer->append(*rig.topic, {.partition = Partition(10)});
  REQUIRE_FALSE(none);
  CHECK(none.error().code() == ErrorCode::invalid_argument);
}

TEST_CASE("producer: without keys a batch fills before the next partition is taken") {
  FakeLog log(50);
  Rig rig(log, small_batches());
  for (const std::string& value : numbers(0, 200)) REQUIRE(rig.append(value));
  REQUIRE(rig.flush());
  std::set<int32_t> partitions;
  for (const auto& batch : log.attempts) partitions.insert(batch.partition);
  CHECK(partitions.size() > 5);
  CHECK(log.attempts.size() < 60);
}

TEST_CASE("producer: a batch refused for a while is sent again, and order is kept") {
  FakeLog log;
  int refusals = 3;
  log.script = [&](const FakeLog::Sent& batch) {
    return batch.base_sequence == 0 && refusals-- > 0 ? ErrorCode::not_leader_or_follower
                                                      : ErrorCode::none;
  };
  Rig rig(log, small_batches());
  const size_t metadata_before = log.broker.count(ApiKey::metadata);
  for (const std::string& value : numbers(0, 100)) REQUIRE(rig.append(value));
  REQUIRE(rig.flush());
  CHECK(log.values[0] == numbers(0, 100));
  CHECK(log.broker.count(ApiKey::metadata) > metadata_before);
  CHECK(rig.producer->stats().records_failed == 0);
  CHECK(rig.producer->stats().batches_retried >= 3);
  for (const auto& batch : log.attempts) CHECK(batch.producer_epoch == 0);
}

TEST_CASE("producer: a broker that forgot the sequences gets a raised epoch, numbered from 0") {
  FakeLog log;
  Rig rig(log, small_batches());
  for (const std::string& value : numbers(0, 10)) REQUIRE(rig.append(value));
  REQUIRE(rig.flush());
  log.expected[0] = {0, 0};  // as if its log had been truncated
  for (const std::string& value : numbers(10, 30)) REQUIRE(rig.append(value));
  REQUIRE(rig.flush());
  CHECK(log.values[0] == numbers(0, 30));
  CHECK(log.attempts.back().producer_epoch == 1);
  CHECK(log.expected[0].second == 20);
}

TEST_CASE("producer: a duplicate was written by an earlier attempt") {
  FakeLog log;
  log.script = [&](const FakeLog::Sent&) { return ErrorCode::duplicate_sequence_number; };
  Rig rig(log);
  REQUIRE(rig.append("a"));
  REQUIRE(rig.flush());
  CHECK(rig.delivered == "0@-1+1 ");
  CHECK(rig.producer->stats().records_acked == 1);
}

TEST_CASE("producer: a batch refused for good is a failure, and those behind it still arrive") {
  FakeLog log;
  log.script = [&](const FakeLog::Sent& batch) {
    return batch.values[0] == "0" ? ErrorCode::invalid_record : ErrorCode::none;
  };
  Rig rig(log, small_batches());
  for (const std::string& value : numbers(0, 40)) REQUIRE(rig.append(value));
  REQUIRE(rig.flush());
  const auto& stats = rig.producer->stats();
  CHECK(stats.records_failed > 0);
  CHECK(stats.records_failed + stats.records_acked == 40);
  CHECK(log.values[0] == numbers(static_cast<int>(stats.records_failed), 40));
  REQUIRE(stats.first_error);
  CHECK(stats.first_error->code() == ErrorCode::invalid_record);
  CHECK(stats.first_error->text() == "t-0: INVALID_RECORD");
  CHECK(log.attempts.back().producer_epoch == 1);
}

TEST_CASE("producer: a batch too large for the broker is halved until it fits") {
  FakeLog log;
  log.script = [&](const FakeLog::Sent& batch) {
    return batch.values.size() > 30 ? ErrorCode::message_too_large : ErrorCode::none;
  };
  Rig rig(log);
  for (const std::string& value : numbers(0, 200)) REQUIRE(rig.append(value));
  REQUIRE(rig.flush());
  CHECK(log.values[0] == numbers(0, 200));
  CHECK(rig.producer->stats().records_failed == 0);

  log.script = [](const FakeLog::Sent&) { return ErrorCode::message_too_large; };
  REQUIRE(rig.append("one"));
  REQUIRE(rig.flush());
  CHECK(rig.producer->stats().records_failed == 1);
}

TEST_CASE("producer: nothing overtakes a first batch that is refused") {
  FakeLog log;
  log.script = [&](const FakeLog::Sent& batch) {
    return batch.values.size() > 3 ? ErrorCode::message_too_large : ErrorCode::none;
  };
  Rig rig(log, small_batches());
  for (const std::string& value : numbers(0, 5)) REQUIRE(rig.append(value));
  REQUIRE(rig.append(std::string(150, 'x')));  // a batch of its own, which the broker would take
  REQUIRE(rig.append("6"));
  REQUIRE(rig.flush());
  std::vector<std::string> expected = numbers(0, 7);
  expected[5] = std::string(150, 'x');
  CHECK(log.values[0] == expected);
}

TEST_CASE("producer: a batch that went alone and is out of order all the same gets a new epoch") {
  FakeLog log;
  log.expected[0] = {0, 1000};  // the broker has other ideas from the start
  Rig rig(log, small_batches());
  for (const std::string& value : numbers(0, 50)) REQUIRE(rig.append(value));
  REQUIRE(rig.flush());
  CHECK(log.values[0] == numbers(0, 50));
  CHECK(log.attempts.back().producer_epoch == 1);
}

TEST_CASE("producer: a record above the request limit is refused at once") {
  FakeLog log;
  Rig rig(log);
  const Status taken = rig.append(std::string((1 << 20) + 1, 'x'));
  REQUIRE_FALSE(taken);
  CHECK(taken.error().code() == ErrorCode::message_too_large);
  CHECK_FALSE(rig.producer->has_work());
}

TEST_CASE("producer: a broken connection costs nothing but another attempt") {
  FakeLog log;
  Rig rig(log, small_batches());
  log.is_silent = true;
  for (const std::string& value : numbers(0, 100)) REQUIRE(rig.append(value));
  rig.producer->poll(rig.client.now());
  CHECK(log.broker.count(ApiKey::produce) == 1);  // the first goes alone
  log.broker.disconnect_all();
  log.is_silent = false;
  REQUIRE(rig.flush());
  CHECK(log.values[0] == numbers(0, 100));
  CHECK(log.broker.connections >= 2);

  // Once the first is acknowledged, five are in flight at most.
  const size_t before = log.broker.count(ApiKey::produce);
  log.is_silent = true;
  for (const std::string& value : numbers(100, 200)) REQUIRE(rig.append(value));
  rig.producer->poll(rig.client.now());
  CHECK(log.broker.count(ApiKey::produce) == before + 5);
  log.broker.disconnect_all();
  log.is_silent = false;
  REQUIRE(rig.flush());
  CHECK(log.values[0] == numbers(0, 200));
}

TEST_CASE(
    "producer: records that cannot be delivered in time fail, and nothing is waited for then") {
  // Either the time is over when an answer comes, or while the next attempt is waited for.
  for (const auto retry_backoff :
       {std::chrono::milliseconds(1), std::chrono::milliseconds(25'000)}) {
    FakeLog log;
    ClientOptions client_options = log.broker.client_options();
    client_options.retry_backoff = retry_backoff;
    ProducerOptions options;
    options.delivery_timeout = std::chrono::milliseconds(30);
    Rig rig(client_options, options);
    log.script = [](const FakeLog::Sent&) { return ErrorCode::not_enough_replicas; };
    REQUIRE(rig.append("a"));
    const auto deadline = rig.client.now() + std::chrono::seconds(20);
    REQUIRE(rig.producer->flush(deadline));
    CHECK(rig.client.now() < deadline);
    CHECK(rig.producer->stats().records_failed == 1);
    CHECK(rig.delivered == "0@-1+1! ");
  }
}

TEST_CASE("producer: acks=0 is done when sent, without id and sequence") {
  FakeLog log;
  log.is_silent = true;
  ProducerOptions options;
  options.acks = 0;
  options.is_idempotent = false;
  Rig rig(log, options);
  REQUIRE(rig.append("a"));
  REQUIRE(rig.flush());
  CHECK(rig.producer->stats().records_acked == 1);
  REQUIRE(log.broker.count(ApiKey::produce) == 1);
  CHECK(log.broker.count(ApiKey::init_producer_id) == 0);
  CHECK(log.broker.requests.back().as<protocol::ProduceRequest>().acks == 0);
}

TEST_CASE(
    "producer: topics go by id from version 13, by name before and where the broker has no ids") {
  for (const auto& [produce_max, has_ids, version] :
       {std::tuple<int16_t, bool, int16_t>{13, true, 13}, {11, true, 11}, {13, false, 12}}) {
    FakeLog log;
    log.broker.versions[0] = {3, produce_max};
    log.broker.has_topic_ids = has_ids;
    Rig rig(log);
    REQUIRE(rig.append("a"));
    REQUIRE(rig.flush());
    CHECK(log.values[0] == std::vector<std::string>{"a"});
    CHECK(log.broker.requests.back().version == version);
    const auto sent = log.broker.requests.back().as<protocol::ProduceRequest>();
    CHECK(sent.topic_data[0].name == (version >= 13 ? "" : "t"));
    CHECK(sent.topic_data[0].topic_id == (version >= 13 ? testing::topic_id_of("t") : kZeroUuid));
  }
}

TEST_CASE("producer: contradictory options are refused") {
  FakeLog log;
  Client client(log.broker.client_options());
  CHECK_FALSE(Producer::create(client, {.acks = 1}));
  CHECK_FALSE(Producer::create(client, {.acks = 2, .is_idempotent = false}));
  CHECK_FALSE(Producer::create(client, {.in_flight_max = 6}));
}
