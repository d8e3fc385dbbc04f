#pragma once

/// Replays batches of the metadata log, or of a snapshot, into an image.
///
/// Between BeginTransaction and EndTransaction records are kept aside: they are in the image all
/// together or, after AbortTransaction, not at all (KIP-868).

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "broker/metadata/image.h"
#include "core/base/bytes.h"
#include "core/base/error.h"
#include "core/record/batch.h"
#include "core/record/control.h"
#include "core/record/record_reader.h"

namespace spool::broker {

/// A member of the quorum, as the voters record or, with static voters, the last leader-change
/// record names it.
struct VoterImage {
  int32_t id = -1;
  Uuid directory_id;  ///< zero with static voters
  std::vector<EndpointImage> endpoints;

  bool operator==(const VoterImage&) const = default;
};

/// What the control records say about the quorum.
struct QuorumImage {
  int16_t kraft_version = 0;
  std::vector<VoterImage> voters;  ///< of the newest voters record; empty when there was none
  std::vector<int32_t> last_leader_voters;  ///< of the newest leader-change record

  bool operator==(const QuorumImage&) const = default;
};

class Replay {
 public:
  Replay() : reader_(kDecompressedBytesMax) {}

  /// Takes in one batch of the log. Its CRC has been checked and it follows the one before.
  /// errors  unsupported, corrupt_message, parse_error; the text begins with the record's offset
  Status add(const record::BatchView& batch);
  /// Takes in one batch of a snapshot, which counts its own offsets; end() says later how far it
  /// reaches.
  Status add_snapshot_batch(const record::BatchView& batch);
  /// Takes in a data record that stands outside the log (bootstrap).
  Status add_value(Offset offset, BytesView value);
  void advance(Offset end_offset, int32_t raft_epoch, int64_t timestamp_ms);
  /// The voters that a formatter put beside the log.
  void set_quorum_of_formatter(const QuorumImage& quorum) {
    quorum_.kraft_version = quorum.kraft_version;
    quorum_.voters = quorum.voters;
  }

  bool has_open_transaction() const { return transaction_.has_value(); }
  const MetadataImage& image() const { return image_; }
  MetadataImage take_image() { return std::move(image_); }
  const QuorumImage& quorum() const { return quorum_; }

 private:
  // Kafka writes batches of 8 MiB at most, uncompressed; foreign ones may be compressed.
  static constexpr size_t kDecompressedBytesMax = size_t{128} << 20;

  Status add_records(const record::BatchView& batch);
  Status add_control(const record::RecordView& record);
  Status apply(Offset offset, const MetadataRecord& record);
  Status end_transaction();

  record::RecordReader reader_;
  MetadataImage image_;
  QuorumImage quorum_;
  std::optional<std::vector<std::pair<Offset, Buffer>>> transaction_;  // values, copied
};

/// Reads one control record into `quorum`. Snapshot headers and footers change nothing.
/// errors  unsupported: a type or version that this release does not know; corrupt_message
Status apply_control(record::ControlType type, BytesView value, QuorumImage& quorum);

}  // namespace spool::broker
