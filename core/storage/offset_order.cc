#include "core/storage/offset_order.h"

#include <algorithm>
#include <unordered_map>

namespace spool::storage {

namespace {

constexpr int64_t kRelativeOffsetMax = std::numeric_limits<int32_t>::max();

bool is_inside(const OrderedEntry& entry, const ScanOptions& bounds) {
  return entry.base_offset >= bounds.first_offset && entry.last_offset >= entry.base_offset &&
         entry.last_offset < bounds.end_offset &&
         entry.last_offset - bounds.first_offset <= kRelativeOffsetMax;
}

// Marks the longest chain of entries, each beginning after the one before it ends.
std::vector<bool> longest_chain(const std::vector<OrderedEntry>& entries,
                                const ScanOptions& bounds) {
  std::vector<size_t>
      tails;  // tails[n]: the entry that ends a chain of n + 1 with the lowest offset
  std::vector<size_t> previous(entries.size(), SIZE_MAX);
  for (size_t i = 0; i < entries.size(); ++i) {
    if (!is_inside(entries[i], bounds)) continue;
    const auto after = std::ranges::partition_point(
        tails, [&](size_t tail) { return entries[tail].last_offset < entries[i].base_offset; });
    if (after != tails.begin()) previous[i] = *(after - 1);
    if (after == tails.end())
      tails.push_back(i);
    else if (entries[i].last_offset < entries[*after].last_offset)
      *after = i;
  }
  std::vector<bool> is_kept(entries.size());
  for (size_t i = tails.empty() ? SIZE_MAX : tails.back(); i != SIZE_MAX; i = previous[i])
    is_kept[i] = true;
  return is_kept;
}

}  // namespace

uint32_t entry_crc(const EntryHeader& header, BytesView entry) {
  const size_t at = header.is_v2() ? 17 : 12;
  return entry.size() < at + 4 ? 0 : load_be<uint32_t>(entry.data() + at);
}

std::vector<OrderDecision> decide_order(const std::vector<OrderedEntry>& entries,
                                        const ScanOptions& bounds) {
  const std::vector<bool> is_kept = longest_chain(entries, bounds);
  std::unordered_map<int64_t, const OrderedEntry*> kept_by_base;
  for (size_t i = 0; i < entries.size(); ++i)
    if (is_kept[i]) kept_by_base[entries[i].base_offset.value] = &entries[i];
  std::vector<size_t> next_kept(entries.size() + 1, entries.size());
  for (size_t i = entries.size(); i-- > 0;) next_kept[i] = is_kept[i] ? i : next_kept[i + 1];

  std::vector<OrderDecision> decisions;
  Offset end = bounds.first_offset;  // after the last entry that has its place
  for (size_t i = 0; i < entries.size(); ++i) {
    const OrderedEntry& entry = entries[i];
    if (is_kept[i]) {
      end = entry.last_offset + 1;
      continue;
    }
    OrderDecision decision{.file_pos = entry.file_pos, .base_offset = entry.base_offset};
    const auto same = kept_by_base.find(entry.base_offset.value);
    const int64_t span = entry.last_offset - entry.base_offset;
    const size_t next = next_kept[i];
    if (same != kept_by_base.end() && same->second->crc == entry.crc &&
        same->second->last_offset == entry.last_offset) {
      decision.kind = OrderDecision::Kind::duplicate;
    } else if (span >= 0 && next < entries.size() && entries[next].base_offset - end == span + 1) {
      decision.kind = OrderDecision::Kind::rebase;
      decision.fixed_offset = end;
      end = end + (span + 1);
    }
    decisions.push_back(decision);
  }
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
