#include "core/storage/index_file.h"

#include <algorithm>
#include <array>

#include "core/base/text.h"

namespace spool::storage {

OffsetIndexEntry OffsetIndexEntry::decode(const uint8_t* from) {
  return {.relative_offset = load_be<int32_t>(from), .file_pos = load_be<int32_t>(from + 4)};
}

void OffsetIndexEntry::encode(uint8_t* to) const {
  store_be(to, relative_offset);
  store_be(to + 4, file_pos);
}

TimeIndexEntry TimeIndexEntry::decode(const uint8_t* from) {
  return {.timestamp_ms = load_be<int64_t>(from), .relative_offset = load_be<int32_t>(from + 8)};
}

void TimeIndexEntry::encode(uint8_t* to) const {
  store_be(to, timestamp_ms);
  store_be(to + 8, relative_offset);
}

TransactionIndexEntry TransactionIndexEntry::decode(const uint8_t* from) {
  return {.version = load_be<int16_t>(from),
          .producer_id = ProducerId(load_be<int64_t>(from + 2)),
          .first_offset = Offset(load_be<int64_t>(from + 10)),
          .last_offset = Offset(load_be<int64_t>(from + 18)),
          .last_stable_offset = Offset(load_be<int64_t>(from + 26))};
}

void TransactionIndexEntry::encode(uint8_t* to) const {
  store_be(to, version);
  store_be(to + 2, producer_id.value);
  store_be(to + 10, first_offset.value);
  store_be(to + 18, last_offset.value);
  store_be(to + 26, last_stable_offset.value);
}

namespace {

int64_t sort_key(const OffsetIndexEntry& entry) { return entry.key(); }
int64_t sort_key(const TimeIndexEntry& entry) { return entry.key(); }
int64_t sort_key(const TransactionIndexEntry& entry) { return entry.last_offset.value; }

bool is_zero(const OffsetIndexEntry& entry) { return entry == OffsetIndexEntry{}; }
bool is_zero(const TimeIndexEntry& entry) {
  return entry.timestamp_ms == 0 && entry.relative_offset == 0;
}
bool is_zero(const TransactionIndexEntry&) { return false; }  // never preallocated

}  // namespace

template <class Entry>
Result<IndexReader<Entry>> IndexReader<Entry>::open(FileSystem& fs, const std::string& path) {
  IndexReader reader;
  auto file = fs.open(path, OpenMode::read);
  if (!file && file.error().code() == ErrorCode::not_found) return reader;
  if (!file) return fail(std::move(file.error()));
  reader.file_ = std::move(*file);
  TRY_ASSIGN(const int64_t size, reader.file_->size());
  reader.count_ = size / static_cast<int64_t>(Entry::kBytes);
  TRY(reader.drop_zero_tail());
  return reader;
}

// Real entries come first, zeros after them: the first zero entry is found by halving. Entry 0
// counts as zero only when a zero follows it: (0, 0) alone can be the first entry of a time index.
template <class Entry>
Status IndexReader<Entry>::drop_zero_tail() {
  if (count_ < 2) return {};
  TRY_ASSIGN(const Entry last, at(count_ - 1));
  if (!is_zero(last)) return {};
  int64_t low = 0, high = count_ - 1;
  while (low < high) {
    const int64_t middle = low + (high - low) / 2;
    TRY_ASSIGN(const Entry entry, at(middle));
    if (is_zero(entry))
      high = middle;
    else
      low = middle + 1;
  }
  count_ = low;
  return {};
}

template <class Entry>
Result<Entry> IndexReader<Entry>::at(int64_t index) const {
  std::array<uint8_t, Entry::kBytes> bytes;
  TRY_ASSIGN(const size_t got, file_->read_at(index * static_cast<int64_t>(Entry::kBytes), bytes));
  if (got < bytes.size()) return fail(ErrorCode::io_error, concat(file_->path(), ": short read"));
  return Entry::decode(bytes.data());
}

template <class Entry>
Result<int64_t> IndexReader<Entry>::count_below(int64_t target) const {
  int64_t low = 0, high = count_;
  while (low < high) {
    const int64_t middle = low + (high - low) / 2;
    TRY_ASSIGN(const Entry entry, at(middle));
    if (sort_key(entry) < target)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

template <class Entry>
Result<std::optional<Entry>> IndexReader<Entry>::find(int64_t target) const {
  TRY_ASSIGN(int64_t below, count_below(target));
  if (below < count_) {
    TRY_ASSIGN(const Entry next, at(below));
    if (sort_key(next) == target) return next;
  }
  if (below == 0) return std::nullopt;
  TRY_ASSIGN(const Entry entry, at(below - 1));
  return entry;
}

template <class Entry>
Result<std::vector<Entry>> IndexReader<Entry>::all() const {
  std::vector<Entry> entries;
  if (count_ == 0) return entries;
  Buffer bytes(static_cast<size_t>(count_) * Entry::kBytes);
  TRY_ASSIGN(const size_t got, file_->read_at(0, bytes));
  entries.reserve(got / Entry::kBytes);
  for (size_t pos = 0; pos + Entry::kBytes <= got; pos += Entry::kBytes)
    entries.push_back(Entry::decode(bytes.data() + pos));
  return entries;
}

template <class Entry>
Status GrowingIndex<Entry>::load(FileSystem& fs, const std::string& path) {
  clear();
  TRY_ASSIGN(const auto reader, IndexReader<Entry>::open(fs, path));
  file_count_ = reader.count();
  if (file_count_ > 0) {
    TRY_ASSIGN(last_, reader.at(file_count_ - 1));
  }
  return {};
}

template <class Entry>
std::optional<Entry> GrowingIndex<Entry>::find_in_tail(int64_t target) const {
  const auto after = std::ranges::upper_bound(tail_, target, {}, &Entry::key);
  if (after == tail_.begin()) return std::nullopt;
  return *(after - 1);
}

template <class Entry>
Status GrowingIndex<Entry>::write_out(FileSystem& fs, const std::string& path) {
  TRY_ASSIGN(const auto file, fs.open(path, OpenMode::create));
  const int64_t used = file_count_ * static_cast<int64_t>(Entry::kBytes);
  TRY_ASSIGN(const int64_t size, file->size());
  if (size != used) TRY(file->truncate(used));
  std::array<uint8_t, kTailMax * Entry::kBytes> block;
  for (size_t begin = 0; begin < tail_.size(); begin += kTailMax) {
    const size_t n = std::min(kTailMax, tail_.size() - begin);
    for (size_t i = 0; i < n; ++i) tail_[begin + i].encode(block.data() + i * Entry::kBytes);
    TRY(file->write_at(used + static_cast<int64_t>(begin * Entry::kBytes),
                       BytesView(block).first(n * Entry::kBytes)));
  }
  file_count_ += static_cast<int64_t>(tail_.size());
  tail_.clear();
  return {};
}

template class IndexReader<OffsetIndexEntry>;
template class IndexReader<TimeIndexEntry>;
template class IndexReader<TransactionIndexEntry>;
template class GrowingIndex<OffsetIndexEntry>;
template class GrowingIndex<TimeIndexEntry>;

}  // namespace spool::storage
