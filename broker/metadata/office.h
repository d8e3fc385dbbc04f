#pragma once

/// Taking and leaving office as the only broker and controller of a directory (kraft A.4): which
/// directories are refused, and the records of a start and of a clean stop. Decisions only; the
/// store does the writing.

#include <cstdint>
#include <vector>

#include "broker/metadata/loader.h"
#include "broker/metadata/record_codec.h"
#include "broker/metadata/store.h"
#include "core/base/error.h"

namespace spool::broker {

/// Whether the metadata hangs together, and, unless it is only read, whether it is this node's
/// alone. errors  corrupt_message: no metadata.version, a partition never defined; unsupported:
/// voters or replicas of other
///         nodes, or voters that name another directory id
Status check_admissible(const LoadedMetadata& loaded, const MetadataStoreOptions& options);

/// One above every raft epoch that was ever used here. Reuse would fork history undetectably.
/// errors  out_of_space: there is none
Result<int32_t> next_raft_epoch(const LoadedMetadata& loaded);

/// The sole voter, for a directory that has no voters record yet.
QuorumImage new_quorum(const MetadataStoreOptions& options, const BrokerRegistration& registration);

/// RegisterBroker, fenced, and the change that unfences it. RegisterBroker is the first and has to
/// get the offset `broker_epoch`.
std::vector<MetadataRecord> registration_records(const MetadataStoreOptions& options,
                                                 const BrokerRegistration& registration,
                                                 const Uuid& incarnation_id, int64_t broker_epoch,
                                                 int16_t metadata_version);

/// This node as leader and only in-sync replica of every partition, also of those it leads already:
/// the new leader epoch fences whatever an unflushed tail may have held.
std::vector<MetadataRecord> election_records(const MetadataImage& image,
                                             const MetadataStoreOptions& options);

/// What Kafka appends on a clean stop.
std::vector<MetadataRecord> resignation_records(const MetadataImage& image,
                                                const MetadataStoreOptions& options,
                                                int64_t broker_epoch);

}  // namespace spool::broker
