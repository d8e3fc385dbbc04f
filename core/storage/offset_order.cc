#include "core/storage/offset_order.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <unordered_map>

namespace spool::storage {

namespace {

constexpr int64_t kRelativeOffsetMax = std::numeric_limits<int32_t>::max();

bool is_inside(const OrderedEntry& entry, const ScanOptions& bounds) {
  return entry.base_offset >= bounds.first_offset && entry.last_offset >= entry.base_offset &&
         entry.last_offset < bounds.end_offset &&
         entry.last_offset - bounds.first_offset <= kRelativeOffsetMax;
}

/// The best chain of entries that ends with a certain one: the longest, of these one with the
/// fewest holes, of these one whose holes have room for what lies there in the file (of two entries
/// with the same offsets the one whose base offset is wrong lies where others are missing), of
/// these one with the most offsets.
struct Chain {
  int64_t length = 0;
  int64_t joints = 0;  // places without a hole
  int64_t rooms = 0;   // holes with room for the entries that were left out there
  int64_t offsets = 0;
  size_t last = SIZE_MAX;
  bool is_better_than(const Chain& other) const {
    return std::tie(length, joints, rooms, offsets) >
           std::tie(other.length, other.joints, other.rooms, other.offsets);
  }
};

/// Of two chains to go on with: one that has a joint there, or the best of all.
Chain better_of(const Chain& best, const std::unordered_map<int64_t, Chain>& by_last, Offset next) {
  const auto found = by_last.find(next.value - 1);
  if (found == by_last.end()) return best;
  Chain joined = found->second;
  ++joined.joints;
  return joined.is_better_than(best) ? joined : best;
}

// How many offsets an entry has; 0 when its last one lies beyond what a number holds.
int64_t span_of(const OrderedEntry& entry) {
  return entry.last_offset < entry.base_offset ? 0 : entry.last_offset - entry.base_offset + 1;
}

// Marks the best chain of entries, each beginning after the one before it ends.
std::vector<bool> best_chain(const std::vector<OrderedEntry>& entries, const ScanOptions& bounds) {
  std::vector<int64_t> spans{0};  // of all entries before one
  for (const OrderedEntry& entry : entries) spans.push_back(spans.back() + span_of(entry));
  std::map<Offset, Chain> best;                // by its last offset; later ones are better
  std::unordered_map<int64_t, Chain> by_last;  // the best for every last offset
  std::vector<size_t> previous(entries.size(), SIZE_MAX);
  by_last[bounds.first_offset.value - 1] = {};
  for (size_t i = 0; i < entries.size(); ++i) {
    if (!is_inside(entries[i], bounds)) continue;
    const auto after = best.lower_bound(entries[i].base_offset);
    Chain chain = better_of(after == best.begin() ? Chain() : std::prev(after)->second, by_last,
                            entries[i].base_offset);
    previous[i] = chain.last;
    const bool is_first = chain.last == SIZE_MAX;
    const Offset end = is_first ? bounds.first_offset : entries[chain.last].last_offset + 1;
    const int64_t left_out = spans[i] - spans[is_first ? 0 : chain.last + 1];
    if (left_out > 0 && left_out <= entries[i].base_offset - end) ++chain.rooms;
    const Offset last = entries[i].last_offset;
    ++chain.length;
    chain.offsets += last - entries[i].base_offset + 1;
    chain.last = i;
    Chain& known = by_last[last.value];
    if (chain.is_better_than(known)) known = chain;
    auto next = best.upper_bound(last);
    if (next != best.begin() && !chain.is_better_than(std::prev(next)->second)) continue;
    next = best.lower_bound(last);
    while (next != best.end() && !next->second.is_better_than(chain)) next = best.erase(next);
    best.emplace(last, chain);
  }
  std::vector<bool> is_kept(entries.size());
  if (best.empty()) return is_kept;
  const Chain whole = better_of(best.rbegin()->second, by_last, bounds.end_offset);
  for (size_t i = whole.last; i != SIZE_MAX; i = previous[i]) is_kept[i] = true;
  return is_kept;
}

/// Which offsets have an entry.
class TakenOffsets {
 public:
  void add(Offset base, Offset last) { by_base_[base] = last; }
  bool is_free(Offset base, Offset last) const {
    const auto after = by_base_.upper_bound(last);
    return after == by_base_.begin() || std::prev(after)->second < base;
  }

