/// AddPartitionsToTxn: partitions that a producer is about to write to, inside a transaction that
/// begins with the first of them.
///
/// v0  one transaction, from its producer (KIP-98)    v2  PRODUCER_FENCED    v3  flexible
/// v4  KIP-890: several, from the leaders of partitions; "verify only" asks whether a partition is
///     part of the transaction    v5  TRANSACTION_ABORTABLE
///
/// Partitions are added together or not at all: with one that does not exist, that one is answered
/// 3 and all others 55.

#include "core/protocol/messages/add_partitions_to_txn.h"
#include "broker/handlers/handlers.h"
#include "broker/txn/request.h"

namespace spool::broker {

using protocol::AddPartitionsToTxnRequest;
using protocol::AddPartitionsToTxnResponse;
using AskedTransaction = AddPartitionsToTxnRequest::AddPartitionsToTxnTransaction;
using TopicResults = std::vector<AddPartitionsToTxnResponse::AddPartitionsToTxnTopicResult>;

namespace {

constexpr int16_t kVersionOfLeaders = 4;

/// The same code for every partition, or what `code_of(topic, partition)` says.
template <class CodeOf>
TopicResults results_of(const AskedTransaction& asked, int16_t version, CodeOf code_of) {
  TopicResults results;
  for (const auto& topic : asked.topics) {
    auto& answers = results.emplace_back();
    answers.name = topic.name;
    for (const int32_t partition : topic.partitions)
      answers.results_by_partition.push_back(
          {partition,
           txn::fenced_code(static_cast<int16_t>(code_of(topic.name, partition)), version),
           {}});
  }
  return results;
}

txn::Partitions partitions_of(const AskedTransaction& asked) {
  txn::Partitions partitions;
  for (const auto& topic : asked.topics)
    partitions[topic.name].insert(topic.partitions.begin(), topic.partitions.end());
  return partitions;
}

TopicResults verify_partitions(const txn::Coordinator& coordinator, const AskedTransaction& asked,
                               coordinator::Producer producer, int16_t version) {
  const ErrorCode error = coordinator.check_ongoing(asked.transactional_id, producer);
  return results_of(asked, version, [&](const std::string& topic, int32_t partition) {
    if (error != ErrorCode::none) return error;
    return coordinator.has_partition(asked.transactional_id, topic, partition)
               ? ErrorCode::none
               : ErrorCode::transaction_abortable;
  });
}

TopicResults add_or_verify(const Services& services, txn::Turn& turn, const AskedTransaction& asked,
                           int16_t version) {
  const coordinator::Producer producer{ProducerId(asked.producer_id),
                                       ProducerEpoch(asked.producer_epoch)};
  const auto exists = [&](const std::string& name, int32_t partition) {
    const auto topic = services.topics.find(name);
    return topic && topic->partition(partition) != nullptr;
  };
  const txn::Partitions partitions = partitions_of(asked);
  for (const auto& [name, numbers] : partitions)
    for (const int32_t number : numbers)
      if (!exists(name, number))
        return results_of(asked, version, [&](const std::string& topic, int32_t partition) {
          return exists(topic, partition) ? ErrorCode::operation_not_attempted
                                          : ErrorCode::unknown_topic_or_partition;
        });
  if (asked.verify_only) return verify_partitions(turn.coordinator, asked, producer, version);
  const ErrorCode error =
      turn.coordinator.add_partitions(turn.now, asked.transactional_id, producer, partitions,
                                      version >= kVersionOfLeaders ? txn::kEpochBumps : int16_t{0});
  return results_of(asked, version, [&](const std::string&, int32_t) { return error; });
}

/// The one transaction of an older request, in the form of the newer ones.
AskedTransaction only_transaction(AddPartitionsToTxnRequest& message) {
  AskedTransaction only;
  only.transactional_id = std::move(message.v3_and_below_transactional_id);
  only.producer_id = message.v3_and_below_producer_id;
  only.producer_epoch = message.v3_and_below_producer_epoch;
  only.topics = std::move(message.v3_and_below_topics);
  return only;
}

}  // namespace

void handle_add_partitions_to_txn(Services& services, const Request& request,
                                  AddPartitionsToTxnRequest message, Responder respond) {
  const auto asked =
      std::make_shared<std::vector<AskedTransaction>>(std::move(message.transactions));
  const bool is_old = request.version < kVersionOfLeaders;
  if (is_old) asked->assign(1, only_transaction(message));
  std::vector<std::string> ids;
  for (const AskedTransaction& transaction : *asked) ids.push_back(transaction.transactional_id);
  coordinator::ask_each<TopicResults>(
      services.transactions, request, ids, coordinator::Purpose::look,
      [&services, asked, version = request.version](ErrorCode error, txn::Turn* turn,
                                                    size_t index) {
        const AskedTransaction& transaction = (*asked)[index];
        if (turn != nullptr) return add_or_verify(services, *turn, transaction, version);
        return results_of(transaction, version,
                          [error](const std::string&, int32_t) { return error; });
      },
      [&request, asked, is_old,
       respond = std::move(respond)](std::vector<TopicResults> results) mutable {
        AddPartitionsToTxnResponse response;
        if (is_old) {
          response.results_by_topic_v3_and_below = std::move(results.front());
        } else {
          for (size_t i = 0; i < results.size(); ++i)
            response.results_by_transaction.push_back(
                {(*asked)[i].transactional_id, std::move(results[i]), {}});
        }
        respond(encode_response(request, response));
      });
}

}  // namespace spool::broker
