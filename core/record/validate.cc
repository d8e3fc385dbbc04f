#include "core/record/validate.h"

#include <algorithm>
#include <utility>

#include "core/base/text.h"
#include "core/record/batch_builder.h"
#include "core/record/entry.h"
#include "core/record/record_parser.h"

namespace spool::record {

namespace {

constexpr int64_t kNoTimestamp = -1;
constexpr size_t kRecordErrorsMax =
    100'000;                              // a compressed batch can hold any number of bad records
constexpr size_t kRecordErrorsShown = 3;  // in the message of the batch; the list has all

using Failure = std::unexpected<ValidateFailure>;

Failure refuse(ErrorCode code, std::string message) {
  return Failure(ValidateFailure{code, std::move(message), {}});
}

// The one batch a Produce request may carry (ProduceRequest.validateRecords).
std::expected<EntryView, ValidateFailure> single_batch(BytesView records,
                                                       const ValidateOptions& options) {
  EntryCursor cursor(records);
  const auto first = cursor.next();
  if (!first) return refuse(first.error().code(), std::string(first.error().text()));
  if (!*first)
    return refuse(ErrorCode::invalid_record,
                  "Produce requests must have at least one record batch per partition");
  const EntryView entry = **first;
  if (entry.is_legacy())
    return refuse(
        ErrorCode::invalid_record,
        "Produce requests are only allowed to contain record batches with magic version 2");
  const auto batch = entry.batch();
  if (batch && batch->codec_bits() > static_cast<int>(Codec::zstd))
    return refuse(ErrorCode::unknown_server_error,
                  concat("Unknown compression type id: ", batch->codec_bits()));
  if (batch && batch->codec() == Codec::zstd && !options.is_zstd_allowed)
    return refuse(ErrorCode::unsupported_compression_type,
                  "Produce requests below version 7 are not allowed to use ZStandard compression");
  const auto second = cursor.next();
  if (!second) return refuse(second.error().code(), std::string(second.error().text()));
  if (*second)
    return refuse(
        ErrorCode::invalid_record,
        "Produce requests are only allowed to contain exactly one record batch per partition");
  return entry;
}

std::expected<void, ValidateFailure> check_size(size_t batch_bytes,
                                                const ValidateOptions& options) {
  if (static_cast<int64_t>(batch_bytes) <= options.max_message_bytes) return {};
  return refuse(ErrorCode::message_too_large,
                concat("The record batch size in the append to ", options.partition_name, " is ",
                       batch_bytes, " bytes which exceeds the maximum configured value of ",
                       options.max_message_bytes, "."));
}

// UnifiedLog.analyzeAndValidateRecords.
std::expected<BatchView, ValidateFailure> check_frame(const EntryView& entry,
                                                      const ValidateOptions& options) {
  if (entry.offset().value != 0)
    return refuse(ErrorCode::invalid_record,
                  concat("The baseOffset of the record batch in the append to ",
                         options.partition_name, " should be 0, but it is ", entry.offset().value));
  if (auto status = check_size(entry.bytes().size(), options); !status)
    return Failure(std::move(status.error()));
  const auto batch = entry.batch();
  if (!batch)
    return refuse(ErrorCode::corrupt_message,
                  concat("Record batch for partition ", options.partition_name,
                         " is smaller than its header"));
  if (!batch->is_crc_valid())
    return refuse(ErrorCode::corrupt_message,
                  concat("Record is corrupt (stored crc = ", batch->crc(), ") in topic partition ",
                         options.partition_name, "."));
  return *batch;
}

// LogValidator.validateBatch.
std::expected<void, ValidateFailure> check_header(const BatchView& batch) {
  const int64_t from_offsets = int64_t{batch.last_offset_delta()} + 1;
  if (from_offsets <= 0)
    return refuse(ErrorCode::invalid_record,
                  concat("Batch has an invalid offset range: [", batch.base_offset().value, ", ",
                         batch.last_offset().value, "]"));
  if (batch.records_count() <= 0)
    return refuse(ErrorCode::invalid_record,
                  concat("Invalid reported count for record batch: ", batch.records_count()));
  if (from_offsets != batch.records_count())
    return refuse(
        ErrorCode::invalid_record,
        concat("Inconsistent batch offset range [", batch.base_offset().value, ", ",
               batch.last_offset().value, "] and count of records ", batch.records_count()));
  if (batch.is_control())
    return refuse(ErrorCode::invalid_record, "Clients are not allowed to write control records");
  if (batch.has_producer_id() && batch.base_sequence() < 0)
    return refuse(ErrorCode::invalid_record,
                  concat("Invalid sequence number ", batch.base_sequence(),
                         " in record batch with producerId ", batch.producer_id().value));
  return {};
}

int64_t clamped_sum(int64_t a, int64_t b) {
  int64_t sum;
  if (!__builtin_add_overflow(a, b, &sum)) return sum;
  return b > 0 ? std::numeric_limits<int64_t>::max() : std::numeric_limits<int64_t>::min();
}

// The one pass over the records, uncompressed bytes or decompressed ones. The loop asks only
// whether a record is fine; what is wrong with it is found out of line.
class RecordsCheck {
 public:
  RecordsCheck(const BatchView& batch, const ValidateOptions& options)
      : options_(options),
        base_timestamp_(static_cast<uint64_t>(batch.base_timestamp())),
        header_max_timestamp_(batch.max_timestamp()),
        count_(batch.records_count()),
        has_append_time_(batch.timestamp_type() == TimestampType::log_append_time),
        checks_range_(options.timestamp_type == TimestampType::create_time) {
    oldest_ = clamped_sum(options.now_ms, -options.timestamp_before_max_ms);
    newest_ = clamped_sum(options.now_ms, options.timestamp_after_max_ms);
  }

