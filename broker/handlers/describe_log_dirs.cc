/// DescribeLogDirs: the data directory, the bytes of each partition in it, and of the volume it
/// lies on.
///
/// v1  sizes a partition     v3  top-level error     v4  bytes of the volume     v5  is_cordoned
/// (never here)
///
/// Null topics mean all. A topic or partition that is not there is left out without a word. A
/// partition's size is that of its records, as Kafka counts it: without indexes.

#include <sys/statvfs.h>

#include <map>
#include <set>

#include "broker/handlers/handlers.h"
#include "broker/topics/topic_table.h"
#include "core/base/text.h"
#include "core/protocol/messages/describe_log_dirs.h"
#include "core/storage/file.h"

namespace spool::broker {

using protocol::DescribeLogDirsRequest;
using protocol::DescribeLogDirsResponse;
using DirectoryAnswer = DescribeLogDirsResponse::DescribeLogDirsResult;

namespace {

/// Bytes of the .log files of a partition whose log is not open: opening all of them for a question
/// about sizes would cost descriptors and memory for good.
int64_t bytes_on_disk(const std::string& path) {
  storage::PosixFileSystem fs;
  const auto entries = fs.list(path);
  if (!entries) return 0;
  int64_t total_bytes = 0;
  for (const storage::DirectoryEntry& entry : *entries) {
    if (!entry.name.ends_with(".log")) continue;
    if (const auto info = fs.info(concat(path, '/', entry.name))) total_bytes += info->size_bytes;
  }
  return total_bytes;
}

int64_t size_of(const Services& services, Replica& replica) {
  if (replica.is_open()) {
    if (const auto log = replica.log()) return (*log)->size_bytes();
  }
  return bytes_on_disk(concat(services.log_dir, '/', replica.name().to_string()));
}

void add_topic(const Services& services, const Topic& topic, const std::set<int32_t>* wanted,
               DirectoryAnswer& answer) {
  DescribeLogDirsResponse::DescribeLogDirsTopic described;
  described.name = topic.name;
  for (const auto& replica : topic.partitions) {
    if (!replica || (wanted != nullptr && !wanted->contains(replica->name().partition.value)))
      continue;
    auto& partition = described.partitions.emplace_back();
    partition.partition_index = replica->name().partition.value;
    partition.partition_size = size_of(services, *replica);
  }
  if (!described.partitions.empty()) answer.topics.push_back(std::move(described));
}

void add_volume(const std::string& path, DirectoryAnswer& answer) {
  struct statvfs volume{};
  if (::statvfs(path.c_str(), &volume) != 0) return;
  answer.total_bytes =
      static_cast<int64_t>(volume.f_blocks) * static_cast<int64_t>(volume.f_frsize);
  answer.usable_bytes =
      static_cast<int64_t>(volume.f_bavail) * static_cast<int64_t>(volume.f_frsize);
}

}  // namespace

DescribeLogDirsResponse handle_describe_log_dirs(Services& services, const Request&,
                                                 const DescribeLogDirsRequest& message) {
  DescribeLogDirsResponse response;
  DirectoryAnswer& answer = response.results.emplace_back();
  answer.log_dir = services.log_dir;
  add_volume(services.log_dir, answer);
  if (!message.topics) {
    for (const auto& topic : services.topics.all()) add_topic(services, *topic, nullptr, answer);
    return response;
  }
  std::map<std::string, std::set<int32_t>> wanted;
  for (const auto& topic : *message.topics)
    wanted[topic.topic].insert(topic.partitions.begin(), topic.partitions.end());
  for (const auto& [name, partitions] : wanted)
    if (const auto topic = services.topics.find(name))
      add_topic(services, *topic, &partitions, answer);
  return response;
}

}  // namespace spool::broker
