#include "cli/io/dump_log.h"

#include <algorithm>

#include "cli/io/internal_records.h"
#include "cli/io/log_paths.h"
#include "core/base/crc.h"
#include "core/base/text.h"
#include "core/protocol/codec.h"
#include "core/protocol/json.h"
#include "core/protocol/records/consumer_protocol.h"
#include "core/protocol/records/group.h"
#include "core/record/control.h"
#include "core/record/legacy_crcs.h"
#include "core/storage/index_file.h"
#include "core/storage/producer_state.h"
#include "core/storage/segment.h"

namespace spool::cli {

namespace {

constexpr size_t kWindowBytes = 1 << 20;
constexpr size_t kFlushBytes = 64 << 10;

std::string_view timestamp_type_text(const storage::EntryHeader& header) {
  if (header.magic == 0) return "NoTimestampType";
  return header.attributes & 8 ? "LogAppendTime" : "CreateTime";
}

int64_t size_of(const std::optional<BytesView>& bytes) {
  return bytes ? static_cast<int64_t>(bytes->size()) : -1;
}

/// java.util.OptionalLong.toString()
std::string optional_long(std::optional<int64_t> value) {
  return value ? concat("OptionalLong[", *value, ']') : "OptionalLong.empty";
}

/// The number before the first dot of a file's name.
Result<int64_t> offset_of_name(std::string_view name) {
  const auto number = parse_int<int64_t>(name.substr(0, name.find('.')));
  if (!number) return fail(ErrorCode::parse_error, concat(name, ": the name is no offset"));
  return *number;
}

/// java.io.File's path: no double slashes, none at the end.
std::string java_path(std::string_view path) {
  std::string out;
  for (const char c : path)
    if (c != '/' || !out.ends_with('/')) out += c;
  if (out.size() > 1 && out.ends_with('/')) out.pop_back();
  return out;
}

/// The length of the UTF-8 sequence at the beginning, or of its longest malformed part (negative).
int sequence_length(BytesView rest) {
  const uint8_t first = rest[0];
  if (first < 0x80) return 1;
  const int length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4) return -1;
  // Java takes half of a surrogate pair, or what is there of it, for one malformed character.
  if (first == 0xed && rest.size() >= 3 && rest[1] >= 0xa0 && rest[1] <= 0xbf)
    return (rest[2] & 0xc0) == 0x80 ? -3 : -2;
  uint8_t low = 0x80, high = 0xbf;
  if (first == 0xe0) low = 0xa0;
  if (first == 0xed) high = 0x9f;
  if (first == 0xf0) low = 0x90;
  if (first == 0xf4) high = 0x8f;
  for (int i = 1; i < length; ++i) {
    const bool is_there = static_cast<size_t>(i) < rest.size() &&
                          rest[static_cast<size_t>(i)] >= low &&
                          rest[static_cast<size_t>(i)] <= high;
    if (!is_there) return -i;
    low = 0x80;
    high = 0xbf;
  }
  return length;
}

/// "TopicRecord" as the enum's name: TOPIC_RECORD.
std::string enum_name(std::string_view name) {
  std::string out;
  for (const char c : name) {
    const bool is_upper = c >= 'A' && c <= 'Z';
    if (is_upper && !out.empty()) out += '_';
    out += is_upper || c < 'a' || c > 'z' ? c : static_cast<char>(c - 'a' + 'A');
  }
  return out;
}

/// A consumer's subscription or assignment: int16 version and the message, as JSON.
template <class M>
std::optional<std::string> consumer_json(BytesView bytes) {
  if (bytes.size() < 2) return std::nullopt;
  const auto version = load_be<int16_t>(bytes.data());
  const auto message = protocol::decode<M>(bytes.subspan(2), version);
  if (!message) return std::nullopt;
  auto json = protocol::to_json(*message, version);
  if (!json) return std::nullopt;
  return std::move(*json);
}

/// Puts the JSON of a member's bytes in the place of their Base64; `at` moves behind it.
template <class M>
void expand_field(std::string& json, size_t& at, std::string_view name, BytesView bytes) {
  const std::string old = concat('"', name, "\":\"", base64_encode(as_text(bytes)), '"');
  const size_t found = json.find(old, at);
  if (found == std::string::npos) return;
  const auto expanded = consumer_json<M>(bytes);
  const std::string replacement = expanded ? concat('"', name, "\":", *expanded) : old;
  json.replace(found, old.size(), replacement);
  at = found + replacement.size();
}

/// Members of a classic group of consumers have their subscriptions and assignments written out.
void expand_group_metadata(std::string& json, BytesView value, int16_t version) {
  const auto group = protocol::decode<protocol::GroupMetadataValue>(value, version);
  if (!group || group->protocol_type != "consumer") return;
  size_t at = 0;
  for (const auto& member : group->members) {
    expand_field<protocol::ConsumerProtocolSubscription>(json, at, "subscription",
                                                         member.subscription);
    expand_field<protocol::ConsumerProtocolAssignment>(json, at, "assignment", member.assignment);
  }
}

std::string_view topic_of(DumpDecoder decoder) {
  switch (decoder) {
    case DumpDecoder::offsets:
      return kOffsetsTopic;
    case DumpDecoder::transactions:
      return kTransactionsTopic;
    case DumpDecoder::share:
      return kShareTopic;
    default:
      return kMetadataTopic;
  }
}

struct Contents {
  std::optional<std::string> key;
  std::optional<std::string> value;
};

Result<Contents> decode_contents(DumpDecoder decoder, const record::RecordView& record) {
  const auto decoded = decode_internal_record(topic_of(decoder), record);
  if (decoder == DumpDecoder::metadata) {
    if (!decoded)
      return Contents{std::nullopt, concat("Error at ", record.offset.value, ", skipping. ",
                                           decoded.error().text())};
    const DecodedPart& part = *decoded->value;
    return Contents{std::nullopt, concat("{\"type\":\"", enum_name(part.name), "\",\"version\":",
                                         part.version, ",\"data\":", part.json, '}')};
  }
  if (!record.key)
    return fail(ErrorCode::parse_error,
                concat("Failed to decode message at offset ", record.offset.value,
                       " using the specified decoder (message had a missing key)"));
  if (!decoded && decoded.error().code() == ErrorCode::unsupported && record.key->size() >= 2)
    return Contents{concat("Unknown record type ", load_be<int16_t>(record.key->data()),
                           " at offset ", record.offset.value, ", skipping."),
                    std::nullopt};
  if (!decoded)
    return Contents{
        concat("Error at offset ", record.offset.value, ", skipping. ", decoded.error().text()),
        std::nullopt};
  Contents out;
  out.key = concat("{\"type\":\"", decoded->key->type, "\",\"data\":", decoded->key->json, '}');
  out.value = "<DELETE>";
  if (!decoded->value) return out;
  std::string json = decoded->value->json;
  if (decoded->value->name == "GroupMetadataValue")
    expand_group_metadata(json, record.value->subspan(2), decoded->value->version);
  out.value = concat("{\"version\":\"", decoded->value->version, "\",\"data\":", json, '}');
  return out;
}

}  // namespace

