#include "broker/metadata/loader.h"

#include <algorithm>
#include <utility>

#include "core/base/text.h"
#include "core/record/record_reader.h"
#include "core/storage/data_directory.h"
#include "core/storage/entry_reader.h"

namespace spool::broker {
namespace {

constexpr size_t kWindowBytes = size_t{256} << 10;
constexpr size_t kSegmentNameDigits = 20;
constexpr std::string_view kSegmentSuffix = ".log";
// Largest batch that is looked for behind a damaged one: what Kafka writes at most, with room.
constexpr int64_t kCandidateBytesMax = int64_t{16} << 20;
// So many bytes of candidates are checked before the search gives up and calls the log damaged.
constexpr int64_t kSearchBytesMax = int64_t{1} << 30;

struct SegmentFile {
  Offset base_offset;
  std::string name;
};

struct Listing {
  std::vector<SegmentFile> segments;
  std::vector<SnapshotId> snapshots;
  bool has_formatter_snapshot = false;
};

std::optional<Offset> segment_base(std::string_view name) {
  if (name.size() != kSegmentNameDigits + kSegmentSuffix.size() || !name.ends_with(kSegmentSuffix))
    return std::nullopt;
  const auto base = parse_int<int64_t>(name.substr(0, kSegmentNameDigits));
  if (!base || *base < 0) return std::nullopt;
  return Offset(*base);
}

class Loader {
 public:
  Loader(storage::FileSystem& fs, Logger& logger, std::string data_directory)
      : fs_(fs),
        logger_(logger),
        data_directory_(std::move(data_directory)),
        directory_(concat(data_directory_, '/', storage::kMetadataDirectory)) {}

  Result<LoadedMetadata> run() {
    TRY(list());
    TRY(load_snapshot());
    TRY(load_segments());
    TRY(load_formatter_records());
    load_quorum_state();
    out_.has_open_transaction = replay_.has_open_transaction();
    out_.quorum = replay_.quorum();
    out_.image = replay_.take_image();
    return std::move(out_);
  }

 private:
  Status list() {
    auto entries = fs_.list(directory_);
    if (!entries) {
      if (entries.error().code() == ErrorCode::not_found) return {};
      return fail(std::move(entries.error()));
    }
    out_.has_directory = true;
    for (const storage::DirectoryEntry& entry : *entries) {
      if (const auto base = segment_base(entry.name))
        listing_.segments.push_back({*base, entry.name});
      const auto snapshot = parse_snapshot_name(entry.name);
      if (!snapshot) continue;
      if (snapshot->is_formatter()) {
        listing_.has_formatter_snapshot = true;
      } else {
        listing_.snapshots.push_back(*snapshot);
      }
    }
    std::sort(listing_.snapshots.begin(), listing_.snapshots.end());
    out_.snapshots = listing_.snapshots;
    out_.has_segments = !listing_.segments.empty();
    return {};
  }

  // The newest valid one. An older one does as well as long as the log still has what follows it,
  // which load_segments() finds out.
  Status load_snapshot() {
    for (auto id = listing_.snapshots.rbegin(); id != listing_.snapshots.rend(); ++id) {
      Replay attempt;
      const std::string name = snapshot_name(*id);
      Status loaded = read_snapshot(*id, name, attempt);
      if (loaded) {
        replay_ = std::move(attempt);
        out_.snapshot = *id;
        return {};
      }
      const Error error = loaded.error().with_context(name);
      if (error.code() != ErrorCode::corrupt_message) return fail(error);
      logger_.warn(concat("metadata snapshot passed over: ", error.text()));
    }
    return {};
  }

  Status read_snapshot(const SnapshotId& id, const std::string& name, Replay& replay) {
    TRY_ASSIGN(const auto file, fs_.open(concat(directory_, '/', name), storage::OpenMode::read));
    TRY_ASSIGN(const int64_t timestamp_ms,
               walk_snapshot(*file, [&](const record::BatchView& batch) {
                 return replay.add_snapshot_batch(batch);
               }));
    if (replay.has_open_transaction())
      return fail(ErrorCode::corrupt_message, "ends inside a metadata transaction");
    replay.advance(id.end_offset, id.raft_epoch, timestamp_ms);
    return {};
  }

