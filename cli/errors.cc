#include "cli/errors.h"

#include <algorithm>

#include "core/base/text.h"

namespace spool::cli {

namespace {

struct Explanation {
  ErrorCode code;
  std::string_view text;  ///< used when the broker sent no message
  std::string_view next;  ///< what to do, empty when we cannot know
};

constexpr Explanation kExplanations[] = {
    {ErrorCode::unknown_topic_or_partition, "there is no such topic",
     "'spool topic list' shows those there are"},
    {ErrorCode::topic_already_exists, "the topic exists already", "--if-not-exists accepts that"},
    {ErrorCode::invalid_topic_exception, "not a name for a topic",
     "use letters, digits, '.', '_' and '-', at most 249 of them"},
    {ErrorCode::invalid_partitions, "the number of partitions cannot be", "give 1 or more with -p"},
    {ErrorCode::invalid_replication_factor, "there are not that many brokers",
     "'spool cluster info' shows the brokers; give fewer with -r"},
    {ErrorCode::invalid_config, "a setting has a wrong name or value", ""},
    {ErrorCode::topic_authorization_failed, "the broker does not allow it", ""},
    {ErrorCode::cluster_authorization_failed, "the broker does not allow it", ""},
    {ErrorCode::topic_deletion_disabled, "the broker deletes no topics",
     "its setting is delete.topic.enable"},
    {ErrorCode::request_timed_out, "the broker did not finish in time",
     "give it longer with --timeout"},
    {ErrorCode::leader_not_available, "the partition has no leader now", "try again in a moment"},
    {ErrorCode::group_id_not_found, "there is no such group",
     "'spool group list' shows those there are"},
    {ErrorCode::non_empty_group, "the group has members",
     "stop them first; 'spool group members' names them"},
    {ErrorCode::unknown_member_id, "the group has members, and only they commit",
     "stop them first; 'spool group members' names them"},
    {ErrorCode::group_subscribed_to_topic, "a member of the group reads the topic",
     "stop the group's members first"},
    {ErrorCode::invalid_group_id, "not an id for a group", ""},
    {ErrorCode::group_authorization_failed, "the broker does not allow it", ""},
    {ErrorCode::invalid_session_timeout, "the broker does not allow such a session timeout",
     "group.min.session.timeout.ms and group.max.session.timeout.ms are its limits"},
    {ErrorCode::inconsistent_group_protocol,
     "the group is of another kind, or its members share out by other rules than range and "
     "roundrobin",
     ""},
    {ErrorCode::fenced_instance_id, "another process has come under this instance id", ""},
    {ErrorCode::unreleased_instance_id, "another process has this instance id",
     "stop it, or choose another --instance-id"},
    {ErrorCode::group_max_size_reached, "the group has as many members as the broker allows",
     "its setting is group.max.size or group.consumer.max.size"},
    {ErrorCode::coordinator_not_available, "the group has no coordinator now",
     "try again in a moment"},
    {ErrorCode::read_only, "the directory was opened for reading", ""},
};

}  // namespace

std::string explain(ErrorCode code, std::string_view message) {
  const auto known = std::ranges::find(kExplanations, code, &Explanation::code);
  std::string out(message);
  while (out.ends_with('.')) out.pop_back();
  if (known == std::end(kExplanations)) return out.empty() ? std::string(error_name(code)) : out;
  if (out.empty()) out = known->text;
  if (!known->next.empty()) append_text(out, "; ", known->next);
  return out;
}

}  // namespace spool::cli
