#pragma once

/// What a broker does with the records of a Produce request before they reach the log
/// (storage-format 4.2 to 4.4): checks them as Kafka does, stamps them as the topic demands, and
/// re-encodes them when the topic's codec is another.

#include <cstdint>
#include <expected>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/error.h"
#include "core/compress/codec.h"
#include "core/record/batch.h"
#include "core/record/record_reader.h"

namespace spool::record {

/// The settings of the topic and of the request that matter here.
struct ValidateOptions {
  std::string_view partition_name;    ///< "orders-3", for messages; outlives the call
  std::optional<Codec> target_codec;  ///< compression.type; nullopt is "producer"
  int gzip_level = compress::kDefaultLevel;
  int lz4_level = compress::kDefaultLevel;
  int zstd_level = compress::kDefaultLevel;
  TimestampType timestamp_type = TimestampType::create_time;
  int64_t timestamp_before_max_ms = std::numeric_limits<int64_t>::max();
  int64_t timestamp_after_max_ms = 3'600'000;
  int64_t now_ms = 0;
  bool is_compacted = false;              ///< cleanup.policy contains compact: keys may not be null
  int64_t max_message_bytes = 1'048'588;  ///< a batch, compressed, with its header
  size_t max_decompressed_bytes = kDecompressedBytesMax;
  bool is_zstd_allowed = true;  ///< Produce v7 and later
};

/// A record that made its batch fail, for record_errors of Produce v8 and later.
struct RecordError {
  int32_t index = 0;
  std::string message;
};

/// Why a batch is refused: a Kafka code, the message for the partition and the records at fault.
struct ValidateFailure {
  ErrorCode code = ErrorCode::invalid_record;
  std::string message;
  std::vector<RecordError> record_errors;
  bool is_no_batch = false;  ///< the bytes are not one batch of the current format
};

/// A batch ready to be appended. Base offset and leader epoch are the log's to assign.
struct Validated {
  MutableBytes in_place;            ///< the batch within the request; empty when it was re-encoded
  std::optional<Buffer> reencoded;  ///< the new batch otherwise
  int32_t records_count = 0;
  int64_t max_timestamp = -1;       ///< as it now stands in the header
  int64_t log_append_time_ms = -1;  ///< for the response: now with LogAppendTime, else -1

  MutableBytes batch() { return reencoded ? MutableBytes(*reencoded) : in_place; }
};

/// Checks and prepares what clients produce. Keeps codec contexts and buffers; one thread at a
/// time.
class ProduceValidator {
 public:
  /// records  the records field of one partition; on success changed in place as the topic demands,
  /// on failure not
  ///          changed. Bytes after the batch that are no second entry are left out of the result.
  std::expected<Validated, ValidateFailure> validate(MutableBytes records,
                                                     const ValidateOptions& options);

 private:
  compress::Decompressor decompressor_;
  compress::Compressor compressor_;
};

}  // namespace spool::record
