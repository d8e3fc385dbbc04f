#pragma once

/// Snapshots of the metadata log (kraft A.2, storage-format 7.8).
///
/// File `<end offset, 20 digits>-<epoch, 10 digits>.checkpoint`: record batches, offsets counted
/// from 0, every batch of the snapshot's epoch:
///
///   first    control batch: SnapshotHeader, and with kraft.version 1 KRaftVersion and KRaftVoters
///   between  data batches
///   last     control batch: SnapshotFooter
///
/// Valid: every batch whole with a matching CRC, the header first, the footer last and nothing
/// behind it. It stands for the log below its end offset.
/// 00000000000000000000-0000000000.checkpoint is a formatter's: it carries the voters and, from 4.4
/// on, bootstrap records, as bootstrap.checkpoint in the data directory did before.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "broker/metadata/replay.h"
#include "core/base/error.h"
#include "core/base/types.h"
#include "core/storage/file.h"

namespace spool::broker {

inline constexpr std::string_view kSnapshotSuffix = ".checkpoint";
inline constexpr std::string_view kBootstrapFile = "bootstrap.checkpoint";

struct SnapshotId {
  Offset end_offset{0};  ///< exclusive
  int32_t raft_epoch = 0;

  bool is_formatter() const { return end_offset.value == 0 && raft_epoch == 0; }
  auto operator<=>(const SnapshotId&) const = default;
};

std::string snapshot_name(const SnapshotId& id);
/// nullopt: not the name of a finished snapshot.
std::optional<SnapshotId> parse_snapshot_name(std::string_view name);

/// Hands every batch of the file to `visit` and checks that the file is valid.
/// returns  LastContainedLogTimestamp of the header
/// errors   corrupt_message: not valid; those of `visit`; io_error
Result<int64_t> walk_snapshot(const storage::File& file,
                              const std::function<Status(const record::BatchView&)>& visit);

/// Writes the image as a snapshot: `.part`, fsync, rename, fsync of the directory.
/// errors  io_error and friends; already_exists is success: the same snapshot is there
Status write_snapshot_file(storage::FileSystem& fs, const std::string& directory,
                           const SnapshotId& id, const MetadataImage& image,
                           const QuorumImage& quorum, int64_t now_ms);

}  // namespace spool::broker
