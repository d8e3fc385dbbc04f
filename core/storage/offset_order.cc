#include "core/storage/offset_order.h"

#include <algorithm>
#include <map>
#include <span>
#include <tuple>
#include <unordered_map>
#include <unordered_set>

namespace spool::storage {

namespace {

bool is_inside(const OrderedEntry& entry, const ScanOptions& bounds) {
  return entry.base_offset >= bounds.first_offset && entry.last_offset >= entry.base_offset &&
         entry.last_offset < bounds.end_offset &&
         entry.last_offset - bounds.first_offset <= kRelativeOffsetMax;
}

/// The best chain of entries that ends with a certain one: the longest, of these one with the
/// fewest holes (one that the entries left out there fill exactly is none: their base offsets are
/// wrong), of these one with the most bodies that are nowhere else (of two batches with one body
/// and different offsets one is a copy), of these one whose holes have room for what was left out
/// there, of these one with the most offsets.
struct Chain {
  int64_t length = 0;
  int64_t joints = 0;  // places without a hole
  int64_t bodies = 0;  // entries whose body no entry at other offsets has
  int64_t rooms = 0;   // holes with room for the entries that were left out there
  int64_t offsets = 0;
  size_t last = SIZE_MAX;
  bool is_better_than(const Chain& other) const {
    return std::tie(length, joints, bodies, rooms, offsets) >
           std::tie(other.length, other.joints, other.bodies, other.rooms, other.offsets);
  }
};

/// The best chains, by what it takes to go on with them without a hole.
class JoinableChains {
 public:
  /// first  where a chain begins that has no entry yet
  explicit JoinableChains(Offset first) { add({}, first, 0); }

  /// end          behind the chain's last entry
  /// spans_until  offsets of all entries up to that one
  void add(const Chain& chain, Offset end, int64_t spans_until) {
    keep_better(by_end_[end.value], chain);
    keep_better(by_rest_[end.value - spans_until], chain);
  }

  /// Of chains to go on with at `next`: one that has a joint there, or `best`.
  /// spans_until  offsets of all entries before that at `next`
  Chain better_of(const Chain& best, Offset next, int64_t spans_until) const {
    Chain chain = best;
    const auto join = [&](const std::unordered_map<int64_t, Chain>& chains, int64_t key) {
      const auto found = chains.find(key);
      if (found == chains.end()) return;
      Chain joined = found->second;
      ++joined.joints;
      keep_better(chain, joined);
    };
    join(by_end_, next.value);
    join(by_rest_, next.value - spans_until);
    return chain;
  }

