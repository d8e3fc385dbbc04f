/// AlterReplicaLogDirs: moves partitions between data directories (KIP-113). There is one: to move
/// to it is done already (0), any other does not exist (57).
///
/// v2  flexible
///
/// A partition that is named under several directories goes to the one named last, and is answered
/// once.

#include <map>
#include <string_view>

#include "broker/handlers/handlers.h"
#include "broker/topics/topic_table.h"
#include "core/protocol/messages/alter_replica_log_dirs.h"

namespace spool::broker {

using protocol::AlterReplicaLogDirsRequest;
using protocol::AlterReplicaLogDirsResponse;

namespace {

ErrorCode move_to(const Services& services, std::string_view directory, std::string_view name,
                  int32_t number) {
  if (directory != services.log_dir) return ErrorCode::log_dir_not_found;
  const auto topic = services.topics.find(name);
  const bool is_ours = topic != nullptr && topic->partition(number) != nullptr;
  return is_ours ? ErrorCode::none : ErrorCode::unknown_topic_or_partition;
}

}  // namespace

AlterReplicaLogDirsResponse handle_alter_replica_log_dirs(
    Services& services, const Request&, const AlterReplicaLogDirsRequest& message) {
  std::map<std::string_view, std::map<int32_t, std::string_view>> wanted;
  for (const auto& directory : message.dirs)
    for (const auto& topic : directory.topics)
      for (const int32_t number : topic.partitions) wanted[topic.name][number] = directory.path;
  AlterReplicaLogDirsResponse response;
  for (const auto& [name, partitions] : wanted) {
    auto& topic = response.results.emplace_back();
    topic.topic_name = name;
    for (const auto& [number, directory] : partitions)
      topic.partitions.push_back(
          {number, static_cast<int16_t>(move_to(services, directory, name, number)), {}});
  }
  return response;
}

}  // namespace spool::broker
