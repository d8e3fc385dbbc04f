/// DeleteRecords: moves the start of a partition's log, so that nothing below it is read any more;
/// -1 means up to the high watermark. Answers where the log now starts.
///
/// v2  flexible
///
/// An offset below the start is no error and changes nothing; one beyond the high watermark is (1).
/// Records of a topic that is only compacted stay (44), and so do the coordinators' (17). Segments
/// that lie below the start as a whole go with the next retention run. A partition named twice is
/// answered once, for the offset named last.

#include <map>
#include <vector>

#include "broker/handlers/handlers.h"
#include "broker/handlers/joined_topics.h"
#include "broker/topics/topic_table.h"
#include "broker/topics/topic_view.h"
#include "core/protocol/messages/delete_records.h"

namespace spool::broker {

using protocol::DeleteRecordsRequest;
using protocol::DeleteRecordsResponse;

namespace {

constexpr int64_t kUpToHighWatermark = -1;

Status delete_up_to(storage::Log& log, int64_t asked, Offset& low_watermark) {
  const Offset high_watermark = log.log_end_offset();
  const Offset to = asked == kUpToHighWatermark ? high_watermark : Offset(asked);
  if (to < Offset(0) || to > high_watermark) return fail(ErrorCode::offset_out_of_range);
  if (to > log.log_start_offset()) TRY(log.advance_log_start(to));
  low_watermark = log.log_start_offset();
  return {};
}

Result<Offset> delete_from(const Topic* topic,
                           const DeleteRecordsRequest::DeleteRecordsPartition& asked) {
  Replica* replica = topic == nullptr ? nullptr : topic->partition(asked.partition_index);
  if (replica == nullptr) return fail(ErrorCode::unknown_topic_or_partition);
  if (is_internal_topic(topic->name)) return fail(ErrorCode::invalid_topic_exception);
  const storage::LogConfig& config = replica->config()->log;
  if (config.is_compacted && !config.is_deleted) return fail(ErrorCode::policy_violation);
  Offset low_watermark{0};
  TRY(replica->with_log(
      [&](storage::Log& log) { return delete_up_to(log, asked.offset, low_watermark); }));
  return low_watermark;
}

using DeleteRecordsPartition = DeleteRecordsRequest::DeleteRecordsPartition;

/// Each partition once, with the offset named last.
std::vector<DeleteRecordsPartition> joined_partitions(
    const std::vector<DeleteRecordsPartition>& asked) {
  std::vector<DeleteRecordsPartition> partitions;
  std::map<int32_t, size_t> places;
  for (const auto& partition : asked) {
    const auto [place, is_new] = places.emplace(partition.partition_index, partitions.size());
    if (is_new)
      partitions.push_back(partition);
    else
      partitions[place->second].offset = partition.offset;
  }
  return partitions;
}

}  // namespace

DeleteRecordsResponse handle_delete_records(Services& services, const Request&,
                                            const DeleteRecordsRequest& message) {
  DeleteRecordsResponse response;
  using AskedTopic = DeleteRecordsRequest::DeleteRecordsTopic;
  for (const AskedTopic& asked_topic :
       joined_topics(message.topics, &AskedTopic::partitions,
                     [](const AskedTopic& topic) { return topic.name; })) {
    const auto topic = services.topics.find(asked_topic.name);
    auto& answer = response.topics.emplace_back();
    answer.name = asked_topic.name;
    for (const auto& asked : joined_partitions(asked_topic.partitions)) {
      const auto low_watermark = delete_from(topic.get(), asked);
      const int16_t code = low_watermark ? 0 : wire_code(low_watermark.error().code());
      answer.partitions.push_back(
          {asked.partition_index, low_watermark ? low_watermark->value : -1, code, {}});
    }
  }
  return response;
}

}  // namespace spool::broker