  std::expected<void, ValidateFailure> run(BytesView records) {
    const uint8_t* at = records.data();
    const uint8_t* const end = at + records.size();
    for (int32_t index = 0; index < count_; ++index) {
      RawRecord record;
      if (at == end || !parse_record(at, end, record)) [[unlikely]]
        return refuse(ErrorCode::invalid_record,
                      concat("Found invalid record structure: record ", index, " of ", count_));
      const int64_t timestamp =
          has_append_time_ ? header_max_timestamp_
                           : static_cast<int64_t>(base_timestamp_ +
                                                  static_cast<uint64_t>(record.timestamp_delta));
      max_timestamp_ = std::max(max_timestamp_, timestamp);
      is_consecutive_ &= record.offset_delta == index;
      if (!is_fine(record, timestamp)) [[unlikely]]
        note(record, index, timestamp);
    }
    if (at != end)
      return refuse(ErrorCode::invalid_record,
                    "Incorrect declared batch size, records still remaining in the batch");
    if (!errors_.empty()) return refuse_errors();
    return {};
  }

  int64_t max_timestamp() const { return max_timestamp_; }
  bool is_consecutive() const { return is_consecutive_; }

 private:
  bool is_fine(const RawRecord& record, int64_t timestamp) const {
    if (options_.is_compacted && record.key == nullptr) return false;
    if (checks_range_ && timestamp != kNoTimestamp)
      return timestamp >= oldest_ && timestamp <= newest_;
    return !has_append_time_;
  }

  // Kafka looks at the key first and reports one error a record.
  void note(const RawRecord& record, int32_t index, int64_t timestamp) {
    ++errors_count_;
    const bool is_key_missing = options_.is_compacted && record.key == nullptr;
    has_timestamp_error_ |= !is_key_missing;
    if (errors_.size() < kRecordErrorsMax) errors_.push_back({index, reason(record, timestamp)});
  }

  std::string reason(const RawRecord& record, int64_t timestamp) const {
    if (options_.is_compacted && record.key == nullptr)
      return concat("Compacted topic cannot accept message without key in topic partition ",
                    options_.partition_name);
    if (checks_range_ && timestamp != kNoTimestamp)
      return concat("Timestamp ", timestamp, " of message with offset ", record.offset_delta,
                    " is out of range. The timestamp should be within [", oldest_, ", ", newest_,
                    "]");
    return concat("Invalid timestamp type in message with offset ", record.offset_delta,
                  ". Producer should not set timestamp type to LogAppendTime.");
  }

  Failure refuse_errors() {
    if (has_timestamp_error_)
      return Failure(ValidateFailure{
          ErrorCode::invalid_timestamp,
          "One or more records have been rejected due to invalid timestamp", std::move(errors_)});
    std::string message =
        concat("One or more records have been rejected due to ", errors_count_,
               " record errors in total, and only showing the first three errors at most: ");
    for (size_t i = 0; i < std::min(errors_.size(), kRecordErrorsShown); ++i)
      append_text(message, i == 0 ? "[" : ", ", "RecordError(batchIndex=", errors_[i].index,
                  ", message='", errors_[i].message, "')");
    message += "]";
    return Failure(
        ValidateFailure{ErrorCode::invalid_record, std::move(message), std::move(errors_)});
  }