void append_java_text(std::string& out, BytesView bytes) {
  while (!bytes.empty()) {
    const int length = sequence_length(bytes);
    const auto taken = static_cast<size_t>(length < 0 ? -length : length);
    if (length < 0)
      out += "\xef\xbf\xbd";
    else
      out += as_text(bytes.first(taken));
    bytes = bytes.subspan(taken);
  }
}

void LogDumper::flush_if_full() {
  if (line_.size() < kFlushBytes) return;
  out_.write(line_);
  line_.clear();
}

Status LogDumper::dump(const std::string& given) {
  const std::string path = java_path(given);
  const std::string name(name_of(path));
  append_text(line_, "Dumping ", path, '\n');
  const size_t dot = name.find_last_of('.');
  const std::string_view suffix =
      dot == std::string::npos ? std::string_view() : std::string_view(name).substr(dot);
  Status done;
  if (dot == std::string::npos)
    done = fail(ErrorCode::invalid_argument, concat(path, ": a name without a suffix"));
  else if (suffix == storage::kLogSuffix || suffix == ".checkpoint")
    done = dump_log(path, name);
  else if (suffix == storage::kIndexSuffix)
    done = dump_index(path, name);
  else if (suffix == storage::kTimeIndexSuffix)
    done = dump_time_index(path, name);
  else if (suffix == storage::kSnapshotSuffix)
    done = dump_snapshot(path);
  else if (suffix == storage::kTransactionIndexSuffix)
    done = dump_transaction_index(path);
  else
    missing_.push_back(concat("Ignoring unknown file ", path));
  out_.write(line_);
  line_.clear();
  return done;
}

