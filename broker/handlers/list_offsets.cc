/// ListOffsets: the offset at a time, or at one of the named places of a partition.
///
/// v1  one offset a partition    v2  isolation level    v4  KIP-320: leader epochs
/// v7  -3, the record with the largest timestamp    v8  -4, earliest local    v9  -5, latest tiered
/// v10 a time limit for tiered lookups              v11 -6, earliest pending upload
///
/// A place the version does not know is answered 35 for its partition, a partition named twice 42
/// (once), and every partition -1 when the isolation level is none. A time after the last record is
/// no error: offset -1.

#include <algorithm>
#include <unordered_map>

#include "broker/handlers/handlers.h"
#include "broker/handlers/joined_topics.h"
#include "broker/topics/topic_table.h"
#include "core/protocol/messages/list_offsets.h"

namespace spool::broker {

using protocol::ListOffsetsRequest;
using protocol::ListOffsetsResponse;
using ListOffsetsPartitionResponse = ListOffsetsResponse::ListOffsetsPartitionResponse;

namespace {

enum Place : int64_t {
  kLatest = -1,
  kEarliest = -2,
  kMaxTimestamp = -3,
  kEarliestLocal = -4,
  kLatestTiered = -5,
  kEarliestPendingUpload = -6,
};

bool is_place_known(int64_t timestamp, int16_t version) {
  if (timestamp >= kEarliest) return true;
  if (timestamp == kMaxTimestamp) return version >= 7;
  if (timestamp == kEarliestLocal) return version >= 8;
  if (timestamp == kLatestTiered) return version >= 9;
  return timestamp == kEarliestPendingUpload && version >= 11;
}

void put(ListOffsetsPartitionResponse& answer, Offset offset, LeaderEpoch leader_epoch,
         int64_t timestamp_ms = -1) {
  answer.offset = offset.value;
  answer.leader_epoch = leader_epoch.value;
  answer.timestamp = timestamp_ms;
}

Status look_up_time(Replica& replica, const storage::Log& log, int64_t timestamp, Offset bound,
                    ListOffsetsPartitionResponse& answer) {
  TRY_ASSIGN(
      const std::optional<storage::TimestampOffset> found,
      timestamp == kMaxTimestamp ? log.max_timestamp() : log.offset_for_timestamp(timestamp));
  if (!found || (timestamp != kMaxTimestamp && found->offset >= bound)) return {};
  const LeaderEpoch epoch =
      found->leader_epoch.value >= 0 ? found->leader_epoch : replica.leader_epoch();
  put(answer, found->offset, epoch, found->timestamp_ms);
  return {};
}

Status look_up(Replica& replica, int64_t timestamp, bool is_read_committed,
               ListOffsetsPartitionResponse& answer) {
  TRY_ASSIGN(const storage::Log* log, replica.log());
  const Offset bound = is_read_committed ? replica.last_stable_offset() : replica.high_watermark();
  switch (timestamp) {
    case kLatest:
      put(answer, bound, replica.leader_epoch());
      return {};
    case kEarliest:
    case kEarliestLocal: {
      const Offset start = log->log_start_offset();
      put(answer, start, log->epoch_at(start).value_or(replica.leader_epoch()));
      return {};
    }
    case kLatestTiered:
    case kEarliestPendingUpload:
      return {};  // nothing is tiered: offset -1, no error
    default:
      return look_up_time(replica, *log, timestamp, bound, answer);
  }
}

ListOffsetsPartitionResponse answer_partition(const Topic* topic,
                                              const ListOffsetsRequest::ListOffsetsPartition& asked,
                                              bool is_read_committed, bool is_read_only,
                                              int16_t version) {
  ListOffsetsPartitionResponse answer;
  answer.partition_index = asked.partition_index;
  Replica* replica = topic == nullptr ? nullptr : topic->partition(asked.partition_index);
  ErrorCode error = ErrorCode::none;
  if (!is_place_known(asked.timestamp, version))
    error = ErrorCode::unsupported_version;
  else if (replica == nullptr)
    error = ErrorCode::unknown_topic_or_partition;
  else
    error = replica->check_leader_epoch(asked.current_leader_epoch);
  if (error == ErrorCode::none && is_read_only)
    (void)replica->with_log(
        [](storage::Log& log) { return log.refresh(); });  // another process may be writing it
  if (error == ErrorCode::none)
    if (const Status found = look_up(*replica, asked.timestamp, is_read_committed, answer);
        !found) {
      answer.error_code = wire_code(found.error().code());
      return answer;
    }
  if (version < 4)
    answer.leader_epoch = -1;  // KIP-320 came with v4, and the older ones cannot carry it
  answer.error_code = static_cast<int16_t>(error);
  return answer;
}

}  // namespace

ListOffsetsResponse handle_list_offsets(Services& services, const Request& request,
                                        const ListOffsetsRequest& message) {
  ListOffsetsResponse response;
  const bool is_read_committed = message.isolation_level == 1;
  const bool is_known_isolation = message.isolation_level == 0 || is_read_committed;
  using AskedTopic = ListOffsetsRequest::ListOffsetsTopic;
  for (const AskedTopic& asked_topic :
       joined_topics(message.topics, &AskedTopic::partitions,
                     [](const AskedTopic& topic) { return topic.name; })) {
    const auto topic = services.topics.find(asked_topic.name);
    std::unordered_map<int32_t, int> times_asked;
    for (const auto& asked : asked_topic.partitions) ++times_asked[asked.partition_index];
    auto& answers = response.topics.emplace_back();
    answers.name = asked_topic.name;
    for (const auto& asked : asked_topic.partitions) {
      int& times = times_asked[asked.partition_index];
      if (times == 0) continue;  // answered already
      if (times > 1 || !is_known_isolation) {
        const ErrorCode error =
            is_known_isolation ? ErrorCode::invalid_request : ErrorCode::unknown_server_error;
        answers.partitions.push_back(
            {asked.partition_index, static_cast<int16_t>(error), -1, -1, -1, {}});
      } else {
        answers.partitions.push_back(answer_partition(topic.get(), asked, is_read_committed,
                                                      services.is_read_only, request.version));
      }
      times = 0;
    }
  }
  return response;
}

}  // namespace spool::broker