 private:
  std::map<Offset, Offset> by_base_;
};

/// Entries that were left out go where their own offsets are free.
void move_to_free_offsets(const std::vector<OrderedEntry>& left_out, const ScanOptions& bounds,
                          TakenOffsets& taken, std::vector<OrderDecision>& decisions) {
  for (size_t i = 0; i < decisions.size(); ++i) {
    const OrderedEntry& entry = left_out[i];
    if (decisions[i].kind != OrderDecision::Kind::unplaceable || !is_inside(entry, bounds) ||
        !taken.is_free(entry.base_offset, entry.last_offset))
      continue;
    decisions[i].kind = OrderDecision::Kind::move;
    taken.add(entry.base_offset, entry.last_offset);
  }
}

}  // namespace

uint32_t entry_crc(const EntryHeader& header, BytesView entry) {
  const size_t at = header.is_v2() ? 17 : 12;
  return entry.size() < at + 4 ? 0 : load_be<uint32_t>(entry.data() + at);
}

std::vector<OrderDecision> decide_order(const std::vector<OrderedEntry>& entries,
                                        const ScanOptions& bounds) {
  const std::vector<bool> is_kept = best_chain(entries, bounds);
  std::unordered_map<int64_t, const OrderedEntry*> kept_by_base;
  for (size_t i = 0; i < entries.size(); ++i)
    if (is_kept[i]) kept_by_base[entries[i].base_offset.value] = &entries[i];
  std::vector<size_t> next_kept(entries.size() + 1, entries.size());
  for (size_t i = entries.size(); i-- > 0;) next_kept[i] = is_kept[i] ? i : next_kept[i + 1];

  std::vector<OrderDecision> decisions;
  std::vector<OrderedEntry> left_out;
  TakenOffsets taken;
  Offset end = bounds.first_offset;  // after the last entry that has its place
  for (size_t i = 0; i < entries.size(); ++i) {
    const OrderedEntry& entry = entries[i];
    if (is_kept[i]) {
      taken.add(entry.base_offset, entry.last_offset);
      end = entry.last_offset + 1;
      continue;
    }
    OrderDecision decision{.file_pos = entry.file_pos, .base_offset = entry.base_offset};
    const auto same = kept_by_base.find(entry.base_offset.value);
    const int64_t span = span_of(entry);
    const size_t next = next_kept[i];
    if (same != kept_by_base.end() && same->second->crc == entry.crc &&
        same->second->last_offset == entry.last_offset) {
      decision.kind = OrderDecision::Kind::duplicate;
    } else if (span > 0 && next < entries.size() && entries[next].base_offset - end == span) {
      decision.kind = OrderDecision::Kind::rebase;
      decision.fixed_offset = end;
      taken.add(end, end + (span - 1));
      end = end + span;
    }
    decisions.push_back(decision);
    left_out.push_back(entry);
  }
  move_to_free_offsets(left_out, bounds, taken, decisions);
  return decisions;
}

Result<std::vector<OrderDecision>> decide_order(const File& file, const ScanOptions& bounds) {
  TRY_ASSIGN(LogScan scan, LogScan::open(file, bounds));
  std::vector<OrderedEntry> entries;
  while (entries.size() < kOrderedEntriesMax) {
    TRY_ASSIGN(const auto item, scan.next());
    if (!item) break;
    if (!item->is_whole()) continue;
    entries.push_back({item->file_pos, item->header.base_offset, item->header.last_offset,
                       entry_crc(item->header, item->bytes)});
  }
  return decide_order(entries, bounds);
}

}  // namespace spool::storage
