#pragma once

/// What a log holds, in numbers, gathered in one pass over its entries.

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/base/types.h"
#include "core/compress/codec.h"
#include "core/record/record_reader.h"
#include "core/storage/log_scan.h"
#include "core/storage/producer_state.h"

namespace spool::cli {

/// Counts over a range that is not known beforehand: buckets of equal width, which doubles when the
/// range outgrows them.
class TimeHistogram {
 public:
  static constexpr size_t kBuckets = 20;
  void add(int64_t ms);
  struct Bar {
    int64_t from_ms = 0;
    int64_t count = 0;
  };
  std::vector<Bar> bars() const;
  int64_t width_ms() const { return width_ms_; }

 private:
  void widen();
  int64_t width_ms_ = 1000;
  std::map<int64_t, int64_t> counts_;  // by ms / width
};

/// The keys seen most often. Counts are lower bounds once keys had to be forgotten.
class HotKeys {
 public:
  static constexpr size_t kKeysMax = 100'000;
  struct Key {
    std::string key;
    int64_t count = 0;
    int64_t bytes = 0;  ///< of keys and values
  };
  void add(BytesView key, int64_t bytes);
  std::vector<Key> top(size_t count) const;
  bool is_exact() const { return floor_ == 0; }

 private:
  struct Count {
    int64_t count = 0;
    int64_t bytes = 0;
  };
  std::unordered_map<std::string, Count> counts_;
  int64_t floor_ = 0;
};

/// What other codecs would make of the batches.
class CompressionTrial {
 public:
  struct Outcome {
    compress::Codec codec;
    int level;
    int64_t bytes = 0;
  };
  CompressionTrial();
  /// raw  the batch's records, decompressed
  void add(BytesView raw, int64_t stored_bytes);
  const std::vector<Outcome>& outcomes() const { return outcomes_; }
  int64_t raw_bytes() const { return raw_bytes_; }
  int64_t stored_bytes() const { return stored_bytes_; }

 private:
  bool is_sampled();
  compress::Compressor compressor_;
  Buffer scratch_;
  std::vector<Outcome> outcomes_;
  int64_t raw_bytes_ = 0, stored_bytes_ = 0, seen_ = 0;
};

struct SummaryOptions {
  bool with_keys = false;
  bool with_compression = false;
};

class LogSummary {
 public:
  static constexpr size_t kSizeBuckets = 32;
  explicit LogSummary(const SummaryOptions& options) : options_(options) {}

  void add_segment(int64_t bytes) {
    ++segments;
    log_bytes += bytes;
  }
  /// Takes in a whole entry or a damaged range.
  void add(const storage::ScanItem& item);

  struct CodecUse {
    int64_t batches = 0;
    int64_t stored_bytes = 0;
    int64_t raw_bytes = 0;
  };
  struct Producer {
    int16_t epoch = -1;
    int64_t batches = 0, records = 0, bytes = 0, commits = 0, aborts = 0;
    int64_t first_offset = 0, last_offset = 0;
    int32_t last_sequence = -1;
    std::optional<int64_t> open_since;
  };

  int64_t segments = 0, log_bytes = 0, entries = 0, records = 0, control_batches = 0;
  int64_t empty_batches = 0, damaged_ranges = 0, damaged_bytes = 0, unreadable_batches = 0;
  int64_t holes = 0, missing_offsets = 0;
  std::optional<int64_t> first_offset, last_offset;
  std::optional<int64_t> min_timestamp_ms, max_timestamp_ms;
  int64_t null_keys = 0, null_values = 0, headers = 0, key_bytes = 0, value_bytes = 0;
  int64_t commits = 0, aborts = 0;
  int64_t largest_record_bytes = -1, largest_record_offset = -1;
  std::array<int64_t, 3> by_magic{};
  std::array<CodecUse, 8> by_codec{};
  std::array<int64_t, kSizeBuckets> by_size{};  ///< bucket n: below 2^n bytes
  std::map<int64_t, Producer> producers;
  TimeHistogram by_time;
  HotKeys keys;
  CompressionTrial compression;

 private:
  void add_offsets(const storage::EntryHeader& header);
  void add_producer(const record::BatchView& batch, int64_t records);
  void add_record(const record::RecordView& record);

  SummaryOptions options_;
  record::RecordReader reader_{storage::LogScan::kBytesMax};
  compress::Decompressor decompressor_;
};

/// For people.
void append_summary_text(std::string& out, const LogSummary& summary, const std::string& name);
/// One JSON object and a newline.
void append_summary_json(std::string& out, const LogSummary& summary, const std::string& name);

void append_keys_text(std::string& out, const LogSummary& summary);
void append_producers_text(std::string& out, const LogSummary& summary);
void append_compression_text(std::string& out, const LogSummary& summary);

}  // namespace spool::cli
