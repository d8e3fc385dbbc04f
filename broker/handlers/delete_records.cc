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
#include <string_view>
#include <utility>
#include <vector>

#include "broker/handlers/handlers.h"
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
  if (!replica->config()->log.is_deleted) return fail(ErrorCode::policy_violation);
  Offset low_watermark{0};
  TRY(replica->with_log(
      [&](storage::Log& log) { return delete_up_to(log, asked.offset, low_watermark); }));
  return low_watermark;
}

/// The request with each topic and partition once.
std::vector<DeleteRecordsRequest::DeleteRecordsTopic> merged(const DeleteRecordsRequest& message) {
  std::vector<DeleteRecordsRequest::DeleteRecordsTopic> topics;
  std::map<std::string_view, size_t> topic_at;
  std::map<std::pair<size_t, int32_t>, size_t> partition_at;
  for (const auto& asked : message.topics) {
    const size_t at = topic_at.emplace(asked.name, topics.size()).first->second;
    if (at == topics.size()) topics.push_back({asked.name, {}, {}});
    auto& partitions = topics[at].partitions;
    for (const auto& partition : asked.partitions) {
      const auto [known, is_new] =
          partition_at.emplace(std::pair(at, partition.partition_index), partitions.size());
      if (is_new)
        partitions.push_back(partition);
      else
        partitions[known->second].offset = partition.offset;
    }
  }
  return topics;
}

}  // namespace

DeleteRecordsResponse handle_delete_records(Services& services, const Request&,
                                            const DeleteRecordsRequest& message) {
  DeleteRecordsResponse response;
  for (const auto& asked_topic : merged(message)) {
    if (asked_topic.partitions.empty()) continue;
    const auto topic = services.topics.find(asked_topic.name);
    auto& answer = response.topics.emplace_back();
    answer.name = asked_topic.name;
    for (const auto& asked : asked_topic.partitions) {
      const auto low_watermark = delete_from(topic.get(), asked);
      const int16_t code = low_watermark ? 0 : wire_code(low_watermark.error().code());
      answer.partitions.push_back(
          {asked.partition_index, low_watermark ? low_watermark->value : -1, code, {}});
    }
  }
  return response;
}

}  // namespace spool::broker