  Status load_segments() {
    if (out_.snapshot) last_epoch_ = out_.snapshot->raft_epoch;
    if (!listing_.segments.empty()) {
      out_.log_start_offset = out_.log_end_offset = listing_.segments.front().base_offset;
      if (out_.log_start_offset > replay_.image().end_offset())
        return fail(ErrorCode::corrupt_message,
                    concat(directory_, ": the log begins at offset ", out_.log_start_offset.value,
                           " and no snapshot reaches that far"));
    }
    for (size_t i = 0; i < listing_.segments.size(); ++i) TRY(load_segment(i));
    const Offset snapshot_end = out_.snapshot ? out_.snapshot->end_offset : Offset(0);
    if (out_.log_end_offset < snapshot_end) {
      out_.is_log_behind_snapshot = true;
      out_.log_end_offset = snapshot_end;
    }
    out_.are_voters_in_log = !replay_.quorum().voters.empty();
    return {};
  }

  Status load_segment(size_t index) {
    const SegmentFile& segment = listing_.segments[index];
    // Of old segments a power cut may leave some and take others: of what a snapshot has replaced
    // nothing is needed.
    if (segment.base_offset > out_.log_end_offset &&
        segment.base_offset <= replay_.image().end_offset())
      out_.log_start_offset = out_.log_end_offset = segment.base_offset;
    TRY_ASSIGN(const auto file,
               fs_.open(concat(directory_, '/', segment.name), storage::OpenMode::read));
    TRY_ASSIGN(const int64_t size, file->size());
    int64_t good_end = 0;
    if (Status walked = walk_segment(*file, size, good_end); !walked)
      return fail(
          walked.error().with_context(concat(storage::kMetadataDirectory, '/', segment.name)));
    out_.log_bytes += good_end;
    if (good_end == size) return {};
    const bool is_last = index + 1 == listing_.segments.size();
    TRY_ASSIGN(const bool is_followed,
               is_last ? has_valid_batch_behind(*file, good_end, size) : true);
    if (is_followed)
      return fail(ErrorCode::corrupt_message,
                  concat(storage::kMetadataDirectory, '/', segment.name, ": the batch at byte ",
                         good_end, " (offset ", out_.log_end_offset.value,
                         ") is damaged and valid batches follow it; to cut there would lose every "
                         "topic they define. "
                         "Restore the file from a copy, or let `spool repair` decide"));
    out_.torn_bytes = size - good_end;
    return {};
  }

  // Replays the intact batches from the start of the file; good_end is where they end.
  Status walk_segment(const storage::File& file, int64_t size, int64_t& good_end) {
    Buffer window(kWindowBytes);
    storage::EntryReader reader(file, 0, size, window);
    for (;;) {
      auto header = reader.next();
      if (!header && header.error().code() != ErrorCode::corrupt_message)
        return fail(header.error());
      if (!header || !*header || !(*header)->is_v2()) return {};
      TRY_ASSIGN(const BytesView bytes, reader.bytes(**header));
      if (!storage::is_entry_valid(**header, bytes)) return {};
      TRY(take_batch(record::BatchView(bytes)));
      good_end = (*header)->end_pos();
    }
  }

  Status take_batch(const record::BatchView& batch) {
    const int64_t base = batch.base_offset().value;
    if (base != out_.log_end_offset.value)
      return fail(ErrorCode::corrupt_message,
                  concat("offset ", base, " follows offset ", out_.log_end_offset.value - 1));
    if (batch.last_offset_delta() < 0)
      return fail(ErrorCode::corrupt_message,
                  concat("offset ", base, ": the batch ends before it begins"));
    out_.log_end_offset = batch.last_offset() + 1;
    const Offset replayed = replay_.image().end_offset();
    if (out_.log_end_offset <= replayed) return {};
    if (batch.base_offset() < replayed)
      return fail(ErrorCode::corrupt_message,
                  concat("the snapshot ends inside the batch at offset ", base));
    if (batch.leader_epoch().value < last_epoch_)
      return fail(ErrorCode::corrupt_message,
                  concat("offset ", base, ": epoch ", batch.leader_epoch().value, " follows epoch ",
                         last_epoch_));
    last_epoch_ = batch.leader_epoch().value;
    return replay_.add(batch);
  }

