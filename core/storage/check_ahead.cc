#include "core/storage/check_ahead.h"

#include <algorithm>

#include "core/storage/verify_segment.h"

namespace spool::storage {

namespace {

void keep_for_replay(BytesView bytes, CheckedChunk& chunk, CheckedChunk::Entry& entry) {
  if (entry.header.producer_id <= kNoProducerId) return;
  const bool is_control = record::BatchView(bytes).is_control();
  entry.kept_pos = chunk.kept.size();
  entry.kept_bytes = is_control ? bytes.size() : record::kBatchHeaderBytes;
  append(chunk.kept, bytes.first(entry.kept_bytes));
  if (!is_control) store_be(chunk.kept.data() + entry.kept_pos + 8, record::kBatchSizeMin);
}

}  // namespace

/// What a thread needs to check chunks.
struct CheckAhead::Worker {
  Buffer window = Buffer(LogScan::kWindowBytes);
  RecordsCheck records;

  std::unique_ptr<CheckedChunk> check(const File& file, int64_t begin, int64_t end,
                                      bool checks_records) {
    auto chunk = std::make_unique<CheckedChunk>();
    EntryReader reader(file, begin, end, window);
    FindingList findings;
    for (;;) {
      const auto header = reader.next();
      if (!header) return nullptr;
      if (!*header) break;
      CheckedChunk::Entry entry{.header = **header};
      const bool is_readable = entry.header.magic == 2 &&
                               entry.header.size_bytes <= static_cast<int64_t>(LogScan::kBytesMax);
      const auto bytes = is_readable ? reader.bytes(entry.header) : Result<BytesView>();
      if (!is_readable || !bytes || !is_entry_valid(entry.header, *bytes)) return nullptr;
      const ScanItem item{.file_pos = entry.header.file_pos,
                          .size_bytes = entry.header.size_bytes,
                          .header = entry.header,
                          .has_header = true,
                          .bytes = *bytes};
      if (checks_records) entry.records_count = records.take(item, file.path(), findings);
      if (!findings.findings().empty()) return nullptr;
      keep_for_replay(*bytes, *chunk, entry);
      chunk->entries.push_back(entry);
    }
    if (reader.file_pos() != end) return nullptr;
    return chunk;
  }
};

CheckAhead::CheckAhead(const File& file, std::vector<int64_t> cuts, bool checks_records,
                       int threads)
    : file_(file),
      cuts_(std::move(cuts)),
      checks_records_(checks_records),
      parts_ahead_max_(2 * static_cast<size_t>(threads) + 1),
      own_(std::make_unique<Worker>()),
      parts_(cuts_.empty() ? 0 : cuts_.size() - 1) {
  for (int i = 0; i < threads; ++i) threads_.emplace_back([this] { work(); });
}

CheckAhead::~CheckAhead() {
  {
    const std::lock_guard lock(mutex_);
    is_stopping_ = true;
  }
  changed_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

std::unique_ptr<CheckedChunk> CheckAhead::take(int64_t file_pos) {
  std::unique_lock lock(mutex_);
  while (next_ < parts_.size() && cuts_[next_] < file_pos) parts_[next_++].sound.reset();
  if (next_ == parts_.size() || cuts_[next_] != file_pos) return nullptr;
  while (!parts_[next_].is_done) {
    size_t part = 0;
    if (claim(part))
      check_part(*own_, part, lock);
    else
      changed_.wait(lock);
  }
  auto chunk = std::move(parts_[next_++].sound);
  changed_.notify_all();
  return chunk;
}

bool CheckAhead::claim(size_t& part) {
  claimed_ = std::max(claimed_, next_);
  if (claimed_ == parts_.size() || claimed_ >= next_ + parts_ahead_max_) return false;
  part = claimed_++;
  return true;
}

void CheckAhead::check_part(Worker& worker, size_t part, std::unique_lock<std::mutex>& lock) {
  lock.unlock();
  auto chunk = worker.check(file_, cuts_[part], cuts_[part + 1], checks_records_);
  lock.lock();
  parts_[part].is_done = true;
  if (part >= next_) parts_[part].sound = std::move(chunk);
  changed_.notify_all();
}

void CheckAhead::work() {
  Worker worker;
  std::unique_lock lock(mutex_);
  while (!is_stopping_) {
    size_t part = 0;
    if (claim(part))
      check_part(worker, part, lock);
    else
      changed_.wait(lock);
  }
}

}  // namespace spool::storage
