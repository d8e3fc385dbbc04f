#include "core/storage/epoch_order.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "core/storage/log_scan.h"
#include "core/storage/offset_order.h"
#include "core/storage/segment.h"

namespace spool::storage {

namespace {

/// The best chain that ends with a certain run: the one with the most batches, of these the one
/// with the fewest changes of epoch.
struct EpochChain {
  int64_t batches_count = 0;
  int64_t changes = 0;
  size_t last = SIZE_MAX;
  bool is_better_than(const EpochChain& other) const {
    return std::tie(batches_count, other.changes) > std::tie(other.batches_count, changes);
  }
};

// Marks the best chain of runs whose epochs do not decrease.
std::vector<bool> best_chain(const std::vector<EpochRun>& runs) {
  std::map<LeaderEpoch, EpochChain> best;      // by the epoch it ends with; later ones are better
  std::map<LeaderEpoch, EpochChain> by_epoch;  // the best for every epoch
  std::vector<size_t> previous(runs.size(), SIZE_MAX);
  for (size_t i = 0; i < runs.size(); ++i) {
    const LeaderEpoch epoch = runs[i].leader_epoch;
    EpochChain& same = by_epoch[epoch];
    EpochChain chain = same;
    const auto after = best.upper_bound(epoch);
    if (after != best.begin()) {
      EpochChain changed = std::prev(after)->second;
      ++changed.changes;
      if (changed.is_better_than(chain)) chain = changed;
    }
    previous[i] = chain.last;
    chain.batches_count += runs[i].batches_count;
    chain.last = i;
    same = chain;  // better by this run than what it goes on with, which is at least as good
    auto worse = best.lower_bound(epoch);
    while (worse != best.end() && !worse->second.is_better_than(chain)) worse = best.erase(worse);
    best[epoch] = chain;
  }
  std::vector<bool> is_kept(runs.size());
  for (size_t i = best.empty() ? SIZE_MAX : best.rbegin()->second.last; i != SIZE_MAX;
       i = previous[i])
    is_kept[i] = true;
  return is_kept;
}

}  // namespace

void add_to_runs(std::vector<EpochRun>& runs, Offset segment, const EntryHeader& entry) {
  if (!entry.is_v2() || entry.leader_epoch < LeaderEpoch(0)) return;
  if (runs.empty() || runs.back().leader_epoch != entry.leader_epoch ||
      runs.back().segment != segment)
    runs.push_back({entry.leader_epoch, entry.base_offset, segment, entry.file_pos});
  runs.back().last_start = entry.base_offset;
  ++runs.back().batches_count;
}

void decide_epochs(std::vector<EpochRun>& runs) {
  const std::vector<bool> is_kept = best_chain(runs);
  const auto first = std::ranges::find(is_kept, true);
  if (first == is_kept.end()) return;
  // What is wrong at the very beginning takes the epoch of what follows.
  LeaderEpoch around = runs[static_cast<size_t>(first - is_kept.begin())].leader_epoch;
  for (size_t i = 0; i < runs.size(); ++i) {
    if (is_kept[i]) around = runs[i].leader_epoch;
    runs[i].right_epoch = around;
  }
}

Result<std::vector<EpochRun>> decide_epochs(FileSystem& fs, const std::string& path,
                                            const std::vector<Offset>& segments) {
  std::vector<EpochRun> runs;
  for (size_t i = 0; i < segments.size(); ++i) {
    TRY_ASSIGN(const auto file,
               fs.open(offset_path(path, segments[i], kLogSuffix), OpenMode::read));
    ScanOptions bounds{.first_offset = segments[i]};
    if (i + 1 < segments.size()) bounds.end_offset = segments[i + 1];
    TRY_ASSIGN(const auto decisions, decide_order(*file, bounds));
    TRY_ASSIGN(auto scan, LogScan::open(*file, bounds));
    std::vector<EntryHeader> placed;
    for (size_t next = 0;;) {
      TRY_ASSIGN(const auto item, scan.next());
      if (!item) break;
      if (!item->is_whole()) continue;
      // Converted messages have the epochs of whoever converted them.
      if (!item->header.is_v2()) return std::vector<EpochRun>();
      placed.push_back(item->header);
      if (next == decisions.size() || decisions[next].file_pos != item->file_pos) continue;
      const OrderDecision& decision = decisions[next++];
      if (decision.kind == OrderDecision::Kind::rebase)
        placed.back().base_offset = decision.fixed_offset;
      else if (decision.kind != OrderDecision::Kind::move)
        placed.pop_back();
    }
    std::ranges::sort(placed, {}, &EntryHeader::base_offset);
    for (const EntryHeader& entry : placed) add_to_runs(runs, segments[i], entry);
  }
  decide_epochs(runs);
  return runs;
}

}  // namespace spool::storage
