#include "broker/group/assignors.h"

#include <algorithm>

namespace spool::broker::group {

namespace {

size_t count_of(const PartitionSet& partitions) {
  size_t count = 0;
  for (const auto& [topic_id, numbers] : partitions) count += numbers.size();
  return count;
}

/// The assignment in the making, with members ordered by how much they have.
class Balance {
 public:
  explicit Balance(const AssignmentInput& input) : input_(input) {
    for (const auto& [id, member] : input.members) keep_current(id, member);
    for (const auto& [id, assigned] : result_) by_load_.emplace(count_of(assigned), id);
  }

  void hand_out() {
    for (const auto& [topic_id, count] : input_.partitions)
      for (int32_t partition = 0; partition < count; ++partition)
        if (!is_taken(topic_id, partition)) give_to_poorest(topic_id, partition);
  }

  // Moves partitions from whoever has most to whoever has least, as long as it evens out.
  void even_out() {
    for (bool has_moved = true; has_moved;) {
      has_moved = false;
      for (auto rich = by_load_.rbegin(); rich != by_load_.rend(); ++rich) {
        const std::string from = rich->second;
        if (move_one(from, rich->first)) {
          has_moved = true;
          break;
        }
      }
    }
  }

  AssignmentResult take() { return std::move(result_); }

 private:
  // What is still subscribed, still exists and nobody else was given.
  void keep_current(const std::string& id, const AssignmentInput::Member& member) {
    PartitionSet& kept = result_[id];
    for (const auto& [topic_id, partitions] : member.current) {
      const auto known = input_.partitions.find(topic_id);
      if (known == input_.partitions.end() || !member.topics.contains(topic_id)) continue;
      for (const int32_t partition : partitions)
        if (partition < known->second && taken_[topic_id].insert(partition).second)
          kept[topic_id].insert(partition);
    }
  }

  bool is_taken(const Uuid& topic_id, int32_t partition) const {
    const auto found = taken_.find(topic_id);
    return found != taken_.end() && found->second.contains(partition);
  }

  void give_to_poorest(const Uuid& topic_id, int32_t partition) {
    for (auto it = by_load_.begin(); it != by_load_.end(); ++it) {
      if (!input_.members.at(it->second).topics.contains(topic_id)) continue;
      const auto [load, id] = *it;
      by_load_.erase(it);
      by_load_.emplace(load + 1, id);
      result_[id][topic_id].insert(partition);
      taken_[topic_id].insert(partition);
      return;
    }
  }

  bool move_one(const std::string& from, size_t load) {
    PartitionSet& held = result_[from];
    for (auto poor = by_load_.begin(); poor != by_load_.end() && poor->first + 1 < load; ++poor) {
      const std::string to = poor->second;
      const auto& topics = input_.members.at(to).topics;
      for (auto& [topic_id, partitions] : held) {
        if (!topics.contains(topic_id)) continue;
        const int32_t partition = *partitions.rbegin();
        partitions.erase(partition);
        result_[to][topic_id].insert(partition);
        const size_t to_load = poor->first;
        by_load_.erase({to_load, to});
        by_load_.erase({load, from});
        by_load_.emplace(to_load + 1, to);
        by_load_.emplace(load - 1, from);
        if (partitions.empty()) held.erase(Uuid(topic_id));
        return true;
      }
    }
    return false;
  }

  const AssignmentInput& input_;
  AssignmentResult result_;
  std::map<Uuid, std::set<int32_t>> taken_;
  std::set<std::pair<size_t, std::string>> by_load_;
};

}  // namespace

AssignmentResult assign_uniform(const AssignmentInput& input) {
  Balance balance(input);
  balance.hand_out();
  balance.even_out();
  return balance.take();
}

AssignmentResult assign_range(const AssignmentInput& input) {
  AssignmentResult result;
  for (const auto& [id, member] : input.members) result[id];
  for (const auto& [topic_id, partitions_count] : input.partitions) {
    std::vector<std::pair<std::string_view, const std::string*>> readers;
    for (const auto& [id, member] : input.members)
      if (member.topics.contains(topic_id)) readers.emplace_back(member.sort_key, &id);
    if (readers.empty()) continue;
    std::ranges::sort(readers, {}, [](const auto& reader) { return reader.first; });
    const auto readers_count = static_cast<int32_t>(readers.size());
    const int32_t share = partitions_count / readers_count;
    const int32_t extra = partitions_count % readers_count;
    int32_t next = 0;
    for (int32_t i = 0; i < readers_count; ++i) {
      const int32_t end = next + share + (i < extra ? 1 : 0);
      for (; next < end; ++next)
        result[*readers[static_cast<size_t>(i)].second][topic_id].insert(next);
    }
  }
  return result;
}

bool is_assignor(std::string_view name) { return name == "uniform" || name == "range"; }

AssignmentResult assign(std::string_view assignor, const AssignmentInput& input) {
  return assignor == "range" ? assign_range(input) : assign_uniform(input);
}

}  // namespace spool::broker::group
