#include "broker/metadata/batches.h"

#include <string>

#include "core/base/text.h"
#include "core/protocol/codec.h"
#include "core/protocol/records/control.h"
#include "core/record/batch_builder.h"
#include "core/record/control.h"

namespace spool::broker {
namespace {

record::BatchOptions options_for(const BatchSettings& settings, Offset base_offset,
                                 bool is_control) {
  return {.base_offset = base_offset,
          .leader_epoch = LeaderEpoch(settings.raft_epoch),
          .is_control = is_control};
}

template <class T>
Status add_control(record::BatchBuilder& builder, int64_t timestamp_ms, record::ControlType type,
                   const T& message) {
  Buffer value;
  TRY(protocol::encode(message, 0, value));
  record::append_control(builder, timestamp_ms, type, value);
  return {};
}

Status add_voters(record::BatchBuilder& builder, const QuorumImage& quorum, int64_t timestamp_ms) {
  TRY(add_control(builder, timestamp_ms, record::ControlType::kraft_version,
                  protocol::KRaftVersionRecord{.kraft_version = quorum.kraft_version}));
  protocol::VotersRecord record;
  for (const VoterImage& voter : quorum.voters) {
    auto& wire = record.voters.emplace_back();
    wire.voter_id = voter.id;
    wire.voter_directory_id = voter.directory_id;
    wire.kraft_version_feature = {.min_supported_version = 0, .max_supported_version = 1};
    for (const EndpointImage& endpoint : voter.endpoints)
      wire.endpoints.push_back(
          {.name = endpoint.name, .host = endpoint.host, .port = endpoint.port});
  }
  return add_control(builder, timestamp_ms, record::ControlType::kraft_voters, record);
}

Result<Buffer> finish(record::BatchBuilder& builder) {
  compress::Compressor none;
  return builder.finish(none);
}

}  // namespace

Result<std::vector<Buffer>> make_data_batches(std::span<const MetadataRecord> records,
                                              int16_t metadata_version,
                                              const BatchSettings& settings) {
  const auto bytes_max = static_cast<size_t>(settings.batch_bytes_max);
  std::vector<Buffer> batches;
  record::BatchBuilder builder(options_for(settings, settings.base_offset, false));
  Offset next = settings.base_offset;
  Buffer value;
  for (const MetadataRecord& record : records) {
    value.clear();
    if (Status encoded = encode_record(record, metadata_version, value); !encoded)
      return fail(encoded.error().with_context(record.name()));
    const size_t record_bytes = record::BatchBuilder::record_bytes_max(0, value.size());
    if (record_bytes + record::kBatchHeaderBytes > bytes_max)
      return fail(ErrorCode::message_too_large,
                  concat(record.name(), " of ", value.size(), " bytes"));
    if (builder.size_bytes() + record_bytes > bytes_max) {
      TRY_ASSIGN(batches.emplace_back(), finish(builder));
      builder.reset(options_for(settings, next, false));
    }
    builder.append(settings.timestamp_ms, std::nullopt, BytesView(value));
    next = next + 1;
  }
  if (!builder.empty()) {
    TRY_ASSIGN(batches.emplace_back(), finish(builder));
  }
  return batches;
}

Result<Buffer> make_leader_change_batch(int32_t leader_id, const QuorumImage* voters,
                                        const BatchSettings& settings) {
  record::BatchBuilder builder(options_for(settings, settings.base_offset, true));
  protocol::LeaderChangeMessage message;
  message.leader_id = leader_id;
  message.voters.push_back({.voter_id = leader_id});
  message.granting_voters.push_back({.voter_id = leader_id});
  TRY(add_control(builder, settings.timestamp_ms, record::ControlType::leader_change, message));
  if (voters) TRY(add_voters(builder, *voters, settings.timestamp_ms));
  return finish(builder);
}

Result<Buffer> make_snapshot_header(int64_t last_contained_timestamp_ms, const QuorumImage& quorum,
                                    const BatchSettings& settings) {
  record::BatchBuilder builder(options_for(settings, settings.base_offset, true));
  TRY(add_control(
      builder, settings.timestamp_ms, record::ControlType::snapshot_header,
      protocol::SnapshotHeaderRecord{.last_contained_log_timestamp = last_contained_timestamp_ms}));
  if (quorum.kraft_version > 0) TRY(add_voters(builder, quorum, settings.timestamp_ms));
  return finish(builder);
}

Result<Buffer> make_snapshot_footer(const BatchSettings& settings) {
  record::BatchBuilder builder(options_for(settings, settings.base_offset, true));
  TRY(add_control(builder, settings.timestamp_ms, record::ControlType::snapshot_footer,
                  protocol::SnapshotFooterRecord{}));
  return finish(builder);
}

}  // namespace spool::broker
