#pragma once

/// Consumer groups seen from outside, as blocking calls: each finds the coordinator, and asks again
/// while it moves or loads, within the client's timeout. Errors of single groups and partitions are
/// values.

#include <optional>
#include <string>
#include <vector>

#include "core/client/client.h"
#include "core/protocol/messages/offset_commit.h"

namespace spool::client {

/// The broker that looks after a group; its address is known to the client then.
/// errors  what FindCoordinator refuses; coordinator_not_available when there is none in time
Result<int32_t> find_coordinator(Client& client, const std::string& group);

/// Asking the coordinator again, or another one, helps.
bool is_passing_group_error(ErrorCode code);

struct GroupListing {
  std::string id;
  std::string type;           ///< "classic", "consumer", "share", ...; empty from an older broker
  std::string protocol_type;  ///< "consumer", or empty for a group that only keeps offsets
  std::string state;          ///< "Stable", "Empty", ...; empty from an older broker
  int32_t coordinator = -1;
};
/// All groups of all brokers, by id.
Result<std::vector<GroupListing>> list_groups(Client& client);

struct GroupMember {
  std::string member_id;
  std::optional<std::string> instance_id;
  std::string client_id;
  std::string host;
  int32_t member_epoch = -1;  ///< -1: a classic group has none
  std::vector<TopicPartition> assignment;
  std::vector<TopicPartition> target;  ///< what it is to have; the same as assignment when settled
};

struct GroupDescription {
  ErrorCode error = ErrorCode::none;
  std::string message;  ///< the broker's, or empty
  std::string id;
  std::string type;  ///< "classic" or "consumer"
  std::string protocol_type;
  std::string state;
  std::string assignor;
  int32_t coordinator = -1;
  int32_t group_epoch = -1;
  int32_t assignment_epoch = -1;
  std::vector<GroupMember> members;

  bool is_active() const { return !members.empty(); }
};
/// Of either protocol (KIP-848 first, as Kafka's own client asks). A group that does not exist has
/// the error group_id_not_found.
Result<GroupDescription> describe_group(Client& client, const std::string& group);

struct CommittedOffset {
  TopicPartition partition;
  Offset offset = kNoOffset;  ///< the next to read; kNoOffset: nothing is committed
  LeaderEpoch leader_epoch = kNoLeaderEpoch;
  std::string metadata;
  ErrorCode error = ErrorCode::none;
};
/// Everything a group has committed, by topic and partition; or, of `partitions`, each one asked
/// for.
/// stable  wait for transactions that are about to commit offsets (KIP-447)
/// errors  those of the group as a whole
Result<std::vector<CommittedOffset>> fetch_offsets(
    Client& client, const std::string& group,
    const std::optional<std::vector<TopicPartition>>& partitions = std::nullopt,
    bool stable = false);

/// Who commits: a member of the group, or (the default) somebody from outside, which a coordinator
/// lets do it while the group is empty.
struct Committer {
  std::string member_id;
  int32_t epoch = -1;  ///< the classic generation, or the member epoch
  std::optional<std::string> instance_id;
};
/// The commit as a request, for a version up to kOffsetCommitVersionOfNames, and its codes, one a
/// partition in order.
inline constexpr int16_t kOffsetCommitVersionOfNames = 9;
protocol::OffsetCommitRequest offset_commit_request(const std::string& group,
                                                    const Committer& committer,
                                                    const std::vector<CommittedOffset>& offsets);
std::vector<ErrorCode> offset_commit_codes(const protocol::OffsetCommitResponse& response,
                                           const std::vector<CommittedOffset>& offsets);
/// Commits offsets. One code a partition, in order.
Result<std::vector<ErrorCode>> commit_offsets(Client& client, const std::string& group,
                                              const Committer& committer,
                                              const std::vector<CommittedOffset>& offsets);

/// Forgets what was committed for partitions. One code a partition, in order.
Result<std::vector<ErrorCode>> delete_offsets(Client& client, const std::string& group,
                                              const std::vector<TopicPartition>& partitions);

/// Deletes a group that has no members, with its offsets.
/// errors  non_empty_group, group_id_not_found, and what else the coordinator refuses
Status delete_group(Client& client, const std::string& group);

}  // namespace spool::client