std::vector<std::string> LogDumper::complaints() const {
  std::vector<std::string> out;
  for (const auto* list : {&mismatches_, &timestamps_, &disorder_, &missing_, &jumps_})
    out.insert(out.end(), list->begin(), list->end());
  return out;
}

// --- .log and .checkpoint
// -------------------------------------------------------------------------

Status LogDumper::dump_log(const std::string& path, std::string_view name) {
  if (name.ends_with(storage::kLogSuffix)) {
    TRY_ASSIGN(const int64_t start, offset_of_name(name));
    append_text(line_, "Log starting offset: ", start, '\n');
  } else if (name == "bootstrap.checkpoint") {
    line_ += "KRaft bootstrap snapshot\n";
  } else {
    const auto offset = parse_int<int64_t>(name.substr(0, 20));
    const auto epoch = name.size() > 31 ? parse_int<int32_t>(name.substr(21, 10)) : std::nullopt;
    if (!offset || !epoch)
      return fail(ErrorCode::parse_error, concat(path, ": no snapshot's name"));
    append_text(line_, "Snapshot end offset: ", *offset, ", epoch: ", *epoch, '\n');
  }
  TRY_ASSIGN(const auto file, fs_.open(path, storage::OpenMode::read));
  TRY_ASSIGN(const int64_t file_bytes, file->size());
  const int64_t end = std::min<int64_t>(file_bytes, options_.max_bytes);
  Buffer window(static_cast<size_t>(std::clamp<int64_t>(
      end, static_cast<int64_t>(storage::EntryReader::kWindowBytesMin), kWindowBytes)));
  storage::EntryReader reader(*file, 0, end, window);
  last_offset_ = -1;
  const size_t jumps_before = jumps_.size();
  for (;;) {
    TRY_ASSIGN(const auto entry, reader.next());
    if (!entry) break;
    TRY_ASSIGN(const BytesView bytes, reader.bytes(*entry));
    TRY(dump_batch(*file, *entry, bytes));
    if (options_.is_deep) TRY(dump_records(*entry, bytes));
    flush_if_full();
    if (out_.is_broken_pipe()) return {};
  }
  const int64_t trailing = end - reader.file_pos();
  if (trailing > 0 && options_.max_bytes == std::numeric_limits<int32_t>::max()) {
    append_text(line_, "Found ", trailing, " invalid bytes at the end of ", name, '\n');
    has_findings_ = true;
  }
  if (jumps_.size() > jumps_before)
    jumps_.insert(jumps_.begin() + static_cast<ptrdiff_t>(jumps_before),
                  concat("Non-consecutive offsets in ", path));
  return {};
}

Status LogDumper::dump_batch(const storage::File& file, const storage::EntryHeader& header,
                             BytesView entry) {
  const bool is_valid = storage::is_entry_valid(header, entry);
  has_findings_ |= !is_valid;
  if (!header.is_v2()) {
    const record::LegacyView message(entry);
    append_text(line_, "offset: ", header.last_offset.value, " position: ", header.file_pos, ' ',
                timestamp_type_text(header), ": ", header.max_timestamp_ms,
                " size: ", header.size_bytes, " magic: ", int{header.magic}, " compresscodec: ",
                compress::codec_name(static_cast<compress::Codec>(message.codec_bits())),
                " crc: ", message.crc(), " isvalid: ", is_valid, '\n');
    return {};
  }
  // A batch smaller than its header is shown with what follows it in the file, as the tool has it.
  std::array<uint8_t, record::kBatchHeaderBytes> head{};
  if (entry.size() < head.size()) {
    TRY_ASSIGN(const size_t got, file.read_at(header.file_pos, head));
    if (got < head.size()) return fail(ErrorCode::parse_error, "batch header cut short");
    store_be(head.data() + 8, static_cast<int32_t>(head.size() - record::kEntryFrameBytes));
  }
  const record::BatchView batch(entry.size() < head.size() ? BytesView(head) : entry);
  if (batch.codec_bits() > 4)
    return fail(ErrorCode::unsupported,
                concat("Unknown compression type id: ", batch.codec_bits()));
  append_text(line_, "baseOffset: ", batch.base_offset().value,
              " lastOffset: ", batch.last_offset().value, " count: ", batch.records_count(),
              " baseSequence: ", batch.base_sequence(), " lastSequence: ", batch.last_sequence(),
              " producerId: ", batch.producer_id().value,
              " producerEpoch: ", batch.producer_epoch().value,
              " partitionLeaderEpoch: ", batch.leader_epoch().value,
              " isTransactional: ", batch.is_transactional(), " isControl: ", batch.is_control(),
              " deleteHorizonMs: ",
              optional_long(batch.has_delete_horizon() ? std::optional(batch.base_timestamp())
                                                       : std::nullopt),
              " position: ", header.file_pos, ' ', timestamp_type_text(header), ": ",
              batch.max_timestamp(), " size: ", header.size_bytes, " magic: ", int{header.magic},
              " compresscodec: ", compress::codec_name(batch.codec()), " crc: ", batch.crc(),
              " isvalid: ", is_valid, '\n');
  return {};
}

