/// DescribeProducers: the producers that a partition remembers: their epochs, last sequences and
/// open transactions (KIP-664).

#include "core/protocol/messages/describe_producers.h"
#include "broker/handlers/handlers.h"
#include "broker/handlers/topic_name.h"
#include "broker/topics/topic_table.h"
#include "core/base/text.h"
#include "core/storage/data_directory.h"

namespace spool::broker {

using protocol::DescribeProducersRequest;
using protocol::DescribeProducersResponse;
using PartitionResponse = DescribeProducersResponse::PartitionResponse;

namespace {

DescribeProducersResponse::ProducerState state_of(const storage::ProducerEntry& entry) {
  DescribeProducersResponse::ProducerState state;
  state.producer_id = entry.producer_id.value;
  state.producer_epoch = entry.producer_epoch.value;
  state.last_sequence = entry.last_sequence();
  state.last_timestamp = entry.last_timestamp_ms;
  state.coordinator_epoch = entry.coordinator_epoch;
  if (entry.current_txn_first_offset)
    state.current_txn_start_offset = entry.current_txn_first_offset->value;
  return state;
}

void refuse(PartitionResponse& answer, ErrorCode code, std::optional<std::string> message) {
  answer.error_code = wire_code(code);
  answer.error_message = std::move(message);
}

void describe(Replica& replica, PartitionResponse& answer) {
  // Under the partition's mutex: the producer state changes with every append.
  const Status described = replica.with_log([&](storage::Log& log) -> Status {
    for (const storage::ProducerEntry& entry : log.producer_state().entries())
      answer.active_producers.push_back(state_of(entry));
    return {};
  });
  if (!described) refuse(answer, described.error().code(), std::string(described.error().text()));
}

PartitionResponse answer_partition(const Services& services, const std::string& name,
                                   int32_t number) {
  PartitionResponse answer;
  answer.partition_index = number;
  if (!storage::topic_name_problem(name).empty()) {
    refuse(answer, ErrorCode::invalid_topic_exception, invalid_topic_name_text(name));
    return answer;
  }
  const auto topic = services.topics.find(name);
  Replica* replica = topic == nullptr ? nullptr : topic->partition(number);
  if (topic == nullptr)
    refuse(answer, ErrorCode::unknown_topic_or_partition,
           "This server does not host this topic-partition.");
  else if (replica == nullptr)
    refuse(answer, ErrorCode::unknown_topic_or_partition, std::nullopt);
  else
    describe(*replica, answer);
  return answer;
}

}  // namespace

DescribeProducersResponse handle_describe_producers(Services& services, const Request&,
                                                    const DescribeProducersRequest& message) {
  DescribeProducersResponse response;
  for (const auto& asked : message.topics) {
    auto& topic = response.topics.emplace_back();
    topic.name = asked.name;
    for (const int32_t number : asked.partition_indexes)
      topic.partitions.push_back(answer_partition(services, asked.name, number));
  }
  return response;
}

}  // namespace spool::broker
