#include "core/storage/partition_log.h"

#include <algorithm>

#include "core/base/text.h"

namespace spool::storage {

namespace {

ProducerChecks checks_of(AppendOrigin origin) {
  switch (origin) {
    case AppendOrigin::client:
      return ProducerChecks::all;
    case AppendOrigin::coordinator:
      return ProducerChecks::epochs_only;
    case AppendOrigin::raft_leader:
    case AppendOrigin::replication:
      return ProducerChecks::none;
  }
  return ProducerChecks::all;
}

constexpr int64_t kRewriteWindowBytes = 1 << 20;

bool takes_offsets_as_given(AppendOrigin origin) {
  return origin == AppendOrigin::raft_leader || origin == AppendOrigin::replication;
}

// Jitter spreads the rolls of segments that were created together. It need not be unpredictable,
// only different.
int64_t choose_jitter(int64_t jitter_ms, int64_t segment_ms, std::string_view path,
                      int64_t now_ms) {
  const int64_t range = std::min(jitter_ms, segment_ms);
  if (range <= 0) return 0;
  const size_t seed = std::hash<std::string_view>{}(path) ^ std::hash<int64_t>{}(now_ms);
  return static_cast<int64_t>(seed % static_cast<size_t>(range));
}

}  // namespace

int64_t saturating_sub(int64_t a, int64_t b) {
  int64_t difference;
  if (!__builtin_sub_overflow(a, b, &difference)) return difference;
  return a < b ? std::numeric_limits<int64_t>::min() : std::numeric_limits<int64_t>::max();
}

PartitionLog::PartitionLog(FileSystem& fs, const Clock& clock, Logger& logger, std::string path,
                           LogOpenOptions options)
    : fs_(fs),
      clock_(clock),
      logger_(logger),
      path_(std::move(path)),
      config_(options.config),
      options_(std::move(options)),
      last_flush_ms_(clock.monotonic_ms()) {}

PartitionLog::~PartitionLog() {
  if (options_.open_files != nullptr) options_.open_files->remove(*this);
}

// A partition that nobody has written to takes neither a directory nor a descriptor. The topic id
// is on stable storage before the first batch is written, as Kafka has it.
Status PartitionLog::ensure_directory() {
  if (!is_unborn_) return {};
  const auto made = fs_.make_directory(path_);
  if (!made && made.error().code() != ErrorCode::already_exists) return made;
  if (options_.topic_id) {
    const std::string metadata_path = concat(path_, '/', kPartitionMetadataFile);
    const std::string temporary = metadata_path + ".tmp";
    {
      TRY_ASSIGN(const auto file, fs_.open(temporary, OpenMode::replace));
      TRY(file->write_at(0, as_bytes(format_partition_metadata(*options_.topic_id))));
      TRY(file->sync_data());
    }
    TRY(fs_.rename(temporary, metadata_path));
  }
  TRY_ASSIGN(auto file,
             fs_.open(offset_path(path_, active().base_offset, kLogSuffix), OpenMode::replace));
  const std::lock_guard lock(mutex_);
  active().file = std::move(file);
  note_open_file();
  is_directory_unsynced_ = is_new_ = is_changed_ = true;
  is_unborn_ = false;
  return {};
}

// With mutex_ held: others that are asked for their files are never waited for.
void PartitionLog::note_open_file() const {
  if (options_.open_files != nullptr)
    options_.open_files->add(const_cast<PartitionLog&>(*this));
}

bool PartitionLog::try_release_files() {
  const std::unique_lock lock(mutex_, std::try_to_lock);
  if (!lock) return false;
  recent_file_.reset();
  recent_file_base_ = kNoOffset;
  if (!segments_.empty()) active().file.reset();
  return true;
}

Result<std::unique_ptr<Log>> Log::open(FileSystem& fs, const Clock& clock, Logger& logger,
                                       std::string path, LogOpenOptions options) {
  auto log = std::make_unique<PartitionLog>(fs, clock, logger, std::move(path), std::move(options));
  if (auto loaded = log->load(); !loaded) return fail(loaded.error().with_context(log->path()));
  return log;
}

std::optional<Offset> PartitionLog::first_unstable_offset() const {
  const int64_t first = first_unstable_offset_.load();
  if (first < 0) return std::nullopt;
  return std::max(Offset(first), log_start_offset());
}

int64_t PartitionLog::size_bytes() const { return size_bytes_.load(); }

std::vector<SegmentInfo> PartitionLog::segments() const {
  const std::lock_guard lock(mutex_);
  std::vector<SegmentInfo> infos;
  infos.reserve(segments_.size());
  for (const auto& segment : segments_)
    infos.push_back({segment->base_offset, segment->size_bytes, segment == segments_.back()});
  return infos;
}

Result<AppendResult> PartitionLog::append(MutableBytes bytes, LeaderEpoch leader_epoch,
                                          AppendOrigin origin) {
  TRY(check_appendable(bytes, leader_epoch, origin));
  if (!takes_offsets_as_given(origin)) {
    store_be(bytes.data(), log_end_offset_.load());
    store_be(bytes.data() + 12, leader_epoch.value);
  }
  const record::BatchView batch(bytes);
  if (batch.has_producer_id()) {
    TRY_ASSIGN(const auto verdict, producers_.check(batch, checks_of(origin)));
    if (verdict.duplicate)
      return AppendResult{.base_offset = verdict.duplicate->first_offset(),
                          .last_offset = verdict.duplicate->last_offset,
                          .log_append_time_ms = verdict.duplicate->timestamp_ms,
                          .log_start_offset = log_start_offset(),
                          .is_duplicate = true};
    // A marker that cannot be read must not get into the log: nothing could be done about it
    // afterwards.
    if (batch.is_control()) TRY(read_marker(batch));
  }
  TRY(ensure_directory());
  mark_used();
  if (batch.leader_epoch() > kNoLeaderEpoch)
    TRY(assign_epoch_start(batch.leader_epoch(), batch.base_offset()));
  TRY(roll_if_due(batch));
  TRY(write_batch(batch));
  TRY(note_producer(batch));
  const bool stamps_append_time =
      config_.message_timestamp_type == record::TimestampType::log_append_time;
  return AppendResult{.base_offset = batch.base_offset(),
                      .last_offset = batch.last_offset(),
                      .log_append_time_ms = stamps_append_time ? batch.max_timestamp() : -1,
                      .log_start_offset = log_start_offset()};
}

Status PartitionLog::check_appendable(MutableBytes bytes, LeaderEpoch leader_epoch,
                                      AppendOrigin origin) const {
  if (is_offline_) return fail(ErrorCode::kafka_storage_error, concat(path_, ": log is offline"));
  if (options_.is_read_only)
    return fail(ErrorCode::read_only, concat(path_, ": opened for reading"));
  if (bytes.size() < record::kBatchHeaderBytes ||
      load_be<int32_t>(bytes.data() + 8) !=
          static_cast<int64_t>(bytes.size() - record::kEntryFrameBytes))
    return fail(ErrorCode::corrupt_message, "not one whole batch");
  if (static_cast<int64_t>(bytes.size()) > config_.segment_bytes)
    return fail(ErrorCode::record_list_too_large,
                concat(bytes.size(), " bytes, a segment holds ", config_.segment_bytes));
  const record::BatchView batch(bytes);
  if (batch.magic() != 2) return fail(ErrorCode::corrupt_message, "not a v2 batch");
  if (batch.last_offset_delta() < 0)
    return fail(ErrorCode::corrupt_message, "negative last offset delta");
  if (takes_offsets_as_given(origin) && batch.base_offset() < log_end_offset())
    return fail(ErrorCode::invalid_argument,
                concat("offset ", batch.base_offset().value, " is below the log end ",
                       log_end_offset_.load()));
  if (origin == AppendOrigin::raft_leader && batch.leader_epoch() != leader_epoch)
    return fail(ErrorCode::invalid_argument, concat("batch of epoch ", batch.leader_epoch().value,
                                                    " in epoch ", leader_epoch.value));
  return {};
}

Status PartitionLog::roll_if_due(const record::BatchView& batch) {
  TRY_ASSIGN(const bool is_due, is_roll_due(batch));
  if (!is_due) return {};
  return roll_to(std::max(log_end_offset(), batch.base_offset()));
}

Result<bool> PartitionLog::is_roll_due(const record::BatchView& batch) {
  Segment& segment = active();
  const auto batch_bytes = static_cast<int64_t>(batch.size_bytes());
  if (segment.size_bytes + batch_bytes > config_.segment_bytes) return true;
  if (batch.last_offset() - segment.base_offset > std::numeric_limits<int32_t>::max()) return true;
  if (segment.is_index_full(config_.segment_index_bytes)) return true;
  if (segment.size_bytes == 0) return false;
  TRY_ASSIGN(const int64_t first_ms, first_timestamp(segment));
  const int64_t waited_ms = first_ms >= 0 ? saturating_sub(batch.max_timestamp(), first_ms)
                                          : clock_.monotonic_ms() - segment.created_ms;
  const int64_t segment_ms = config_.is_compacted
                                 ? std::min(config_.segment_ms, config_.max_compaction_lag_ms)
                                 : config_.segment_ms;
  return waited_ms > saturating_sub(segment_ms, segment.jitter_ms);
}

// Known from the append that began the segment; after a restart read once from the file.
Result<int64_t> PartitionLog::first_timestamp(Segment& segment) const {
  if (segment.first_timestamp_ms != Segment::kUnknownTimestamp) return segment.first_timestamp_ms;
  TRY_ASSIGN(const auto file,
             fs_.open(offset_path(path_, segment.base_offset, kLogSuffix), OpenMode::read));
  std::array<uint8_t, EntryReader::kWindowBytesMin> window;
  EntryReader reader(*file, 0, segment.size_bytes, window);
  const auto first = reader.next();
  if (!first && first.error().code() != ErrorCode::corrupt_message) return fail(first.error());
  // A damaged first header, behind which the log goes on, must not stop appends: the segment's age
  // decides then.
  segment.first_timestamp_ms = first && *first ? (*first)->max_timestamp_ms : -1;
  return segment.first_timestamp_ms;
}

Status PartitionLog::roll() {
  if (is_offline_) return fail(ErrorCode::kafka_storage_error, concat(path_, ": log is offline"));
  TRY(ensure_directory());
  return roll_to(log_end_offset());
}

Status PartitionLog::roll_to(Offset base_offset) {
  Segment& old = active();
  if (old.size_bytes == 0 && old.base_offset == base_offset) return {};
  TRY(finish_segment(old));
  TRY(write_snapshot(base_offset));
  TRY_ASSIGN(auto segment, create_segment(base_offset));
  const auto finished = segments_.back();
  bool is_flushed;
  {
    const std::lock_guard lock(mutex_);
    finished->file.reset();
    finished->offset_index.release_memory();
    finished->time_index.release_memory();
    segments_.push_back(std::move(segment));
    note_open_file();
    recent_.fill({});
    is_directory_unsynced_ = true;
    is_flushed = base_offset.value <= recovery_point_;
  }
  // Neither recovery nor a flush comes back to a segment that ends at the recovery point: its
  // indexes have to be as durable as its records are.
  if (!is_flushed) return {};
  Status synced = sync_segment(*finished, false);
  if (synced) synced = fs_.sync_directory(path_);
  if (synced) return {};
  recovery_point_ = base_offset.value - 1;
  return take_offline(std::move(synced.error()));
}

// Brings the index files of a segment that grows no more, or is being closed, to their final
// content.
Status PartitionLog::finish_segment(Segment& segment) {
  const std::lock_guard lock(mutex_);
  segment.add_final_time_entry();
  TRY(segment.offset_index.write_out(fs_, offset_path(path_, segment.base_offset, kIndexSuffix)));
  return segment.time_index.write_out(fs_,
                                      offset_path(path_, segment.base_offset, kTimeIndexSuffix));
}

Result<std::shared_ptr<Segment>> PartitionLog::create_segment(Offset base_offset) {
  auto segment = std::make_shared<Segment>(base_offset);
  segment->created_ms = clock_.monotonic_ms();
  segment->jitter_ms =
      choose_jitter(config_.segment_jitter_ms, config_.segment_ms, path_, clock_.wall_ms());
  if (is_unborn_) return segment;
  for (const std::string_view suffix : {kIndexSuffix, kTimeIndexSuffix, kTransactionIndexSuffix}) {
    TRY(remove_if_there(fs_, offset_path(path_, base_offset, suffix)));
  }
  TRY_ASSIGN(segment->file,
             fs_.open(offset_path(path_, base_offset, kLogSuffix), OpenMode::replace));
  is_changed_ = true;
  return segment;
}

Result<std::shared_ptr<File>> PartitionLog::active_file() {
  const std::lock_guard lock(mutex_);
  Segment& segment = active();
  if (!segment.file) {
    TRY_ASSIGN(segment.file,
               fs_.open(offset_path(path_, segment.base_offset, kLogSuffix), OpenMode::read_write));
    note_open_file();
  }
  return segment.file;
}

Status PartitionLog::write_batch(const record::BatchView& batch) {
  TRY_ASSIGN(const auto file, active_file());
  const int64_t end_pos = active().size_bytes;
  if (options_.checks_end_before_append) {
    TRY_ASSIGN(const int64_t size, file->size());
    if (size != end_pos)
      return take_offline(Error(ErrorCode::kafka_storage_error,
                                concat(file->path(), ": ends at ", size, ", was left at ", end_pos,
                                       ": another process wrote to it")));
  }
  if (auto written = file->write_at(end_pos, batch.bytes()); !written)
    return undo_write(*file, end_pos, std::move(written.error()));
  publish(batch);
  return {};
}

// A write that failed half way left bytes behind the end. With them gone the log is as before; if
// they stay, the next batch would lie behind a fragment, so there must be none.
Status PartitionLog::undo_write(File& file, int64_t size_bytes, Error cause) {
  if (file.truncate(size_bytes)) return fail(std::move(cause));
  return take_offline(std::move(cause));
}

Status PartitionLog::take_offline(Error cause) {
  is_offline_ = true;
  logger_.error(concat(path_, ": log is offline: ", cause.text()));
  return fail(ErrorCode::kafka_storage_error, std::string(cause.text()));
}

void PartitionLog::publish(const record::BatchView& batch) {
  const auto batch_bytes = static_cast<int64_t>(batch.size_bytes());
  const std::lock_guard lock(mutex_);
  Segment& segment = active();
  recent_[recent_next_++ % kRecentMax] = {batch.base_offset(), batch.last_offset(),
                                          segment.size_bytes, batch_bytes};
  segment.note_batch(batch.last_offset(), batch.max_timestamp(), batch_bytes,
                     config_.index_interval_bytes);
  // The index is a cache: a block that cannot be written now is written with the next one or
  // rebuilt by recovery.
  if (segment.offset_index.is_tail_full())
    (void)segment.offset_index.write_out(fs_,
                                         offset_path(path_, segment.base_offset, kIndexSuffix));
  if (segment.time_index.is_tail_full())
    (void)segment.time_index.write_out(fs_,
                                       offset_path(path_, segment.base_offset, kTimeIndexSuffix));
  size_bytes_ += batch_bytes;
  log_end_offset_ = batch.last_offset().value + 1;
  is_changed_ = true;
}

// The batch is in the log. A transaction that it ended as aborted must be in the index before a
// reader is told of it; where that fails the log stops, and recovery writes the index anew.
Status PartitionLog::note_producer(const record::BatchView& batch) {
  producers_.set_end_offset(log_end_offset());
  if (!batch.has_producer_id()) return {};
  auto completed = producers_.update(batch);
  if (!completed) return take_offline(std::move(completed.error()));
  if (*completed && (*completed)->is_aborted) {
    if (auto added = append_aborted(**completed); !added)
      return take_offline(std::move(added.error()));
  }
  set_first_unstable();
  return {};
}

Status PartitionLog::append_aborted(const CompletedTransaction& completed) {
  const TransactionIndexEntry entry{
      .producer_id = completed.producer_id,
      .first_offset = completed.first_offset,
      .last_offset = completed.last_offset,
      .last_stable_offset = producers_.last_stable_offset_after(completed)};
  std::array<uint8_t, TransactionIndexEntry::kBytes> bytes;
  entry.encode(bytes.data());
  TRY_ASSIGN(const auto file,
             fs_.open(offset_path(path_, active().base_offset, kTransactionIndexSuffix),
                      OpenMode::create));
  TRY_ASSIGN(const int64_t size, file->size());
  const auto entry_bytes = static_cast<int64_t>(TransactionIndexEntry::kBytes);
  return file->write_at(size / entry_bytes * entry_bytes, bytes);
}

void PartitionLog::set_first_unstable() {
  first_unstable_offset_ = producers_.first_unstable_offset().value_or(kNoOffset).value;
}

void PartitionLog::expire_producers(int64_t now_ms) {
  producers_.expire(now_ms, options_.producer_expiration_ms);
}

Status PartitionLog::assign_epoch_start(LeaderEpoch epoch, Offset start) {
  if (epoch.value < 0 || start.value < 0)
    return fail(ErrorCode::invalid_argument,
                concat("leader epoch ", epoch.value, " at offset ", start.value));
  TRY(ensure_directory());
  {
    const std::lock_guard lock(mutex_);
    if (!epochs_.assign(epoch, start) && !are_epochs_unwritten_) return {};
  }
  return write_epochs_file();
}

// Replaced in one step, made durable by the next flush: what a power cut takes, recovery reads
// again from the batches above the recovery point.
Status PartitionLog::write_epochs_file() {
  std::string text;
  {
    const std::lock_guard lock(mutex_);
    text = format_epoch_checkpoint(epochs_.entries());
    are_epochs_unwritten_ = true;
  }
  const std::string path = concat(path_, '/', kLeaderEpochFile);
  const std::string temporary = path + ".tmp";
  {
    TRY_ASSIGN(const auto file, fs_.open(temporary, OpenMode::replace));
    TRY(file->write_at(0, as_bytes(text)));
  }
  is_changed_ = true;
  TRY(fs_.rename(temporary, path));
  const std::lock_guard lock(mutex_);
  are_epochs_unwritten_ = false;
  are_epochs_unsynced_ = true;
  return {};
}

std::optional<LeaderEpoch> PartitionLog::latest_epoch() const {
  const std::lock_guard lock(mutex_);
  return epochs_.latest();
}

std::optional<EpochEnd> PartitionLog::end_offset_for_epoch(LeaderEpoch epoch) const {
  const std::lock_guard lock(mutex_);
  const auto found = epochs_.end_offset_for(epoch, log_end_offset());
  if (!found) return std::nullopt;
  return EpochEnd{found->leader_epoch, found->start_offset};
}

std::optional<LeaderEpoch> PartitionLog::epoch_at(Offset offset) const {
  const std::lock_guard lock(mutex_);
  return epochs_.at(offset);
}

// Written only when newer than the newest (storage-format 3.5), without waiting for the disk.
Status PartitionLog::write_snapshot(Offset offset) {
  if (offset <= newest_snapshot_ || offset <= Offset(0)) return {};
  TRY_ASSIGN(const auto file,
             fs_.open(offset_path(path_, offset, kSnapshotSuffix), OpenMode::replace));
  TRY(file->write_at(0, producers_.encode_snapshot()));
  newest_snapshot_ = offset;
  is_changed_ = true;
  return {};
}

bool PartitionLog::is_flush_due() const {
  const int64_t unflushed = log_end_offset_ - recovery_point_;
  if (unflushed <= 0) return false;
  if (unflushed >= config_.flush_messages) return true;
  if (saturating_sub(clock_.monotonic_ms(), last_flush_ms_) >= config_.flush_ms) return true;
  const std::lock_guard lock(mutex_);
  return !segments_.empty() && recovery_point_ < active().base_offset.value;
}

Status PartitionLog::flush() {
  if (is_unborn_) return {};
  const std::lock_guard one_at_a_time(flush_mutex_);
  if (is_offline_) return fail(ErrorCode::kafka_storage_error, concat(path_, ": log is offline"));
  SegmentList pending;
  int64_t target;
  uint32_t truncations;
  bool syncs_directory, syncs_epochs;
  {
    const std::lock_guard lock(mutex_);
    target = log_end_offset_;
    truncations = truncations_;
    syncs_directory = std::exchange(is_directory_unsynced_, false);
    syncs_epochs = std::exchange(are_epochs_unsynced_, false);
    // The last segment that begins at or below the recovery point, and all after it.
    for (const auto& segment : segments_) {
      if (segment->base_offset.value <= recovery_point_) pending.clear();
      pending.push_back(segment);
    }
  }
  last_flush_ms_ = clock_.monotonic_ms();
  if (target <= recovery_point_ && !syncs_directory && !syncs_epochs) return {};
  // After a failed fsync the kernel drops the pages as if they were written: asking again would
  // lie.
  if (auto synced = sync_pending(pending, syncs_directory, syncs_epochs); !synced)
    return take_offline(std::move(synced.error()));
  const std::lock_guard lock(mutex_);
  // A segment that was finished meanwhile was synced as an active one, without its indexes.
  for (const auto& segment : segments_)
    if (segment->base_offset > pending.back()->base_offset) {
      target = std::min(target, segment->base_offset.value - 1);
      break;
    }
  if (truncations == truncations_) recovery_point_ = std::max<int64_t>(recovery_point_, target);
  return {};
}

Status PartitionLog::rewrite_unflushed() {
  const Offset from = recovery_point();
  for (size_t i = 0; i < segments_.size(); ++i) {
    const bool ends_before = i + 1 < segments_.size() && segments_[i + 1]->base_offset <= from;
    if (!ends_before) TRY(rewrite_segment(*segments_[i], from));
  }
  TRY(write_epochs_file());
  {
    const std::lock_guard lock(mutex_);
    is_directory_unsynced_ = true;
  }
  return flush();
}

Status PartitionLog::rewrite_segment(const Segment& segment, Offset from) const {
  int64_t file_pos = 0;
  if (from > segment.base_offset) {
    TRY_ASSIGN(file_pos, index_start_pos(segment.base_offset, from));
  }
  TRY_ASSIGN(const auto file, fs_.open(offset_path(path_, segment.base_offset, kLogSuffix),
                                       OpenMode::read_write));
  Buffer window(kRewriteWindowBytes);
  while (file_pos < segment.size_bytes) {
    const auto wanted = std::min<int64_t>(kRewriteWindowBytes, segment.size_bytes - file_pos);
    const MutableBytes into(window.data(), static_cast<size_t>(wanted));
    TRY_ASSIGN(const size_t got, file->read_at(file_pos, into));
    if (got == 0) return fail(ErrorCode::io_error, concat(file->path(), ": shorter than it was"));
    TRY(file->write_at(file_pos, into.first(got)));
    file_pos += static_cast<int64_t>(got);
  }
  return {};
}

Status PartitionLog::sync_pending(const SegmentList& pending, bool syncs_directory,
                                  bool syncs_epochs) const {
  for (const auto& segment : pending) TRY(sync_segment(*segment, segment == pending.back()));
  if (syncs_epochs) TRY(sync_if_there(concat(path_, '/', kLeaderEpochFile)));
  if (syncs_directory || syncs_epochs) TRY(fs_.sync_directory(path_));
  if (syncs_directory && is_new_) TRY(fs_.sync_directory(path_.substr(0, path_.rfind('/'))));
  return {};
}

// The active segment's indexes need not be durable: recovery always reads the segment with the
// recovery point.
Status PartitionLog::sync_segment(const Segment& segment, bool is_active) const {
  TRY(sync_if_there(offset_path(path_, segment.base_offset, kLogSuffix)));
  if (segment.base_offset.value >= recovery_point_)
    TRY(sync_if_there(offset_path(path_, segment.base_offset, kSnapshotSuffix)));
  if (is_active) return {};
  TRY(sync_if_there(offset_path(path_, segment.base_offset, kIndexSuffix)));
  TRY(sync_if_there(offset_path(path_, segment.base_offset, kTimeIndexSuffix)));
  return sync_if_there(offset_path(path_, segment.base_offset, kTransactionIndexSuffix));
}

// A segment may be deleted while it is being flushed; what is gone needs no sync.
Status PartitionLog::sync_if_there(const std::string& path) const {
  auto file = fs_.open(path, OpenMode::read);
  if (!file && file.error().code() == ErrorCode::not_found) return {};
  if (!file) return fail(std::move(file.error()));
  return (*file)->sync_data();
}

void PartitionLog::release_files() {
  const std::lock_guard lock(mutex_);
  recent_file_.reset();
  recent_file_base_ = kNoOffset;
  if (!segments_.empty()) active().file.reset();
  if (options_.open_files != nullptr) options_.open_files->remove(*this);
}

Status PartitionLog::close() {
  if (options_.is_read_only || is_offline_) {
    const bool was_offline = is_offline_;
    abandon();
    if (was_offline)
      return fail(ErrorCode::kafka_storage_error, concat(path_, ": log was offline"));
    return {};
  }
  if (is_changed_ || recovery_point() < log_end_offset()) {
    TRY(finish_segment(active()));
    producers_.set_end_offset(log_end_offset());
    TRY(write_snapshot(log_end_offset()));
    {
      const std::lock_guard lock(mutex_);
      is_directory_unsynced_ = true;
    }
    TRY(flush());
    const Segment& last = active();
    TRY(sync_if_there(offset_path(path_, last.base_offset, kIndexSuffix)));
    TRY(sync_if_there(offset_path(path_, last.base_offset, kTimeIndexSuffix)));
    TRY(sync_if_there(offset_path(path_, last.base_offset, kTransactionIndexSuffix)));
    TRY(sync_if_there(offset_path(path_, log_end_offset(), kSnapshotSuffix)));
  }
  TRY(delete_due_files());
  abandon();
  return {};
}

void PartitionLog::abandon() {
  release_files();
  is_offline_ = true;
}

void PartitionLog::set_segments(SegmentList segments) {
  int64_t total = 0;
  for (const auto& segment : segments) total += segment->size_bytes;
  const std::lock_guard lock(mutex_);
  segments_ = std::move(segments);
  ++layout_version_;
  recent_.fill({});
  recent_file_.reset();
  recent_file_base_ = kNoOffset;
  size_bytes_ = total;
}

}  // namespace spool::storage