Status LogDumper::dump_records(const storage::EntryHeader& header, BytesView entry) {
  if (!header.is_v2()) return dump_legacy_records(header, entry);
  if (header.is_undersized) return fail(ErrorCode::corrupt_message, "batch below its minimum size");
  return dump_batch_records(record::BatchView(entry));
}

// Records of a compressed batch are read before the first is printed; else one is printed as soon
// as it is read, the last one only when nothing is left behind it.
Status LogDumper::dump_batch_records(const record::BatchView& batch) {
  TRY_ASSIGN(const BytesView records, decompressor_.decompress(batch.codec(), batch.payload(),
                                                               record::kDecompressedBytesMax));
  if (batch.codec_bits() != 0) {
    record::RecordCursor check(batch, records);
    record::RecordView record;
    while (check.next(record)) {
    }
    TRY(check.status());
  }
  const std::string_view type = batch.timestamp_type() == record::TimestampType::log_append_time
                                    ? "LogAppendTime"
                                    : "CreateTime";
  record::RecordCursor cursor(batch, records);
  record::RecordView record;
  for (int32_t i = 0; i < batch.records_count() && cursor.next(record); ++i) {
    if (i + 1 == batch.records_count()) TRY(cursor.status());
    TRY(dump_record(record, type, &batch, {}));
  }
  return batch.records_count() == 0 ? Status() : cursor.status();
}

Status LogDumper::dump_legacy_records(const storage::EntryHeader& header, BytesView entry) {
  const record::LegacyView message(entry);
  std::vector<record::RecordView> records;
  std::vector<uint32_t> crcs;
  TRY(record::read_legacy_with_crcs(entry, decompressor_, record::kDecompressedBytesMax, records,
                                    crcs));
  // Of a wrapper all messages inside are valid, or it could not be read.
  const bool is_valid = message.is_wrapper() || message.is_valid();
  for (size_t i = 0; i < records.size(); ++i)
    TRY(dump_record(records[i], timestamp_type_text(header), nullptr,
                    concat(" isValid: ", is_valid, " crc: ", crcs[i])));
  return {};
}

Status LogDumper::dump_record(const record::RecordView& record, std::string_view timestamp_type,
                              const record::BatchView* batch, std::string_view legacy_suffix) {
  if (record.offset.value != last_offset_ + 1)
    jumps_.push_back(concat("  ", last_offset_, " is followed by ", record.offset.value));
  last_offset_ = record.offset.value;
  const bool is_control = batch != nullptr && batch->is_control();
  if (!options_.skips_metadata) {
    append_text(line_, "| offset: ", record.offset.value, ' ', timestamp_type, ": ",
                record.timestamp_ms, " keySize: ", size_of(record.key),
                " valueSize: ", size_of(record.value));
    if (batch != nullptr) {
      append_text(line_, " sequence: ", record.sequence, " headerKeys: [");
      record::HeaderCursor headers(record);
      for (bool is_first = true; const auto header = headers.next(); is_first = false) {
        if (!is_first) line_ += ',';
        append_java_text(line_, header->key);
      }
      line_ += ']';
    }
    line_ += legacy_suffix;
    if (is_control) TRY(append_control(record));
  }
  if (options_.prints_contents && !is_control) {
    if (options_.decoder == DumpDecoder::text) {
      append_contents(record, options_.skips_metadata ? "| " : " ");
    } else {
      TRY_ASSIGN(const Contents contents, decode_contents(options_.decoder, record));
      std::string_view prefix = options_.skips_metadata ? "| " : " ";
      if (contents.key) {
        append_text(line_, prefix, "key: ", *contents.key);
        prefix = " ";
      }
      if (contents.value) append_text(line_, prefix, "payload: ", *contents.value);
    }
  }
  line_ += '\n';
  flush_if_full();
  return {};
}