  const ValidateOptions& options_;
  uint64_t base_timestamp_;
  int64_t header_max_timestamp_;
  int64_t oldest_;
  int64_t newest_;
  int64_t max_timestamp_ = kNoTimestamp;
  int32_t count_;
  bool has_append_time_;
  bool checks_range_;
  bool is_consecutive_ = true;
  bool has_timestamp_error_ = false;
  size_t errors_count_ = 0;
  std::vector<RecordError> errors_;
};

// Stamps what the topic's timestamp type demands; the CRC is computed anew only when something
// changed.
void stamp(MutableBytes batch, TimestampType type, int64_t max_timestamp) {
  const BatchView view(batch);
  if (view.timestamp_type() == type && view.max_timestamp() == max_timestamp) return;
  const auto attributes = static_cast<uint16_t>(view.attributes());
  const unsigned bit = type == TimestampType::log_append_time ? 8u : 0u;
  store_be<uint16_t>(batch.data() + 21, static_cast<uint16_t>((attributes & ~8u) | bit));
  store_be(batch.data() + 35, max_timestamp);
  update_crc(batch);
}

int level_of(Codec codec, const ValidateOptions& options) {
  if (codec == Codec::gzip) return options.gzip_level;
  if (codec == Codec::lz4) return options.lz4_level;
  if (codec == Codec::zstd) return options.zstd_level;
  return compress::kDefaultLevel;
}

// A new batch with consecutive offsets. The records have passed RecordsCheck.
std::expected<Buffer, ValidateFailure> reencode(const BatchView& batch, BytesView records,
                                                Codec target, const ValidateOptions& options,
                                                compress::Compressor& compressor) {
  BatchOptions header;
  header.leader_epoch = batch.leader_epoch();
  header.codec = target;
  header.level = level_of(target, options);
  header.producer_id = batch.producer_id();
  header.producer_epoch = batch.producer_epoch();
  header.base_sequence = batch.base_sequence();
  header.is_transactional = batch.is_transactional();
  if (options.timestamp_type == TimestampType::log_append_time)
    header.append_time_ms = options.now_ms;
  BatchBuilder builder(header);
  RecordCursor cursor(batch, records);
  for (int32_t index = 0;; ++index) {
    const auto record = cursor.next();
    if (!record) return refuse(ErrorCode::invalid_record, std::string(record.error().text()));
    if (!*record) break;
    if ((*record)->timestamp_ms < kNoTimestamp)
      return refuse(ErrorCode::unknown_server_error,
                    concat("Invalid negative timestamp ", (*record)->timestamp_ms));
    builder.append_copy(index, **record);
  }
  auto out = builder.finish(compressor);
  if (!out) return refuse(out.error().code(), std::string(out.error().text()));
  if (auto status = check_size(out->size(), options); !status)
    return Failure(std::move(status.error()));
  return std::move(*out);
}

ErrorCode decompression_code(ErrorCode code) {
  return code == ErrorCode::message_too_large ? code : ErrorCode::unknown_server_error;
}

}  // namespace

std::expected<Validated, ValidateFailure> ProduceValidator::validate(
    MutableBytes records, const ValidateOptions& options) {
  const auto entry = single_batch(records, options);
  if (!entry) {
    ValidateFailure failure = entry.error();
    failure.is_no_batch = failure.code != ErrorCode::unknown_server_error;
    return Failure(std::move(failure));
  }
  const auto batch = check_frame(*entry, options);
  if (!batch) return Failure(batch.error());
  if (auto status = check_header(*batch); !status) return Failure(std::move(status.error()));
  const auto payload =
      decompressor_.decompress(batch->codec(), batch->payload(), options.max_decompressed_bytes);
  if (!payload)
    return refuse(decompression_code(payload.error().code()), std::string(payload.error().text()));
  RecordsCheck check(*batch, options);
  if (auto status = check.run(*payload); !status) return Failure(std::move(status.error()));

  const bool is_append_time = options.timestamp_type == TimestampType::log_append_time;
  const Codec target = options.target_codec.value_or(batch->codec());
  Validated out;
  out.records_count = batch->records_count();
  out.max_timestamp = is_append_time ? options.now_ms : check.max_timestamp();
  out.log_append_time_ms = is_append_time ? options.now_ms : -1;
  // Gaps between the offsets of an uncompressed batch are stored as sent, as Kafka does.
  if (target == batch->codec() && (target == Codec::none || check.is_consecutive())) {
    out.in_place = records.first(batch->size_bytes());
    stamp(out.in_place, options.timestamp_type, out.max_timestamp);
    return out;
  }
  auto reencoded = reencode(*batch, *payload, target, options, compressor_);
  if (!reencoded) return Failure(std::move(reencoded.error()));
  out.reencoded = std::move(*reencoded);
  return out;
}

}  // namespace spool::record
