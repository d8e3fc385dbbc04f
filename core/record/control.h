#pragma once

/// Control batches: one record whose key tells its type (storage-format 2.4). They take offsets but
/// are never shown to consumers.
///
///   key    int16 version (0), int16 type
///   value  of ABORT and COMMIT: int16 version (0), int32 coordinator epoch;
///          of the KRaft types: a flexible message that begins with its own version

#include <cstdint>
#include <optional>

#include "core/base/bytes.h"
#include "core/base/error.h"
#include "core/base/types.h"
#include "core/record/batch.h"
#include "core/record/batch_builder.h"

namespace spool::record {

enum class ControlType : int16_t {
  abort = 0,
  commit = 1,
  leader_change = 2,
  snapshot_header = 3,
  snapshot_footer = 4,
  kraft_version = 5,
  kraft_voters = 6,
};

/// The type a control record's key names; nullopt for one this release does not know, which readers
/// skip. errors  invalid_record: shorter than 4 bytes, null, or of a negative version
Result<std::optional<ControlType>> control_type(const RecordView& record);

/// How a transaction ended.
struct EndTxnMarker {
  bool is_commit = false;
  int32_t coordinator_epoch = 0;
};

/// The marker in a record of type abort or commit.
/// errors  invalid_record: the value is shorter than 6 bytes, null, or of a negative version; or
/// the type is another
Result<EndTxnMarker> parse_end_txn_marker(const RecordView& record);

/// A complete marker batch: 78 bytes, transactional and control.
Buffer make_end_txn_marker(Offset base_offset, LeaderEpoch leader_epoch, ProducerId producer_id,
                           ProducerEpoch producer_epoch, int64_t timestamp_ms,
                           const EndTxnMarker& marker);

/// Appends a control record to a batch whose options say is_control.
void append_control(BatchBuilder& builder, int64_t timestamp_ms, ControlType type, BytesView value);

}  // namespace spool::record
