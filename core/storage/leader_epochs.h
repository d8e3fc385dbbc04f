#pragma once

#include <optional>
#include <vector>

#include "core/base/types.h"
#include "core/storage/checkpoint.h"

namespace spool::storage {

/// Where each leader epoch of a partition starts (storage-format 3.6): epochs and start offsets
/// both strictly increase. Not locked; calls that return bool tell whether the file must be
/// rewritten.
class LeaderEpochCache {
 public:
  /// Takes a file's entries; what does not increase is dropped, as assigning them in order would.
  void load(const std::vector<EpochStart>& entries);

  bool assign(LeaderEpoch epoch, Offset start);
  /// Removes entries with start >= `end`.
  bool truncate_from_end(Offset end);
  /// Removes entries with start <= `start`, keeping the last of them with its start moved there.
  bool truncate_from_start(Offset start);
  bool clear();

  std::optional<LeaderEpoch> latest() const;
  std::optional<LeaderEpoch> at(Offset offset) const;
  /// The largest known epoch <= the asked one and where it ends; nullopt is Kafka's (-1, -1).
  std::optional<EpochStart> end_offset_for(LeaderEpoch epoch, Offset log_end_offset) const;
  const std::vector<EpochStart>& entries() const { return entries_; }

 private:
  std::vector<EpochStart> entries_;
};

}  // namespace spool::storage
