#pragma once

/// Producing and fetching as the tests of several APIs do.

#include <string>
#include <utility>
#include <vector>

#include "core/base/text.h"
#include "core/protocol/messages/create_topics.h"
#include "core/protocol/messages/delete_topics.h"
#include "core/protocol/messages/fetch.h"
#include "core/protocol/messages/produce.h"
#include "core/record/batch_builder.h"
#include "core/record/record_reader.h"
#include "tests/unit/broker/handlers/broker_fixture.h"

namespace spool::broker {

/// Makes a topic and returns its id.
inline Uuid create_topic(BrokerFixture& broker, const std::string& name, int32_t partitions = 1,
                         std::vector<std::pair<std::string, std::string>> configs = {}) {
  protocol::CreateTopicsRequest request;
  auto& topic = request.topics.emplace_back();
  topic.name = name;
  topic.num_partitions = partitions;
  topic.replication_factor = 1;
  for (auto& [key, value] : configs) topic.configs.push_back({key, value, {}});
  const auto answer = broker.call<protocol::CreateTopicsResponse>(request, 7);
  REQUIRE_MESSAGE(answer.topics[0].error_code == 0, answer.topics[0].error_message.value_or(""));
  return answer.topics[0].topic_id;
}

inline void delete_topic(BrokerFixture& broker, const std::string& name) {
  protocol::DeleteTopicsRequest request;
  request.topics.push_back({name, {}, {}});
  REQUIRE(broker.call<protocol::DeleteTopicsResponse>(request, 6).responses[0].error_code == 0);
}

/// A record as a test writes it. nullopt is null.
struct Rec {
  std::optional<std::string> key;
  std::optional<std::string> value;
  int64_t timestamp_ms = 1'700'000'000'000;
  std::vector<std::pair<std::string, std::optional<std::string>>> headers = {};
};

inline Buffer batch_of(const std::vector<Rec>& records, const record::BatchOptions& options = {}) {
  record::BatchBuilder builder(options);
  for (const Rec& rec : records) {
    std::vector<record::HeaderView> headers;
    for (const auto& [key, value] : rec.headers)
      headers.push_back({as_bytes(key), value ? std::optional(as_bytes(*value)) : std::nullopt});
    builder.append(rec.timestamp_ms, rec.key ? std::optional(as_bytes(*rec.key)) : std::nullopt,
                   rec.value ? std::optional(as_bytes(*rec.value)) : std::nullopt, headers);
  }
  compress::Compressor compressor;
  auto batch = builder.finish(compressor);
  REQUIRE(batch.has_value());
  return std::move(*batch);
}

/// One record with this value.
inline Buffer batch_of(std::string value, const record::BatchOptions& options = {}) {
  return batch_of({Rec{std::nullopt, std::move(value)}}, options);
}

/// An idempotent producer's batch of `count` records.
inline Buffer sequenced(int64_t producer_id, int16_t producer_epoch, int32_t base_sequence,
                        int count = 1, int64_t timestamp_ms = 1'700'000'000'000) {
  record::BatchOptions options;
  options.producer_id = ProducerId(producer_id);
  options.producer_epoch = ProducerEpoch(producer_epoch);
  options.base_sequence = base_sequence;
  std::vector<Rec> records;
  for (int i = 0; i < count; ++i)
    records.push_back({std::nullopt, concat("v", base_sequence, "+", i), timestamp_ms});
  return batch_of(records, options);
}

/// Changes a batch's bytes and puts its CRC right.
template <class T>
Buffer with_field(Buffer batch, size_t byte, T value) {
  store_be(batch.data() + byte, value);
  record::update_crc(batch);
  return batch;
}

using Produced = protocol::ProduceResponse::PartitionProduceResponse;

inline protocol::ProduceRequest produce_request(const std::string& topic, int32_t partition,
                                                BytesView records, int16_t acks = -1) {
  protocol::ProduceRequest request;
  request.acks = acks;
  request.timeout_ms = 30'000;
  auto& data = request.topic_data.emplace_back();
  data.name = topic;
  data.partition_data.push_back({partition, {records, false, 0}, {}});
  return request;
}

inline Produced produce(BrokerFixture& broker, const std::string& topic, int32_t partition,
                        BytesView records, int16_t version = 12) {
  const auto answer =
      broker.call<protocol::ProduceResponse>(produce_request(topic, partition, records), version);
  REQUIRE(answer.responses.size() == 1);
  REQUIRE(answer.responses[0].partition_responses.size() == 1);
  CHECK(answer.responses[0].partition_responses[0].index == partition);
  return answer.responses[0].partition_responses[0];
}

/// A Fetch of one partition; more are added to `topics`.
inline protocol::FetchRequest fetch_request(const std::string& topic, int32_t partition,
                                            int64_t offset, int32_t partition_max_bytes = 1 << 20) {
  protocol::FetchRequest request;
  request.max_wait_ms = 0;
  request.min_bytes = 1;
  request.max_bytes = 50 << 20;
  request.session_id = 0;
  request.session_epoch = -1;
  auto& asked = request.topics.emplace_back();
  asked.topic = topic;
  auto& part = asked.partitions.emplace_back();
  part.partition = partition;
  part.fetch_offset = offset;
  part.partition_max_bytes = partition_max_bytes;
  return request;
}

inline void add_partition(protocol::FetchRequest& request, int32_t partition, int64_t offset,
                          int32_t partition_max_bytes = 1 << 20) {
  auto& part = request.topics.back().partitions.emplace_back();
  part.partition = partition;
  part.fetch_offset = offset;
  part.partition_max_bytes = partition_max_bytes;
}

using Fetched = protocol::FetchResponse::PartitionData;

/// The one partition of an answer. Its records are views, good until the next call.
inline Fetched fetch(BrokerFixture& broker, const protocol::FetchRequest& request,
                     int16_t version = 12) {
  const auto answer = broker.call<protocol::FetchResponse>(request, version);
  CHECK(answer.error_code == 0);
  REQUIRE(answer.responses.size() == 1);
  REQUIRE(answer.responses[0].partitions.size() == 1);
  return answer.responses[0].partitions[0];
}

/// "offset key=value", with "null" for null, one a record of whole batches.
inline std::vector<std::string> shown(BytesView records) {
  std::vector<std::string> lines;
  const auto text = [](const std::optional<BytesView>& bytes) {
    return bytes ? std::string(as_text(*bytes)) : "null";
  };
  record::EntryCursor cursor(records);
  record::RecordReader reader;
  for (;;) {
    const auto entry = cursor.next();
    if (!entry || !*entry) break;
    CHECK((*entry)->is_valid());
    const Status read = reader.for_each(**entry, [&](const record::RecordView& rec) {
      lines.push_back(concat(rec.offset.value, " ", text(rec.key), "=", text(rec.value)));
    });
    CHECK(read.has_value());
  }
  return lines;
}

using Lines = std::vector<std::string>;

/// The records of a partition from an offset on.
inline Lines lines_from(BrokerFixture& broker, const std::string& topic, int32_t partition,
                        int64_t offset = 0) {
  return shown(fetch(broker, fetch_request(topic, partition, offset)).records.bytes);
}

}  // namespace spool::broker
