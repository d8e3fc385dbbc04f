#pragma once

/// Batches of the metadata log and of snapshots (kraft 1.2, 1.3): magic 2, uncompressed, no
/// producer, one timestamp for all records; data and control records never share a batch.

#include <cstdint>
#include <span>
#include <vector>

#include "broker/metadata/record_codec.h"
#include "broker/metadata/replay.h"
#include "core/base/bytes.h"
#include "core/base/error.h"
#include "core/base/types.h"

namespace spool::broker {

struct BatchSettings {
  Offset base_offset{0};
  int32_t raft_epoch = 0;
  int64_t timestamp_ms = 0;
  int64_t batch_bytes_max = int64_t{8} << 20;
};

/// The records as as many batches as their size asks for, offsets dense from base_offset.
/// errors  as encode_record; message_too_large: one record alone is larger than a batch may be
Result<std::vector<Buffer>> make_data_batches(std::span<const MetadataRecord> records,
                                              int16_t metadata_version,
                                              const BatchSettings& settings);

/// What begins an epoch: LeaderChange and, when they are not in the log yet, the records of dynamic
/// voters. voters  nullptr, or what KRaftVersion and KRaftVoters say
Result<Buffer> make_leader_change_batch(int32_t leader_id, const QuorumImage* voters,
                                        const BatchSettings& settings);

/// First batch of a snapshot. The voter records are left out when kraft_version is 0.
Result<Buffer> make_snapshot_header(int64_t last_contained_timestamp_ms, const QuorumImage& quorum,
                                    const BatchSettings& settings);
/// Last batch of a snapshot.
Result<Buffer> make_snapshot_footer(const BatchSettings& settings);

}  // namespace spool::broker
