#pragma once

/// Makes a metadata log of what topics' directories say, for a data directory that lost its own, or
/// adds topics and partitions to one that does not know them.
///
/// Names, ids and partitions are right again, leader epochs as high as the logs have them. Settings
/// are not in the directories: every such topic keeps everything (retention.ms=-1,
/// retention.bytes=-1) until somebody sets them anew, compacted topics are compacted. Of a log that
/// is gone users, ACLs and quotas are gone too.

#include <string>
#include <vector>

#include "core/base/clock.h"
#include "core/base/error.h"
#include "core/base/logger.h"
#include "core/base/types.h"
#include "core/base/uuid.h"
#include "core/storage/checkpoint.h"
#include "core/storage/file.h"

namespace spool::cli {

struct FoundPartition {
  TopicPartition partition;
  Uuid topic_id;
  LeaderEpoch leader_epoch{0};  ///< the latest of its log
  bool is_compacted = false;
};

/// Writes `directory`/__cluster_metadata-0 in the new directory `directory`. Durable when it
/// returns.
/// known  the directory of the metadata log to go on with; empty: there is none
/// meta   of the data directory; has a directory id
/// errors  unsupported: a metadata log of several nodes, or of a release we do not know
Status rebuild_metadata(storage::FileSystem& fs, const Clock& clock, Logger& logger,
                        const std::string& known, const storage::MetaProperties& meta,
                        const std::vector<FoundPartition>& partitions,
                        const std::string& directory);

/// Of a partition's log, as its leader-epoch-checkpoint has it; 0 when that says nothing.
LeaderEpoch latest_epoch(storage::FileSystem& fs, const std::string& partition_path);

}  // namespace spool::cli