void LogDumper::append_contents(const record::RecordView& record, std::string_view prefix) {
  if (record.key) {
    append_text(line_, prefix, "key: ");
    append_java_text(line_, *record.key);
    prefix = " ";
  }
  if (!record.value) return;
  append_text(line_, prefix, "payload: ");
  append_java_text(line_, *record.value);
}

Status LogDumper::append_control(const record::RecordView& record) {
  TRY_ASSIGN(const auto type, record::control_type(record));
  if (!type) {
    append_text(line_, " controlType: UNKNOWN(", load_be<int16_t>(record.key->data() + 2), ')');
    return {};
  }
  if (*type == record::ControlType::abort || *type == record::ControlType::commit) {
    TRY_ASSIGN(const auto marker, record::parse_end_txn_marker(record));
    append_text(line_, " endTxnMarker: ", marker.is_commit ? "COMMIT" : "ABORT",
                " coordinatorEpoch: ", marker.coordinator_epoch);
    return {};
  }
  TRY_ASSIGN(const std::string json, decode_control_message(record));
  switch (*type) {
    case record::ControlType::leader_change:
      append_text(line_, " LeaderChange: ", json);
      break;
    case record::ControlType::snapshot_header:
      append_text(line_, " SnapshotHeader ", json);
      break;
    case record::ControlType::snapshot_footer:
      append_text(line_, " SnapshotFooter ", json);
      break;
    case record::ControlType::kraft_version:
      append_text(line_, " KRaftVersion ", json);
      break;
    default:
      append_text(line_, " KRaftVoters ", json);
  }
  return {};
}

// --- indexes
// --------------------------------------------------------------------------------------

namespace {

/// The whole entries of an index file, zeros included: the tool takes them for entries.
template <class Entry>
Result<std::vector<Entry>> read_index(storage::FileSystem& fs, const std::string& path) {
  TRY_ASSIGN(const auto file, fs.open(path, storage::OpenMode::read));
  TRY_ASSIGN(const int64_t size, file->size());
  std::vector<Entry> entries;
  Buffer block(Entry::kBytes * 4096);
  const int64_t whole = size - size % static_cast<int64_t>(Entry::kBytes);
  for (int64_t at = 0; at < whole;) {
    TRY_ASSIGN(const size_t got, file->read_at(at, block));
    const size_t used = got - got % Entry::kBytes;
    if (used == 0) break;
    for (size_t i = 0; i < used; i += Entry::kBytes) {
      entries.push_back(Entry::decode(block.data() + i));
      // Nothing is printed from the first zero entry on.
      if (entries.size() > 1 && entries.back() == Entry{}) return entries;
    }
    at += static_cast<int64_t>(used);
  }
  return entries;
}

/// The first batch at a position, no larger than `bytes_max`.
Result<storage::EntryHeader> batch_at(const storage::File& file, int64_t file_pos,
                                      int64_t bytes_max) {
  TRY_ASSIGN(const int64_t size, file.size());
  if (file_pos > size)
    return fail(ErrorCode::parse_error,
                concat("Slice from position ", file_pos, " exceeds end position of ", file.path()));
  std::array<uint8_t, 128> window;
  storage::EntryReader reader(file, file_pos, std::min(size, file_pos + bytes_max), window);
  TRY_ASSIGN(const auto entry, reader.next());
  if (!entry) return fail(ErrorCode::parse_error, concat(file.path(), ": no batch at ", file_pos));
  return *entry;
}

std::string log_beside(const std::string& path, std::string_view name) {
  return concat(directory_of(path), '/', name.substr(0, name.find('.')), storage::kLogSuffix);
}

}  // namespace

