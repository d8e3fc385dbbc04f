#include "broker/group/committed_offsets.h"

#include <utility>

namespace spool::broker::group {

const CommittedOffsets::Topics* CommittedOffsets::find(std::string_view group) const {
  const auto found = by_group_.find(std::string(group));
  return found == by_group_.end() ? nullptr : &found->second;
}

const CommittedOffset* CommittedOffsets::find(std::string_view group, std::string_view topic,
                                              int32_t partition) const {
  const Topics* topics = find(group);
  if (topics == nullptr) return nullptr;
  const auto at_topic = topics->find(topic);
  if (at_topic == topics->end()) return nullptr;
  const auto at_partition = at_topic->second.find(partition);
  return at_partition == at_topic->second.end() ? nullptr : &at_partition->second;
}

void CommittedOffsets::put(std::string_view group, std::string_view topic, int32_t partition,
                           CommittedOffset offset) {
  if (last_topics_ == nullptr || last_group_ != group) {
    last_group_ = group;
    last_topics_ = &by_group_[last_group_];
  }
  auto at_topic = last_topics_->find(topic);
  if (at_topic == last_topics_->end())
    at_topic = last_topics_->emplace(std::string(topic), Partitions{}).first;
  const auto [at, is_new] = at_topic->second.insert_or_assign(partition, std::move(offset));
  if (is_new) ++count_;
}

void CommittedOffsets::remove(std::string_view group, std::string_view topic, int32_t partition) {
  for (auto& [producer_id, groups] : pending_) {
    const auto at_group = groups.find(group);
    if (at_group == groups.end()) continue;
    const auto at_topic = at_group->second.find(topic);
    if (at_topic != at_group->second.end()) at_topic->second.erase(partition);
  }
  const auto at_group = by_group_.find(std::string(group));
  if (at_group == by_group_.end()) return;
  const auto at_topic = at_group->second.find(topic);
  if (at_topic == at_group->second.end()) return;
  count_ -= at_topic->second.erase(partition);
  if (at_topic->second.empty()) at_group->second.erase(at_topic);
  if (!at_group->second.empty()) return;
  by_group_.erase(at_group);
  last_topics_ = nullptr;
}

void CommittedOffsets::put_pending(ProducerId producer_id, std::string_view group,
                                   std::string_view topic, int32_t partition,
                                   CommittedOffset offset) {
  pending_[producer_id][std::string(group)][std::string(topic)].insert_or_assign(partition,
                                                                                 std::move(offset));
}

void CommittedOffsets::end_transaction(ProducerId producer_id, bool is_commit) {
  const auto found = pending_.find(producer_id);
  if (found == pending_.end()) return;
  const Pending ended = std::move(found->second);
  pending_.erase(found);
  if (!is_commit) return;
  for (const auto& [group, topics] : ended)
    for (const auto& [topic, partitions] : topics)
      for (const auto& [partition, offset] : partitions) {
        const CommittedOffset* current = find(group, topic, partition);
        if (current == nullptr || current->record_offset < offset.record_offset)
          put(group, topic, partition, offset);
      }
}

bool CommittedOffsets::is_pending(std::string_view group, std::string_view topic,
                                  int32_t partition) const {
  for (const auto& [producer_id, groups] : pending_) {
    const auto at_group = groups.find(group);
    if (at_group == groups.end()) continue;
    const auto at_topic = at_group->second.find(topic);
    if (at_topic != at_group->second.end() && at_topic->second.contains(partition)) return true;
  }
  return false;
}

bool CommittedOffsets::has_pending(std::string_view group) const {
  bool found = false;
  for_each_pending(group, [&](const std::string&, int32_t) { found = true; });
  return found;
}

std::map<std::string, std::set<int32_t>> CommittedOffsets::partitions_of(std::string_view group,
                                                                         bool with_pending) const {
  std::map<std::string, std::set<int32_t>> known;
  if (const Topics* topics = find(group))
    for (const auto& [topic, partitions] : *topics)
      for (const auto& [partition, offset] : partitions) known[topic].insert(partition);
  if (with_pending)
    for_each_pending(group, [&](const std::string& topic, int32_t partition) {
      known[topic].insert(partition);
    });
  return known;
}

void CommittedOffsets::for_each_pending(
    std::string_view group, const std::function<void(const std::string&, int32_t)>& visit) const {
  for (const auto& [producer_id, groups] : pending_) {
    const auto at_group = groups.find(group);
    if (at_group == groups.end()) continue;
    for (const auto& [topic, partitions] : at_group->second)
      for (const auto& [partition, offset] : partitions) visit(topic, partition);
  }
}

}  // namespace spool::broker::group
