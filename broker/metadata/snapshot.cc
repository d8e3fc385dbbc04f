#include "broker/metadata/snapshot.h"

#include <utility>
#include <vector>

#include "broker/metadata/batches.h"
#include "core/base/text.h"
#include "core/protocol/codec.h"
#include "core/protocol/records/control.h"
#include "core/record/control.h"
#include "core/record/record_reader.h"
#include "core/storage/entry_reader.h"

namespace spool::broker {
namespace {

constexpr size_t kOffsetDigits = 20;
constexpr size_t kEpochDigits = 10;
constexpr size_t kSnapshotWindowBytes = size_t{256} << 10;

std::string padded(int64_t number, size_t digits) {
  std::string text = std::to_string(number);
  return text.size() < digits ? std::string(digits - text.size(), '0') + text : text;
}

bool is_digits(std::string_view text) {
  return text.find_first_not_of("0123456789") == std::string_view::npos;
}

std::unexpected<Error> damaged(int64_t file_pos, std::string_view what) {
  return fail(ErrorCode::corrupt_message, concat("byte ", file_pos, ": ", what));
}

// What the control batches of a snapshot tell of its frame.
struct Frame {
  bool has_header = false;
  bool has_footer = false;
  int64_t last_contained_timestamp_ms = -1;
};

Status note_control(const record::RecordView& record, Frame& frame) {
  TRY_ASSIGN(const auto type, record::control_type(record));
  if (type == record::ControlType::snapshot_footer) frame.has_footer = true;
  if (type != record::ControlType::snapshot_header) return {};
  TRY_ASSIGN(const auto header, protocol::decode<protocol::SnapshotHeaderRecord>(
                                    record.value.value_or(BytesView{}), 0));
  frame.has_header = true;
  frame.last_contained_timestamp_ms = header.last_contained_log_timestamp;
  return {};
}

Status note_batch(const record::BatchView& batch, Frame& frame) {
  if (!batch.is_control()) return {};
  record::RecordCursor cursor(batch, batch.payload());
  for (;;) {
    TRY_ASSIGN(const auto record, cursor.next());
    if (!record) return {};
    TRY(note_control(*record, frame));
  }
}

Status write_all(storage::File& file, const std::vector<Buffer>& batches) {
  int64_t file_pos = 0;
  for (const Buffer& batch : batches) {
    TRY(file.write_at(file_pos, batch));
    file_pos += static_cast<int64_t>(batch.size());
  }
  return file.sync_data();
}

Result<std::vector<Buffer>> snapshot_batches(const SnapshotId& id, const MetadataImage& image,
                                             const QuorumImage& quorum, int64_t now_ms) {
  BatchSettings settings{.raft_epoch = id.raft_epoch, .timestamp_ms = now_ms};
  std::vector<Buffer> batches;
  TRY_ASSIGN(batches.emplace_back(),
             make_snapshot_header(image.last_timestamp_ms(), quorum, settings));
  const auto follow = [&] {
    settings.base_offset = record::BatchView(batches.back()).last_offset() + 1;
  };
  follow();
  const std::vector<MetadataRecord> records = image.to_records();
  TRY_ASSIGN(auto data, make_data_batches(records, image.metadata_version(), settings));
  for (Buffer& batch : data) batches.push_back(std::move(batch));
  follow();
  TRY_ASSIGN(batches.emplace_back(), make_snapshot_footer(settings));
  return batches;
}

}  // namespace

std::string snapshot_name(const SnapshotId& id) {
  return concat(padded(id.end_offset.value, kOffsetDigits), '-',
                padded(id.raft_epoch, kEpochDigits), kSnapshotSuffix);
}

std::optional<SnapshotId> parse_snapshot_name(std::string_view name) {
  if (name.size() != kOffsetDigits + 1 + kEpochDigits + kSnapshotSuffix.size()) return std::nullopt;
  const std::string_view offset = name.substr(0, kOffsetDigits);
  const std::string_view epoch = name.substr(kOffsetDigits + 1, kEpochDigits);
  if (name[kOffsetDigits] != '-' || !name.ends_with(kSnapshotSuffix) || !is_digits(offset) ||
      !is_digits(epoch))
    return std::nullopt;
  const auto end_offset = parse_int<int64_t>(offset);
  const auto raft_epoch = parse_int<int32_t>(epoch);
  if (!end_offset || !raft_epoch) return std::nullopt;
  return SnapshotId{Offset(*end_offset), *raft_epoch};
}

Result<int64_t> walk_snapshot(const storage::File& file,
                              const std::function<Status(const record::BatchView&)>& visit) {
  TRY_ASSIGN(const int64_t size, file.size());
  Buffer window(kSnapshotWindowBytes);
  storage::EntryReader reader(file, 0, size, window);
  Frame frame;
  for (;;) {
    const int64_t at = reader.file_pos();
    auto header = reader.next();
    if (!header) return fail(header.error().with_context(concat("byte ", at)));
    if (!*header) break;
    if (frame.has_footer) return damaged(at, "a batch behind the footer");
    TRY_ASSIGN(const BytesView bytes, reader.bytes(**header));
    if (!(*header)->is_v2() || !storage::is_entry_valid(**header, bytes))
      return damaged(at, "a batch that is damaged");
    const record::BatchView batch(bytes);
    if (Status noted = note_batch(batch, frame); !noted) return damaged(at, noted.error().text());
    if (!frame.has_header) return damaged(at, "no snapshot header");
    TRY(visit(batch));
  }
  if (!frame.has_footer || reader.file_pos() != size)
    return damaged(reader.file_pos(), "the snapshot is cut short");
  return frame.last_contained_timestamp_ms;
}

Status write_snapshot_file(storage::FileSystem& fs, const std::string& directory,
                           const SnapshotId& id, const MetadataImage& image,
                           const QuorumImage& quorum, int64_t now_ms) {
  const std::string path = concat(directory, '/', snapshot_name(id));
  if (fs.info(path)) return {};
  TRY_ASSIGN(const std::vector<Buffer> batches, snapshot_batches(id, image, quorum, now_ms));
  const std::string part = path + ".part";
  {
    TRY_ASSIGN(const auto file, fs.open(part, storage::OpenMode::replace));
    TRY(write_all(*file, batches));
  }
  TRY(fs.rename(part, path));
  return fs.sync_directory(directory);
}

}  // namespace spool::broker