Status LogDumper::dump_index(const std::string& path, std::string_view name) {
  TRY_ASSIGN(const int64_t base, offset_of_name(name));
  TRY_ASSIGN(const auto log, fs_.open(log_beside(path, name), storage::OpenMode::read));
  TRY_ASSIGN(const auto entries, read_index<storage::OffsetIndexEntry>(fs_, path));
  if (entries.empty()) {
    append_text(line_, path, " is empty.\n");
    return {};
  }
  if (options_.checks_sanity_only) {
    append_text(line_, path, " passed sanity check.\n");
    return {};
  }
  std::vector<std::string> mismatches;
  for (size_t i = 0; i < entries.size(); ++i) {
    const int64_t offset = base + entries[i].relative_offset;
    if (offset == base && i > 0) break;
    const auto batch = batch_at(*log, entries[i].file_pos, options_.max_message_bytes);
    if (!batch) return fail(batch.error());
    if (batch->last_offset.value != offset)
      mismatches.push_back(
          concat("  Index offset: ", offset, ", log offset: ", batch->last_offset.value));
    if (!options_.verifies_index_only)
      append_text(line_, "offset: ", offset, " position: ", entries[i].file_pos, '\n');
    flush_if_full();
  }
  if (mismatches.empty()) return {};
  has_findings_ = true;
  mismatches_.push_back(concat("Mismatches in :", path));
  mismatches_.insert(mismatches_.end(), mismatches.rbegin(), mismatches.rend());
  return {};
}

namespace {

/// TimeIndex.sanityCheck: of the last entry, zeros or not.
Status check_time_index(storage::FileSystem& fs, const std::string& path) {
  using Entry = storage::TimeIndexEntry;
  TRY_ASSIGN(const auto file, fs.open(path, storage::OpenMode::read));
  TRY_ASSIGN(const int64_t size, file->size());
  constexpr auto kEntryBytes = static_cast<int64_t>(Entry::kBytes);
  if (size % kEntryBytes != 0)
    return fail(ErrorCode::parse_error, concat(path, ": ", size, " bytes"));
  if (size == 0) return {};
  std::array<uint8_t, Entry::kBytes> first{}, last{};
  TRY(file->read_at(0, first));
  TRY(file->read_at(size - kEntryBytes, last));
  const Entry end = Entry::decode(last.data());
  if (end.timestamp_ms < Entry::decode(first.data()).timestamp_ms || end.relative_offset < 0)
    return fail(ErrorCode::parse_error, concat(path, ": its last entry is below its first"));
  return {};
}

/// The tool reads every batch from an indexed position to the end; one that is none ends it.
Status read_batches(const storage::File& log, int64_t from, int64_t size, MutableBytes window) {
  storage::EntryReader reader(log, from, size, window);
  for (;;) {
    TRY_ASSIGN(const auto entry, reader.next());
    if (!entry) return {};
  }
}

}  // namespace

