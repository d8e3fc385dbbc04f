/// Produce: one batch a partition is checked, given its offsets and appended.
///
/// v3  KIP-98: batches v2, transactional id    v5  log start offset in the answer    v7  zstd
/// v8  KIP-467: record errors and a message    v9  flexible    v10 KIP-951: current leader
/// v11 TRANSACTION_ABORTABLE                   v12 KIP-890: partitions join transactions implicitly
/// v13 KIP-516: topic ids
///
/// On one node acks=1 and acks=all are the same: the in-sync set is this node. With acks=0 there is
/// no answer, and an error closes the connection. Where flush.messages asks for it, the answer
/// leaves after the flush.

#include <atomic>
#include <unordered_map>

#include "broker/config/config.h"
#include "broker/handlers/handlers.h"
#include "broker/handlers/joined_topics.h"
#include "broker/topics/topic_table.h"
#include "broker/topics/topic_view.h"
#include "broker/topics/validator_pool.h"
#include "core/base/text.h"
#include "core/protocol/messages/produce.h"
#include "core/record/validate.h"

namespace spool::broker {

using protocol::ProduceRequest;
using protocol::ProduceResponse;
using PartitionProduceResponse = ProduceResponse::PartitionProduceResponse;

namespace {

/// A partition whose batch must be on stable storage before the answer leaves.
struct PendingFlush {
  std::shared_ptr<const Topic> topic;
  Replica* replica;
  size_t topic_index;      // into the response
  size_t partition_index;  // into the topic's answers
};

/// One Produce, from its arrival to its answer.
struct Production {
  Services& services;
  const Request& request;
  ProduceRequest message;
  ProduceResponse response;
  std::vector<PendingFlush> flushes;
  bool has_failed = false;  // any partition
};

void put_error(PartitionProduceResponse& answer, ErrorCode error, std::string_view text = {}) {
  answer.error_code = wire_code(error);
  answer.base_offset = -1;
  if (!text.empty()) answer.error_message = std::string(text);
}

// Who was refused for what the records say, or for their sequence, is told where the log starts, as
// by Kafka; who was refused for the batch's bytes or by the disk is not.
void put_log_start(PartitionProduceResponse& answer, Replica& replica) {
  switch (static_cast<ErrorCode>(answer.error_code)) {
    case ErrorCode::corrupt_message:
    case ErrorCode::message_too_large:
    case ErrorCode::record_list_too_large:
    case ErrorCode::kafka_storage_error:
      return;
    default:
      if (const auto log = replica.log())
        answer.log_start_offset = (*log)->log_start_offset().value;
  }
}

// Transactional batches belong to a transaction that a coordinator has begun; this broker has no
// transaction coordinator, so it knows no transactional id.
ErrorCode check_transactional(const ProduceRequest& message, const record::BatchView& batch) {
  if (!batch.is_transactional()) return ErrorCode::none;
  return message.transactional_id ? ErrorCode::invalid_producer_id_mapping
                                  : ErrorCode::transactional_id_authorization_failed;
}

void append_batch(Production& production, Replica& replica, record::Validated& validated,
                  PartitionProduceResponse& answer) {
  const record::BatchView batch{validated.batch()};
  if (const ErrorCode error = check_transactional(production.message, batch);
      error != ErrorCode::none)
    return put_error(answer, error);
  const auto appended = replica.append(validated.batch(), storage::AppendOrigin::client);
  if (!appended) {
    put_error(answer, appended.error().code(), appended.error().text());
    return put_log_start(answer, replica);
  }
  answer.base_offset = appended->base_offset.value;
  answer.log_append_time_ms =
      appended->is_duplicate ? appended->log_append_time_ms : validated.log_append_time_ms;
  answer.log_start_offset = appended->log_start_offset.value;
}

void produce_to(Production& production, Replica& replica, MutableBytes records,
                PartitionProduceResponse& answer) {
  const std::shared_ptr<const ReplicaConfig> config = replica.config();
  record::ValidateOptions options = config->validate;
  const std::string name = replica.name().to_string();
  options.partition_name = name;
  options.now_ms = production.services.clock.wall_ms();
  options.is_zstd_allowed = production.request.version >= 7;
  ValidatorPool::Loan validator = production.services.validators.take();
  auto validated = validator->validate(records, options);
  if (validated) return append_batch(production, replica, *validated, answer);
  put_error(answer, validated.error().code, validated.error().message);
  if (!validated.error().is_no_batch) put_log_start(answer, replica);
  for (record::RecordError& error : validated.error().record_errors)
    answer.record_errors.push_back({error.index, std::move(error.message), {}});
}

ErrorCode check_partition(const Production& production, const Topic* topic,
                          const Replica* replica) {
  if (topic == nullptr && production.request.version >= 13) return ErrorCode::unknown_topic_id;
  if (replica == nullptr) return ErrorCode::unknown_topic_or_partition;
  if (is_internal_topic(topic->name) && production.request.header.client_id != "__admin_client")
    return ErrorCode::invalid_topic_exception;
  const int16_t acks = production.message.acks;
  if (acks < -1 || acks > 1) return ErrorCode::invalid_required_acks;
  return production.services.is_read_only ? ErrorCode::kafka_storage_error : ErrorCode::none;
}

void answer_partition(Production& production, const std::shared_ptr<const Topic>& topic,
                      ProduceRequest::PartitionProduceData& data,
                      PartitionProduceResponse& answer) {
  answer.index = data.index;
  Replica* replica = topic ? topic->partition(data.index) : nullptr;
  if (const ErrorCode error = check_partition(production, topic.get(), replica);
      error != ErrorCode::none)
    return put_error(answer, error);
  // The frame is this request's own buffer, lent to the handlers as mutable; the codec's views are
  // const only.
  const BytesView records = data.records.bytes;
  produce_to(production, *replica,
             MutableBytes(const_cast<uint8_t*>(records.data()), records.size()), answer);
}

void answer_topic(Production& production, ProduceRequest::TopicProduceData& data) {
  const auto topic = production.request.version >= 13
                         ? production.services.topics.find(data.topic_id)
                         : production.services.topics.find(data.name);
  auto& answers = production.response.responses.emplace_back();
  answers.name = data.name;
  answers.topic_id = data.topic_id;
  // A partition that is named twice is written once, with what was said last.
  std::unordered_map<int32_t, size_t> last_of;
  if (data.partition_data.size() > 1)
    for (size_t i = 0; i < data.partition_data.size(); ++i)
      last_of[data.partition_data[i].index] = i;
  for (size_t i = 0; i < data.partition_data.size(); ++i) {
    if (data.partition_data.size() > 1 && last_of[data.partition_data[i].index] != i) continue;
    PartitionProduceResponse& answer = answers.partition_responses.emplace_back();
    answer_partition(production, topic, data.partition_data[i], answer);
    if (answer.error_code != 0) {
      production.has_failed = true;
      continue;
    }
    Replica* replica = topic->partition(answer.index);
    const Replica::FlushNeed need = replica->flush_need();
    if (need == Replica::FlushNeed::before_answer)
      production.flushes.push_back({topic, replica, production.response.responses.size() - 1,
                                    answers.partition_responses.size() - 1});
    if (need == Replica::FlushNeed::later) replica->flush_later(production.services.workers);
  }
}

Response make_response(const Production& production) {
  if (production.message.acks != 0) return encode_response(production.request, production.response);
  return production.has_failed ? Response::close() : Response::none();
}

/// A Produce that waits for its partitions' flushes, which end on workers, in any order.
struct FlushingProduction {
  Production production;
  Responder respond;
  std::vector<Status> outcomes;  // of production.flushes; each written by one worker
  std::atomic<size_t> open_count;
};

void finish_flushed(FlushingProduction& flushing) {
  Production& production = flushing.production;
  for (size_t i = 0; i < production.flushes.size(); ++i) {
    const PendingFlush& pending = production.flushes[i];
    if (flushing.outcomes[i]) continue;
    production.has_failed = true;
    put_error(production.response.responses[pending.topic_index]
                  .partition_responses[pending.partition_index],
              ErrorCode::kafka_storage_error, flushing.outcomes[i].error().text());
  }
  production.request.loop->post(
      [respond = std::move(flushing.respond), response = make_response(production)]() mutable {
        respond(std::move(response));
      });
}

void answer_when_flushed(Production production, Responder respond) {
  const size_t count = production.flushes.size();
  auto flushing = std::make_shared<FlushingProduction>(std::move(production), std::move(respond),
                                                       std::vector<Status>(count), count);
  for (size_t i = 0; i < count; ++i)
    flushing->production.flushes[i].replica->flush_then(flushing->production.services.workers,
                                                        [flushing, i](const Status& flushed) {
                                                          flushing->outcomes[i] = flushed;
                                                          if (--flushing->open_count == 0)
                                                            finish_flushed(*flushing);
                                                        });
}

}  // namespace

void handle_produce(Services& services, const Request& request, ProduceRequest message,
                    Responder respond) {
  Production production{services, request, std::move(message), {}, {}, false};
  using AskedTopic = ProduceRequest::TopicProduceData;
  auto topics =
      joined_topics(std::move(production.message.topic_data), &AskedTopic::partition_data,
                    [](const AskedTopic& topic) { return std::pair(topic.name, topic.topic_id); });
  for (AskedTopic& topic : topics) answer_topic(production, topic);
  if (production.flushes.empty()) return respond(make_response(production));
  answer_when_flushed(std::move(production), std::move(respond));
}

}  // namespace spool::broker
