#pragma once

/// The output of Kafka's kafka-dump-log (DumpLogSegments of 4.3.1), line by line, on stdout; its
/// complaints, which go to stderr after all files, are collected.
///
/// It reads as the tool does: entries by their size fields until one does not fit; an entry whose
/// size is below the minimum, or whose records cannot be read, ends it with an error.

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "cli/io/out.h"
#include "core/base/error.h"
#include "core/record/record_reader.h"
#include "core/storage/entry_reader.h"
#include "core/storage/file.h"

namespace spool::cli {

enum class DumpDecoder : uint8_t { text, offsets, transactions, metadata, share };

struct DumpOptions {
  DumpDecoder decoder = DumpDecoder::text;
  bool prints_contents = false;
  bool is_deep = false;
  bool skips_metadata = false;
  bool verifies_index_only = false;
  bool checks_sanity_only = false;
  int32_t max_bytes = std::numeric_limits<int32_t>::max();
  int32_t max_message_bytes = 5 << 20;
};

class LogDumper {
 public:
  /// fs, out  outlive the dumper
  LogDumper(storage::FileSystem& fs, const DumpOptions& options, Out& out)
      : fs_(fs), options_(options), out_(out) {}

  /// Dumps one file. errors: what would end the tool
  Status dump(const std::string& path);

  /// Lines for stderr.
  std::vector<std::string> complaints() const;
  /// Something in the files is wrong (holes in offsets are not: the tool reports them of every
  /// segment that does not begin at 0).
  bool has_findings() const { return has_findings_; }

 private:
  Status dump_log(const std::string& path, std::string_view name);
  Status dump_batch(const storage::File& file, const storage::EntryHeader& header, BytesView entry);
  Status dump_records(const storage::EntryHeader& header, BytesView entry);
  Status dump_batch_records(const record::BatchView& batch);
  Status dump_legacy_records(const storage::EntryHeader& header, BytesView entry);
  Status dump_record(const record::RecordView& record, std::string_view timestamp_type,
                     const record::BatchView* batch, std::string_view legacy_suffix);
  Status append_control(const record::RecordView& record);
  void append_contents(const record::RecordView& record, std::string_view prefix);
  Status dump_index(const std::string& path, std::string_view name);
  Status dump_time_index(const std::string& path, std::string_view name);
  Status dump_transaction_index(const std::string& path);
  Status dump_snapshot(const std::string& path);
  void flush_if_full();

  storage::FileSystem& fs_;
  DumpOptions options_;
  Out& out_;
  std::string line_;
  record::RecordReader reader_;
  compress::Decompressor decompressor_;
  int64_t last_offset_ = -1;
  bool has_findings_ = false;
  std::vector<std::string> jumps_;
  std::vector<std::string> mismatches_, timestamps_, disorder_, missing_;
};

/// UTF-8 as Java decodes it: what is malformed becomes U+FFFD.
void append_java_text(std::string& out, BytesView bytes);

}  // namespace spool::cli
