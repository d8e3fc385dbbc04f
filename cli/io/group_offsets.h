#pragma once

/// Committed offsets in files: what group export and --undo-file write, and group import and group
/// reset --from-file read.
///
///   {"version":1,"offsets":[
///   {"group":"app","topic":"orders","partition":0,"offset":42,"leader_epoch":3,"metadata":""}
///   ]}
///
/// offset null is: nothing is committed. The other form is the CSV of Kafka's own tool, without a
/// heading: topic,partition,offset for one group, group,topic,partition,offset for several.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.h"
#include "core/base/types.h"

namespace spool::cli {

struct GroupOffset {
  std::string group;
  TopicPartition partition;
  std::optional<int64_t> offset;
  int32_t leader_epoch = -1;
  std::string metadata;

  bool operator==(const GroupOffset&) const = default;
};

std::string group_offsets_to_json(const std::vector<GroupOffset>& offsets);
/// with_group  the form of four columns. What has no offset is left out.
std::string group_offsets_to_csv(const std::vector<GroupOffset>& offsets, bool with_group);

/// Reads either form; what begins with { is JSON.
/// group   whose the rows of three columns are; empty: they are an error
/// errors  parse_error, saying where; invalid_argument: rows of three columns, and no group
Result<std::vector<GroupOffset>> parse_group_offsets(std::string_view text, std::string_view group);

}  // namespace spool::cli
