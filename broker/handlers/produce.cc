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
#include <map>
#include <unordered_map>

#include "broker/config/config.h"
#include "broker/handlers/handlers.h"
#include "broker/handlers/joined_topics.h"
#include "broker/topics/topic_table.h"
#include "broker/topics/topic_view.h"
#include "broker/topics/validator_pool.h"
#include "broker/txn/request.h"
#include "core/base/text.h"
#include "core/protocol/messages/produce.h"
#include "core/record/validate.h"

namespace spool::broker {

using protocol::ProduceRequest;
using protocol::ProduceResponse;
using PartitionProduceResponse = ProduceResponse::PartitionProduceResponse;

namespace {

constexpr int16_t kProduceVersionOfAbortable = 11;
constexpr int16_t kProduceVersionOfImplicitJoin = 12;
constexpr int16_t kProduceVersionOfTopicIds = 13;

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
  std::map<TopicPartition, ErrorCode> outside;  // their batches belong to no open transaction
  bool has_failed = false;                      // any partition
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

void append_batch(Replica& replica, record::Validated& validated,
                  PartitionProduceResponse& answer) {
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
  if (validated) return append_batch(replica, *validated, answer);
  put_error(answer, validated.error().code, validated.error().message);
  if (!validated.error().is_no_batch) put_log_start(answer, replica);
  for (record::RecordError& error : validated.error().record_errors)
    answer.record_errors.push_back({error.index, std::move(error.message), {}});
}

std::shared_ptr<const Topic> topic_of(const Production& production,
                                      const ProduceRequest::TopicProduceData& data) {
  return production.request.version >= kProduceVersionOfTopicIds
             ? production.services.topics.find(data.topic_id)
             : production.services.topics.find(data.name);
}

ErrorCode check_partition(const Production& production, const Topic* topic,
                          const Replica* replica) {
  if (topic == nullptr && production.request.version >= kProduceVersionOfTopicIds)
    return ErrorCode::unknown_topic_id;
  if (replica == nullptr) return ErrorCode::unknown_topic_or_partition;
  if (is_internal_topic(topic->name) && production.request.header.client_id != "__admin_client")
    return ErrorCode::invalid_topic_exception;
  const int16_t acks = production.message.acks;
  if (acks < -1 || acks > 1) return ErrorCode::invalid_required_acks;
  if (production.services.is_read_only) return ErrorCode::kafka_storage_error;
  const auto outside = production.outside.find(replica->name());
  return outside == production.outside.end() ? ErrorCode::none : outside->second;
}

void answer_partition(Production& production, const std::shared_ptr<const Topic>& topic,
                      ProduceRequest::PartitionProduceData& data,
                      PartitionProduceResponse& answer) {
  answer.index = data.index;
  Replica* replica = topic ? topic->partition(data.index) : nullptr;
  if (const ErrorCode error = check_partition(production, topic.get(), replica);
      error != ErrorCode::none)
    return put_error(
        answer, error,
        error == ErrorCode::invalid_txn_state ? "Partition was not added to the transaction" : "");
  // The frame is this request's own buffer, lent to the handlers as mutable; the codec's views are
  // const only.
  const BytesView records = data.records.bytes;
  produce_to(production, *replica,
             MutableBytes(const_cast<uint8_t*>(records.data()), records.size()), answer);
}

void answer_topic(Production& production, ProduceRequest::TopicProduceData& data) {
  const auto topic = topic_of(production, data);
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

void finish(Production production, Responder respond) {
  if (!production.flushes.empty())
    return answer_when_flushed(std::move(production), std::move(respond));
  Response response = make_response(production);
  coordinator::answer_on_loop(production.request, std::move(respond), std::move(response));
}

void write_all(Production& production) {
  for (auto& topic : production.message.topic_data) answer_topic(production, topic);
}

// ---------------------------------------------------------------------------------------------------------------------
// Transactions. The coordinator must know that a partition is part of a transaction before anything
// of it is written there, else no marker would ever end it. Only the first batch has to ask: a
// partition knows the transactions that are open in it.

/// The first batches of transactions in partitions, all of one producer.
struct FirstBatches {
  coordinator::Producer producer;
  std::map<TopicPartition, bool> partitions;  // whether the batch begins in the middle
  bool is_transactional = false;              // any batch of the request is
  bool has_other_producer = false;            // of a transactional batch
};

FirstBatches find_first_batches(Production& production) {
  FirstBatches first;
  for (const auto& data : production.message.topic_data)
    for (const auto& partition : data.partition_data) {
      const auto entry = record::EntryCursor(partition.records.bytes).next();
      const auto batch = entry && *entry ? (*entry)->batch() : std::nullopt;
      if (!batch || !batch->is_transactional()) continue;  // what is none is refused later
      const coordinator::Producer producer{batch->producer_id(), batch->producer_epoch()};
      if (!first.is_transactional) first.producer = producer;
      first.is_transactional = true;
      first.has_other_producer |= first.producer != producer;
      const auto topic = topic_of(production, data);
      Replica* replica = topic ? topic->partition(partition.index) : nullptr;
      if (replica == nullptr) continue;
      const auto known = replica->producer(producer.id);
      // Of a later epoch: the log refuses the batch by itself.
      const bool is_known =
          known && (known->producer_epoch > producer.epoch ||
                    (known->producer_epoch == producer.epoch && known->current_txn_first_offset));
      if (!is_known) first.partitions[replica->name()] = !known && batch->base_sequence() != 0;
    }
  return first;
}

/// What a producer is told for what the coordinator says; old ones know fewer codes.
ErrorCode code_for_producer(ErrorCode error, int16_t version) {
  switch (error) {
    case ErrorCode::producer_fenced:
      return ErrorCode::invalid_producer_epoch;
    case ErrorCode::transaction_abortable:
      return version >= kProduceVersionOfAbortable ? error : ErrorCode::invalid_txn_state;
    case ErrorCode::concurrent_transactions:
      return version >= kProduceVersionOfImplicitJoin ? error : ErrorCode::not_enough_replicas;
    case ErrorCode::coordinator_load_in_progress:
    case ErrorCode::coordinator_not_available:
    case ErrorCode::not_coordinator:
      return ErrorCode::not_enough_replicas;  // makes every client try again
    default:
      return error;
  }
}

/// Asks whether the partitions are part of the transaction; makes them so from v12 on, where a
/// producer begins with sequence 0 in a partition that does not know it.
void join_transaction(Production& production, const FirstBatches& first, ErrorCode error,
                      txn::Turn* turn) {
  const std::string& id = *production.message.transactional_id;
  const bool joins = production.request.version >= kProduceVersionOfImplicitJoin;
  if (turn != nullptr && joins) {
    txn::Partitions added;
    for (const auto& [name, is_late] : first.partitions)
      added[name.topic].insert(name.partition.value);
    error =
        turn->coordinator.add_partitions(turn->now, id, first.producer, added, txn::kEpochBumps);
  } else if (turn != nullptr) {
    error = turn->coordinator.check_ongoing(id, first.producer);
  }
  for (const auto& [name, is_late] : first.partitions) {
    ErrorCode code = error;
    if (code == ErrorCode::none && joins && is_late) code = ErrorCode::out_of_order_sequence_number;
    if (code == ErrorCode::none && !joins &&
        !turn->coordinator.has_partition(id, name.topic, name.partition.value))
      code = ErrorCode::transaction_abortable;
    if (code != ErrorCode::none)
      production.outside[name] = code_for_producer(code, production.request.version);
  }
}

// Joining and writing are one turn of the coordinator: no marker can come between them.
void produce_in_transaction(Production production, FirstBatches first, Responder respond) {
  const std::string id = *production.message.transactional_id;
  production.services.transactions.with_id(
      id, coordinator::Purpose::look,
      [production = std::move(production), first = std::move(first), respond = std::move(respond)](
          ErrorCode error, txn::Turn* turn) mutable {
        join_transaction(production, first, error, turn);
        write_all(production);
        if (turn == nullptr) return finish(std::move(production), std::move(respond));
        turn->outlet.when_safe([production = std::move(production),
                                respond = std::move(respond)](const Status& flushed) mutable {
          if (flushed) return finish(std::move(production), std::move(respond));
          coordinator::answer_on_loop(production.request, std::move(respond), Response::close());
        });
      });
}

// transaction.partition.verification.enable says whether producers are held to what they have added
// themselves; newer ones leave it to the partitions.
bool is_joining_needed(const Production& production) {
  if (production.request.version >= kProduceVersionOfImplicitJoin) return true;
  const auto image = production.services.metadata.read();
  const std::string node = std::to_string(production.services.node_id);
  const ConfigView view(production.services.config,
                        image->configs(ConfigResourceType::broker, node),
                        image->configs(ConfigResourceType::broker, ""));
  return view.broker_value("transaction.partition.verification.enable") == "true";
}

/// The whole request is refused.
void refuse_all(Production& production, ErrorCode error) {
  production.has_failed = true;
  for (const auto& data : production.message.topic_data) {
    auto& answers = production.response.responses.emplace_back();
    answers.name = data.name;
    answers.topic_id = data.topic_id;
    for (const auto& partition : data.partition_data) {
      PartitionProduceResponse& answer = answers.partition_responses.emplace_back();
      answer.index = partition.index;
      put_error(answer, error);
    }
  }
}

}  // namespace

void handle_produce(Services& services, const Request& request, ProduceRequest message,
                    Responder respond) {
  Production production{services, request, std::move(message), {}, {}, {}, false};
  using AskedTopic = ProduceRequest::TopicProduceData;
  production.message.topic_data =
      joined_topics(std::move(production.message.topic_data), &AskedTopic::partition_data,
                    [](const AskedTopic& topic) { return std::pair(topic.name, topic.topic_id); });
  FirstBatches first = find_first_batches(production);
  if (first.is_transactional && !production.message.transactional_id)
    refuse_all(production, ErrorCode::transactional_id_authorization_failed);
  else if (first.has_other_producer)
    refuse_all(production, ErrorCode::invalid_producer_id_mapping);
  else if (!first.partitions.empty() && is_joining_needed(production))
    return produce_in_transaction(std::move(production), std::move(first), std::move(respond));
  else
    write_all(production);
  finish(std::move(production), std::move(respond));
}

}  // namespace spool::broker