  // Looks at every byte behind `from` for a batch that could continue the log.
  Result<bool> has_valid_batch_behind(const storage::File& file, int64_t from, int64_t size) {
    Buffer window(kWindowBytes);
    Buffer candidate;
    int64_t searched_bytes = 0;
    for (int64_t at = from; at + static_cast<int64_t>(record::kBatchHeaderBytes) <= size;) {
      TRY_ASSIGN(const size_t filled, file.read_at(at, window));
      if (filled < record::kBatchHeaderBytes) return false;
      const size_t positions = filled - record::kBatchHeaderBytes + 1;
      for (size_t i = 0; i < positions; ++i) {
        const int64_t bytes =
            candidate_bytes(window.data() + i, size - at - static_cast<int64_t>(i));
        if (bytes == 0) continue;
        searched_bytes += bytes;
        if (searched_bytes > kSearchBytesMax) return true;
        candidate.resize(static_cast<size_t>(bytes));
        TRY_ASSIGN(const size_t read, file.read_at(at + static_cast<int64_t>(i), candidate));
        if (read == candidate.size() && record::BatchView(candidate).is_crc_valid()) return true;
      }
      at += static_cast<int64_t>(positions);
    }
    return false;
  }

  // Length of the batch that may begin at `header`; 0 when none can.
  int64_t candidate_bytes(const uint8_t* header, int64_t bytes_left) const {
    if (header[16] != 2) return 0;
    const int64_t bytes =
        int64_t{load_be<int32_t>(header + 8)} + static_cast<int64_t>(record::kEntryFrameBytes);
    const int64_t base = load_be<int64_t>(header);
    const bool fits = bytes >= static_cast<int64_t>(record::kBatchHeaderBytes) &&
                      bytes <= bytes_left && bytes <= kCandidateBytesMax;
    return fits && base >= out_.log_end_offset.value ? bytes : 0;
  }

  // Voters and records that `kafka-storage format` left. They count as long as the log has none of
  // its own.
  Status load_formatter_records() {
    const bool needs_records =
        replay_.image().metadata_version() == 0 && !replay_.has_open_transaction();
    if (listing_.has_formatter_snapshot) {
      const std::string path = concat(directory_, '/', snapshot_name(SnapshotId{}));
      TRY(read_formatter_file(path, needs_records));
    }
    if (!needs_records || !out_.bootstrap_values.empty()) return {};
    const std::string bootstrap = concat(data_directory_, '/', kBootstrapFile);
    if (!fs_.info(bootstrap)) return {};
    return read_formatter_file(bootstrap, true);
  }

  Status read_formatter_file(const std::string& path, bool needs_records) {
    TRY_ASSIGN(const auto file, fs_.open(path, storage::OpenMode::read));
    Replay check;
    auto walked = walk_snapshot(*file, [&](const record::BatchView& batch) -> Status {
      TRY(check.add_snapshot_batch(batch));
      return needs_records && !batch.is_control() ? keep_values(batch) : Status{};
    });
    if (!walked) return fail(walked.error().with_context(path));
    // With a snapshot of its own the log does not look at the formatter's any more (kraft A.2).
    if (replay_.quorum().voters.empty() && !out_.snapshot && !check.quorum().voters.empty())
      replay_.set_quorum_of_formatter(check.quorum());
    return {};
  }

  Status keep_values(const record::BatchView& batch) {
    record::RecordReader reader(static_cast<size_t>(kCandidateBytesMax));
    return reader.for_each(record::EntryView(batch.bytes()), [&](const record::RecordView& record) {
      out_.bootstrap_values.push_back(to_buffer(record.value.value_or(BytesView{})));
    });
  }

  void load_quorum_state() {
    auto text = storage::read_small_file(fs_, concat(directory_, "/quorum-state"));
    if (!text) {
      if (text.error().code() != ErrorCode::not_found) logger_.warn(text.error().text());
      return;
    }
    auto state = parse_quorum_state(*text);
    if (state) {
      out_.quorum_state = std::move(*state);
    } else {
      logger_.warn(
          concat("quorum-state passed over, the log's epochs count: ", state.error().text()));
    }
  }

  storage::FileSystem& fs_;
  Logger& logger_;
  std::string data_directory_;
  std::string directory_;
  Listing listing_;
  Replay replay_;
  int32_t last_epoch_ = 0;
  LoadedMetadata out_;
};

}  // namespace

Result<LoadedMetadata> load_metadata(storage::FileSystem& fs, Logger& logger,
                                     const std::string& data_directory) {
  return Loader(fs, logger, data_directory).run();
}

}  // namespace spool::broker