 private:
  static void keep_better(Chain& known, const Chain& chain) {
    if (chain.is_better_than(known)) known = chain;
  }
  std::unordered_map<int64_t, Chain> by_end_;
  // By the end less the offsets of all entries up to there. This difference is the same where the
  // entries between fill the hole exactly.
  std::unordered_map<int64_t, Chain> by_rest_;
};

// How many offsets an entry has; 0 when its last one lies beyond what a number holds.
int64_t span_of(const OrderedEntry& entry) {
  return entry.last_offset < entry.base_offset ? 0 : entry.last_offset - entry.base_offset + 1;
}

// The checksums that entries at different offsets have.
std::unordered_set<uint32_t> shared_crcs(const std::vector<OrderedEntry>& entries) {
  std::unordered_map<uint32_t, Offset> base_by_crc;
  std::unordered_set<uint32_t> shared;
  for (const OrderedEntry& entry : entries) {
    const auto known = base_by_crc.emplace(entry.crc, entry.base_offset).first;
    if (known->second != entry.base_offset) shared.insert(entry.crc);
  }
  return shared;
}

// Marks the best chain of entries, each beginning after the one before it ends.
std::vector<bool> best_chain(const std::vector<OrderedEntry>& entries, const ScanOptions& bounds) {
  std::vector<int64_t> spans{0};  // of all entries before one
  for (const OrderedEntry& entry : entries) spans.push_back(spans.back() + span_of(entry));
  const std::unordered_set<uint32_t> shared = shared_crcs(entries);
  std::map<Offset, Chain> best;  // by its last offset; later ones are better
  JoinableChains joinable(bounds.first_offset);
  std::vector<size_t> previous(entries.size(), SIZE_MAX);
  for (size_t i = 0; i < entries.size(); ++i) {
    if (!is_inside(entries[i], bounds)) continue;
    const auto after = best.lower_bound(entries[i].base_offset);
    Chain chain = joinable.better_of(after == best.begin() ? Chain() : std::prev(after)->second,
                                     entries[i].base_offset, spans[i]);
    previous[i] = chain.last;
    const bool is_first = chain.last == SIZE_MAX;
    const Offset end = is_first ? bounds.first_offset : entries[chain.last].last_offset + 1;
    const int64_t left_out = spans[i] - spans[is_first ? 0 : chain.last + 1];
    if (left_out > 0 && left_out <= entries[i].base_offset - end) ++chain.rooms;
    const Offset last = entries[i].last_offset;
    ++chain.length;
    if (!shared.contains(entries[i].crc)) ++chain.bodies;
    chain.offsets += last - entries[i].base_offset + 1;
    chain.last = i;
    joinable.add(chain, last + 1, spans[i + 1]);
    auto next = best.upper_bound(last);
    if (next != best.begin() && !chain.is_better_than(std::prev(next)->second)) continue;
    next = best.lower_bound(last);
    while (next != best.end() && !next->second.is_better_than(chain)) next = best.erase(next);
    best.emplace(last, chain);
  }
  std::vector<bool> is_kept(entries.size());
  if (best.empty()) return is_kept;
  const Chain whole = joinable.better_of(best.rbegin()->second, bounds.end_offset, spans.back());
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

using KeptEntries = std::unordered_map<int64_t, const OrderedEntry*>;  // by base offset

bool is_copy(const OrderedEntry& entry, const KeptEntries& kept) {
  const auto same = kept.find(entry.base_offset.value);
  return same != kept.end() && same->second->crc == entry.crc &&
         same->second->last_offset == entry.last_offset;
}

/// Decides about the entries left out between two that are kept: which are copies, and whether the
/// others fill the hole.
void decide_between(std::span<const OrderedEntry> left_out, Offset hole_begin, Offset hole_end,
                    const KeptEntries& kept, TakenOffsets& taken,
                    std::vector<OrderDecision>& decisions) {
  int64_t span = 0;  // of all that are no copies
  for (const OrderedEntry& entry : left_out)
    if (!is_copy(entry, kept)) span += span_of(entry);
  const bool fills_hole = span > 0 && hole_end - hole_begin == span;
  for (const OrderedEntry& entry : left_out) {
    OrderDecision decision{.file_pos = entry.file_pos, .base_offset = entry.base_offset};
    if (is_copy(entry, kept)) {
      decision.kind = OrderDecision::Kind::duplicate;
    } else if (fills_hole && span_of(entry) > 0) {
      decision.kind = OrderDecision::Kind::rebase;
      decision.fixed_offset = hole_begin;
      hole_begin = hole_begin + span_of(entry);
      taken.add(decision.fixed_offset, hole_begin - 1);
    }
    decisions.push_back(decision);
  }
}

/// Entries that have no place yet go where their own offsets are free. What has no place then and
/// the body of one that has is a copy with another base offset.
void place_the_rest(const std::vector<OrderedEntry>& left_out, const ScanOptions& bounds,
                    const std::unordered_set<uint32_t>& kept_crcs, TakenOffsets& taken,
                    std::vector<OrderDecision>& decisions) {
  for (size_t i = 0; i < decisions.size(); ++i) {
    const OrderedEntry& entry = left_out[i];
    if (decisions[i].kind != OrderDecision::Kind::unplaceable) continue;
    if (is_inside(entry, bounds) && taken.is_free(entry.base_offset, entry.last_offset)) {
      decisions[i].kind = OrderDecision::Kind::move;
      taken.add(entry.base_offset, entry.last_offset);
    } else if (entry.crc != 0 && kept_crcs.contains(entry.crc)) {
      decisions[i].kind = OrderDecision::Kind::duplicate;
    }
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
  KeptEntries kept;
  std::unordered_set<uint32_t> kept_crcs;
  for (size_t i = 0; i < entries.size(); ++i) {
    if (!is_kept[i]) continue;
    kept[entries[i].base_offset.value] = &entries[i];
    kept_crcs.insert(entries[i].crc);
  }

  std::vector<OrderDecision> decisions;
  std::vector<OrderedEntry> left_out;
  TakenOffsets taken;
  Offset end = bounds.first_offset;  // after the last entry that has its place
  for (size_t i = 0; i < entries.size();) {
    if (is_kept[i]) {
      taken.add(entries[i].base_offset, entries[i].last_offset);
      end = entries[i++].last_offset + 1;
      continue;
    }
    const size_t begin = left_out.size();
    for (; i < entries.size() && !is_kept[i]; ++i) left_out.push_back(entries[i]);
    const Offset hole_end = i < entries.size() ? entries[i].base_offset : bounds.end_offset;
    decide_between(std::span(left_out).subspan(begin), end, hole_end, kept, taken, decisions);
  }
  place_the_rest(left_out, bounds, kept_crcs, taken, decisions);
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
