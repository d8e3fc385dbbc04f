#include "core/storage/leader_epochs.h"

#include <algorithm>

namespace spool::storage {

void LeaderEpochCache::load(const std::vector<EpochStart>& entries) {
  entries_.clear();
  for (const EpochStart& entry : entries)
    if (entry.leader_epoch.value >= 0 && entry.start_offset.value >= 0)
      assign(entry.leader_epoch, entry.start_offset);
}

bool LeaderEpochCache::assign(LeaderEpoch epoch, Offset start) {
  if (!entries_.empty() && epoch == entries_.back().leader_epoch &&
      start >= entries_.back().start_offset)
    return false;
  while (!entries_.empty() &&
         (entries_.back().leader_epoch >= epoch || entries_.back().start_offset >= start))
    entries_.pop_back();
  entries_.push_back({epoch, start});
  return true;
}

bool LeaderEpochCache::truncate_from_end(Offset end) {
  return std::erase_if(entries_, [end](const EpochStart& e) { return e.start_offset >= end; }) > 0;
}

bool LeaderEpochCache::truncate_from_start(Offset start) {
  const auto kept = std::ranges::upper_bound(entries_, start, {}, &EpochStart::start_offset);
  if (kept == entries_.begin()) return false;
  if (kept - entries_.begin() == 1 && entries_.front().start_offset == start) return false;
  EpochStart last = *(kept - 1);
  last.start_offset = start;
  entries_.erase(entries_.begin(), kept);
  entries_.insert(entries_.begin(), last);
  return true;
}

bool LeaderEpochCache::clear() {
  const bool had_any = !entries_.empty();
  entries_.clear();
  return had_any;
}

std::optional<LeaderEpoch> LeaderEpochCache::latest() const {
  if (entries_.empty()) return std::nullopt;
  return entries_.back().leader_epoch;
}

std::optional<LeaderEpoch> LeaderEpochCache::at(Offset offset) const {
  const auto after = std::ranges::upper_bound(entries_, offset, {}, &EpochStart::start_offset);
  if (after == entries_.begin()) return std::nullopt;
  return (after - 1)->leader_epoch;
}

std::optional<EpochStart> LeaderEpochCache::end_offset_for(LeaderEpoch epoch,
                                                           Offset log_end_offset) const {
  if (epoch < LeaderEpoch(0) || entries_.empty()) return std::nullopt;
  if (epoch == entries_.back().leader_epoch) return EpochStart{epoch, log_end_offset};
  const auto above = std::ranges::upper_bound(entries_, epoch, {}, &EpochStart::leader_epoch);
  if (above == entries_.end()) return std::nullopt;
  if (above == entries_.begin()) return EpochStart{epoch, above->start_offset};
  return EpochStart{(above - 1)->leader_epoch, above->start_offset};
}

}  // namespace spool::storage
