#pragma once

/// What the tests of compaction share: records as text, and a log that is cleaned by hand.

#include "core/record/batch_builder.h"
#include "core/record/record_reader.h"
#include "core/storage/log_cleaner.h"
#include "storage_fixture.h"

namespace spool::storage {

using Text = std::optional<std::string>;
/// A record as a test writes it: key, value; nullopt is null.
using Pair = std::pair<Text, Text>;

inline std::optional<BytesView> view_of(const Text& text) {
  if (!text) return std::nullopt;
  return as_bytes(*text);
}

struct Producer {
  int64_t id = -1;
  int16_t epoch = -1;
  int32_t sequence = -1;
  bool is_transactional = false;
};

inline Buffer batch_of(const std::vector<Pair>& records, Producer producer = {},
                       record::Codec codec = record::Codec::none,
                       int64_t timestamp_ms = 1'700'000'000'000) {
  record::BatchBuilder builder({.codec = codec,
                                .producer_id = ProducerId(producer.id),
                                .producer_epoch = ProducerEpoch(producer.epoch),
                                .base_sequence = producer.sequence,
                                .is_transactional = producer.is_transactional});
  for (const auto& [key, value] : records)
    builder.append(timestamp_ms, view_of(key), view_of(value));
  compress::Compressor compressor;
  return *builder.finish(compressor);
}

/// What is in the log, one line a record or batch: "offset key=value", "offset marker",
/// "[first..last] empty".
inline std::vector<std::string> content_of(const Log& log) {
  std::vector<std::string> lines;
  Offset from = log.log_start_offset();
  record::RecordReader records;
  Buffer window(1 << 16);
  while (from < log.log_end_offset()) {
    const auto read = log.read(from, log.log_end_offset(), 1 << 20, true);
    if (!read) FAIL(read.error().text());
    if (read->slice.size_bytes == 0) break;
    EntryReader reader(*read->slice.file, read->slice.file_pos,
                       read->slice.file_pos + read->slice.size_bytes, window);
    for (auto entry = reader.next(); entry && *entry; entry = reader.next()) {
      const auto bytes = reader.bytes(**entry);
      REQUIRE(bytes);
      REQUIRE(is_entry_valid(**entry, *bytes));
      const Offset last = (*entry)->last_offset;
      REQUIRE(last >= from);
      from = last + 1;
      if ((*entry)->is_v2() && record::BatchView(*bytes).records_count() == 0)
        lines.push_back(concat("[", (*entry)->base_offset.value, "..", last.value, "] empty"));
      const bool is_control = (*entry)->is_v2() && record::BatchView(*bytes).is_control();
      const auto walked =
          records.for_each(record::EntryView(*bytes), [&](const record::RecordView& record) {
            const std::string key = record.key ? std::string(as_text(*record.key)) : "null";
            const std::string value = record.value ? std::string(as_text(*record.value)) : "null";
            lines.push_back(is_control ? concat(record.offset.value, " marker")
                                       : concat(record.offset.value, " ", key, "=", value));
          });
      REQUIRE(walked);
    }
  }
  return lines;
}

struct CompactionFixture : LogFixture {
  CleanerSettings settings;
  std::optional<Offset> checkpoint;

  CompactionFixture() {
    options.config.is_compacted = true;
    options.config.is_deleted = false;
    options.config.retention_ms = -1;
    options.config.delete_retention_ms = 1000;
    options.producer_expiration_ms = INT64_MAX;
    settings.hash_key = {1, 2};
  }

  void put(Log& log, const std::vector<Pair>& records, Producer producer = {},
           record::Codec codec = record::Codec::none) {
    append(log, batch_of(records, producer, codec));
  }
  void marker(Log& log, int64_t producer_id, bool is_commit) {
    append(log, make_marker(producer_id, 0, is_commit), 0, AppendOrigin::coordinator);
  }

  Result<CleaningReport> try_clean(Log& log) {
    const WithLog with_log = [&](const std::function<Status(Log&)>& change) { return change(log); };
    const auto range = log.cleanable_range(checkpoint);
    if (!range) return fail(range.error());
    auto report = clean_log(
        fs, with_log, *range, clock.now_ms, settings, [](int64_t) { return true; },
        [](int64_t, int64_t) {});
    if (report) checkpoint = report->end_offset;
    return report;
  }
  CleaningReport clean(Log& log) {
    auto report = try_clean(log);
    if (!report) FAIL(report.error().text());
    return *report;
  }
};

using Lines = std::vector<std::string>;

}  // namespace spool::storage