Status LogDumper::dump_time_index(const std::string& path, std::string_view name) {
  TRY_ASSIGN(const int64_t base, offset_of_name(name));
  TRY_ASSIGN(const auto log, fs_.open(log_beside(path, name), storage::OpenMode::read));
  const std::string index_path =
      concat(directory_of(path), '/', name.substr(0, name.find('.')), storage::kIndexSuffix);
  TRY(fs_.info(index_path));
  TRY_ASSIGN(const auto entries, read_index<storage::TimeIndexEntry>(fs_, path));
  if (options_.checks_sanity_only) {
    TRY(check_time_index(fs_, path));
    append_text(line_, path, " passed sanity check.\n");
    return {};
  }
  TRY_ASSIGN(const auto index,
             storage::IndexReader<storage::OffsetIndexEntry>::open(fs_, index_path));
  TRY_ASSIGN(const int64_t log_bytes, log->size());
  Buffer window(kWindowBytes);
  int64_t previous_ms = -1;
  int64_t read_from = std::numeric_limits<int64_t>::max();
  for (size_t i = 0; i < entries.size(); ++i) {
    const int64_t offset = base + entries[i].relative_offset;
    const int64_t timestamp_ms = entries[i].timestamp_ms;
    if (offset == base && i > 0) break;
    TRY_ASSIGN(const auto hint, index.find(entries[i].relative_offset));
    const int64_t file_pos = hint ? hint->file_pos : 0;
    if (file_pos > log_bytes)
      return fail(ErrorCode::parse_error,
                  concat(path, ": position ", file_pos, " lies behind the end of the log"));
    if (file_pos < read_from) {
      TRY(read_batches(*log, file_pos, log_bytes, window));
      read_from = file_pos;
    }
    storage::EntryReader reader(*log, file_pos, log_bytes, window);
    std::optional<storage::EntryHeader> match;
    for (;;) {
      TRY_ASSIGN(const auto entry, reader.next());
      if (!entry || entry->last_offset.value >= offset) {
        match = entry;
        break;
      }
    }
    if (!match || match->last_offset.value != offset) {
      missing_.push_back("The following indexed offsets are not found in the log.");
      missing_.push_back(concat("Indexed offset: ", offset,
                                ", found log offset: ", match ? match->last_offset.value : -1));
    } else {
      int64_t largest_ms = -1;
      TRY_ASSIGN(const BytesView bytes, reader.bytes(*match));
      TRY(reader_.for_each(record::EntryView(bytes), [&](const record::RecordView& record) {
        largest_ms = std::max(largest_ms, record.timestamp_ms);
      }));
      if (largest_ms != timestamp_ms) {
        timestamps_.push_back(concat("Found timestamp mismatch in :", path));
        timestamps_.push_back(
            concat("  Index timestamp: ", timestamp_ms, ", log timestamp: ", largest_ms));
      }
      if (previous_ms >= timestamp_ms) {
        disorder_.push_back(concat("Found out of order timestamp in :", path));
        disorder_.push_back(concat("  Index timestamp: ", timestamp_ms,
                                   ", Previously indexed timestamp: ", previous_ms));
      }
    }
    if (!options_.verifies_index_only)
      append_text(line_, "timestamp: ", timestamp_ms, " offset: ", offset, '\n');
    previous_ms = timestamp_ms;
    flush_if_full();
  }
  has_findings_ |= !timestamps_.empty() || !disorder_.empty() || !missing_.empty();
  return {};
}

Status LogDumper::dump_transaction_index(const std::string& path) {
  TRY_ASSIGN(const auto index,
             storage::IndexReader<storage::TransactionIndexEntry>::open(fs_, path));
  TRY_ASSIGN(const auto entries, index.all());
  for (const auto& entry : entries) {
    if ((entry.version >> 8) > 0)
      return fail(ErrorCode::unsupported, concat(path, ": version ", entry.version));
    append_text(line_, "version: ", entry.version, " producerId: ", entry.producer_id.value,
                " firstOffset: ", entry.first_offset.value,
                " lastOffset: ", entry.last_offset.value,
                " lastStableOffset: ", entry.last_stable_offset.value, '\n');
  }
  return {};
}

Status LogDumper::dump_snapshot(const std::string& path) {
  TRY_ASSIGN(const std::string bytes, storage::read_small_file(fs_, path));
  const auto entries = storage::decode_snapshot(as_bytes(bytes));
  if (!entries) {
    missing_.push_back(std::string(entries.error().text()));
    has_findings_ = true;
    return {};
  }
  for (const auto& entry : *entries) {
    append_text(line_, "producerId: ", entry.producer_id.value,
                " producerEpoch: ", entry.producer_epoch.value,
                " coordinatorEpoch: ", entry.coordinator_epoch, " currentTxnFirstOffset: ",
                optional_long(entry.current_txn_first_offset
                                  ? std::optional(entry.current_txn_first_offset->value)
                                  : std::nullopt),
                " lastTimestamp: ", entry.last_timestamp_ms);
    if (const auto* batch = entry.last_batch())
      append_text(line_, " firstSequence: ", batch->first_sequence(),
                  " lastSequence: ", batch->last_sequence,
                  " lastOffset: ", batch->last_offset.value, " offsetDelta: ", batch->offset_delta,
                  " timestamp: ", batch->timestamp_ms);
    line_ += '\n';
  }
  return {};
}

}  // namespace spool::cli
