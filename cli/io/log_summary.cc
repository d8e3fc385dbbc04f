#include "cli/io/log_summary.h"

#include <algorithm>
#include <bit>

#include "cli/io/json_text.h"
#include "cli/io/progress.h"
#include "cli/io/shown_record.h"
#include "core/base/text.h"
#include "core/record/control.h"

namespace spool::cli {

namespace {

constexpr size_t kTopKeys = 20;
constexpr int64_t kTrialBytes = 32 << 20;  // everything up to here, a sample after it
constexpr int64_t kTrialStride = 64;

std::string time_text(int64_t ms) {
  std::string out;
  append_iso_time(out, ms, false);
  return out;
}

// "12.3" of 123, with one decimal.
std::string tenths(int64_t tenths) { return concat(tenths / 10, '.', tenths % 10); }

std::string percent(int64_t part, int64_t whole) {
  return whole == 0 ? "-" : tenths(part * 1000 / whole) + " %";
}

void append_bar(std::string& out, int64_t count, int64_t largest) {
  constexpr int64_t kWidth = 40;
  const int64_t cells = largest == 0 ? 0 : (count * kWidth + largest - 1) / largest;
  for (int64_t i = 0; i < cells; ++i) out += "\u2588";
}

void pad_left(std::string& out, std::string_view text, size_t width) {
  if (text.size() < width) out.append(width - text.size(), ' ');
  out += text;
}

void line(std::string& out, std::string_view name, const std::string& text) {
  append_text(out, "  ", name, std::string(name.size() < 15 ? 15 - name.size() : 1, ' '), text,
              '\n');
}

}  // namespace

// --- histograms
// -----------------------------------------------------------------------------------

void TimeHistogram::add(int64_t ms) {
  const int64_t bucket = ms >= 0 ? ms / width_ms_ : -((-ms + width_ms_ - 1) / width_ms_);
  ++counts_[bucket];
  while (counts_.rbegin()->first - counts_.begin()->first >= static_cast<int64_t>(kBuckets))
    widen();
}

void TimeHistogram::widen() {
  width_ms_ *= 2;
  std::map<int64_t, int64_t> wider;
  for (const auto& [bucket, count] : counts_)
    wider[bucket >= 0 ? bucket / 2 : (bucket - 1) / 2] += count;
  counts_ = std::move(wider);
}

std::vector<TimeHistogram::Bar> TimeHistogram::bars() const {
  std::vector<Bar> out;
  if (counts_.empty()) return out;
  for (int64_t bucket = counts_.begin()->first; bucket <= counts_.rbegin()->first; ++bucket) {
    const auto found = counts_.find(bucket);
    out.push_back({bucket * width_ms_, found == counts_.end() ? 0 : found->second});
  }
  return out;
}

void HotKeys::add(BytesView key, int64_t bytes) {
  Count& count = counts_[std::string(as_text(key.first(std::min<size_t>(key.size(), 256))))];
  ++count.count;
  count.bytes += bytes;
  while (counts_.size() > kKeysMax) {
    // Who was seen no oftener than this cannot be among the hottest.
    ++floor_;
    std::erase_if(counts_, [&](const auto& entry) { return entry.second.count <= floor_; });
  }
}

std::vector<HotKeys::Key> HotKeys::top(size_t count) const {
  std::vector<Key> all;
  for (const auto& [key, seen] : counts_) all.push_back({key, seen.count, seen.bytes});
  std::ranges::sort(all, [](const Key& a, const Key& b) {
    return a.count != b.count ? a.count > b.count : a.key < b.key;
  });
  all.resize(std::min(all.size(), count));
  return all;
}

CompressionTrial::CompressionTrial() {
  using compress::Codec;
  for (const auto& [codec, level] :
       {std::pair{Codec::gzip, 1}, std::pair{Codec::gzip, 6},
        std::pair{Codec::snappy, compress::kDefaultLevel},
        std::pair{Codec::lz4, compress::kDefaultLevel}, std::pair{Codec::zstd, 1},
        std::pair{Codec::zstd, 3}, std::pair{Codec::zstd, 9}})
    outcomes_.push_back({codec, level});
}

bool CompressionTrial::is_sampled() {
  return raw_bytes_ < kTrialBytes || seen_ % kTrialStride == 0;
}

void CompressionTrial::add(BytesView raw, int64_t stored_bytes) {
  ++seen_;
  if (!is_sampled()) return;
  raw_bytes_ += static_cast<int64_t>(raw.size());
  stored_bytes_ += stored_bytes;
  for (Outcome& outcome : outcomes_) {
    scratch_.clear();
    const Status done = compressor_.compress(outcome.codec, outcome.level, raw, scratch_);
    outcome.bytes += static_cast<int64_t>(done ? scratch_.size() : raw.size());
  }
}

// --- summary
// --------------------------------------------------------------------------------------

void LogSummary::add_offsets(const storage::EntryHeader& header) {
  const int64_t base = header.base_offset.value, last = header.last_offset.value;
  if (!first_offset) first_offset = base;
  if (header.is_v2() && last_offset && base > *last_offset + 1) {
    ++holes;
    missing_offsets += base - *last_offset - 1;
  }
  last_offset = std::max(last_offset.value_or(last), last);
}

void LogSummary::add(const storage::ScanItem& item) {
  if (!item.is_whole()) {
    ++damaged_ranges;
    damaged_bytes += item.size_bytes;
    return;
  }
  ++entries;
  add_offsets(item.header);
  if (item.header.magic >= 0 && item.header.magic <= 2)
    ++by_magic[static_cast<size_t>(item.header.magic)];
  CodecUse& use = by_codec[static_cast<size_t>(item.header.attributes & 7)];
  ++use.batches;
  use.stored_bytes += item.size_bytes;
  if (item.bytes.empty()) return;
  std::optional<record::BatchView> batch;
  if (item.header.is_v2()) batch.emplace(item.bytes);
  if (batch && batch->is_control()) {
    ++control_batches;
    add_producer(*batch, 0);
    return;
  }
  const int64_t before = records;
  const Status read = reader_.for_each(
      record::EntryView(item.bytes), [&](const record::RecordView& record) { add_record(record); });
  unreadable_batches += !read;
  empty_batches += read && records == before;
  if (!batch) return;
  add_producer(*batch, records - before);
  const auto raw =
      batch->codec_bits() > 4
          ? Result<BytesView>(fail(ErrorCode::unsupported))
          : decompressor_.decompress(batch->codec(), batch->payload(), storage::LogScan::kBytesMax);
  if (!raw) return;
  use.raw_bytes += static_cast<int64_t>(raw->size());
  if (options_.with_compression)
    compression.add(*raw, static_cast<int64_t>(batch->payload().size()));
}

void LogSummary::add_record(const record::RecordView& record) {
  ++records;
  const auto key = record.key ? static_cast<int64_t>(record.key->size()) : 0;
  const auto value = record.value ? static_cast<int64_t>(record.value->size()) : 0;
  null_keys += !record.key;
  null_values += !record.value;
  headers += record.headers_count;
  key_bytes += key;
  value_bytes += value;
  if (key + value > largest_record_bytes) {
    largest_record_bytes = key + value;
    largest_record_offset = record.offset.value;
  }
  ++by_size[std::min<size_t>(
      static_cast<size_t>(std::bit_width(static_cast<uint64_t>(key + value))), kSizeBuckets - 1)];
  if (record.timestamp_ms >= 0) {
    min_timestamp_ms =
        std::min(min_timestamp_ms.value_or(record.timestamp_ms), record.timestamp_ms);
    max_timestamp_ms =
        std::max(max_timestamp_ms.value_or(record.timestamp_ms), record.timestamp_ms);
    by_time.add(record.timestamp_ms);
  }
  if (options_.with_keys && record.key) keys.add(*record.key, key + value);
}

void LogSummary::add_producer(const record::BatchView& batch, int64_t count) {
  if (!batch.has_producer_id()) return;
  auto [found, is_new] = producers.try_emplace(batch.producer_id().value);
  Producer& producer = found->second;
  if (is_new) producer.first_offset = batch.base_offset().value;
  producer.epoch = batch.producer_epoch().value;
  producer.last_offset = batch.last_offset().value;
  if (batch.is_control()) {
    const auto marker = storage::read_marker(batch);
    if (!marker || !*marker) return;
    ++((*marker)->is_commit ? producer.commits : producer.aborts);
    ++((*marker)->is_commit ? commits : aborts);
    producer.open_since.reset();
    return;
  }
  ++producer.batches;
  producer.records += count;
  producer.bytes += static_cast<int64_t>(batch.size_bytes());
  producer.last_sequence = batch.last_sequence();
  if (batch.is_transactional() && !producer.open_since)
    producer.open_since = batch.base_offset().value;
}

// --- text
// -----------------------------------------------------------------------------------------

namespace {

void append_codecs_text(std::string& out, const LogSummary& summary) {
  for (size_t i = 0; i < summary.by_codec.size(); ++i) {
    const auto& use = summary.by_codec[i];
    if (use.batches == 0) continue;
    std::string text = concat(counted(use.batches, "batch"), ", ", short_bytes(use.stored_bytes));
    if (use.raw_bytes > use.stored_bytes)
      append_text(text, " for ", short_bytes(use.raw_bytes), ", ratio ",
                  tenths(use.raw_bytes * 10 / std::max<int64_t>(use.stored_bytes, 1)));
    line(out, concat("codec ", compress::codec_name(static_cast<compress::Codec>(i))), text);
  }
}

void append_sizes_text(std::string& out, const LogSummary& summary) {
  const auto largest = std::ranges::max(summary.by_size);
  if (largest == 0) return;
  out += "\n  record size, key and value\n";
  size_t first = 0, last = summary.by_size.size() - 1;
  while (summary.by_size[first] == 0) ++first;
  while (summary.by_size[last] == 0) --last;
  for (size_t i = first; i <= last; ++i) {
    out += "  ";
    pad_left(out, i == 0 ? "0" : concat("<", short_bytes(int64_t{1} << i)), 12);
    out += ' ';
    pad_left(out, grouped(summary.by_size[i]), 12);
    out += ' ';
    append_bar(out, summary.by_size[i], largest);
    out += '\n';
  }
}

/// The width of a bar, rounded: "32 s", "9 min", "1,553 days".
std::string width_text(int64_t ms) {
  const int64_t seconds = ms / 1000;
  if (seconds < 2 * 60) return concat(seconds, " s");
  if (seconds < 2 * 3600) return concat(seconds / 60, " min");
  if (seconds < 2 * 86'400) return concat(seconds / 3600, " h");
  return concat(grouped(seconds / 86'400), " days");
}

void append_times_text(std::string& out, const LogSummary& summary) {
  const auto bars = summary.by_time.bars();
  if (bars.empty()) return;
  int64_t largest = 0;
  for (const auto& bar : bars) largest = std::max(largest, bar.count);
  append_text(out, "\n  records over time, by ", width_text(summary.by_time.width_ms()), '\n');
  for (const auto& bar : bars) {
    append_text(out, "  ", time_text(bar.from_ms).substr(0, 19), ' ');
    pad_left(out, grouped(bar.count), 12);
    out += ' ';
    append_bar(out, bar.count, largest);
    out += '\n';
  }
}

}  // namespace

void append_summary_text(std::string& out, const LogSummary& summary, const std::string& name) {
  append_text(out, name, '\n');
  line(out, "size",
       concat(short_bytes(summary.log_bytes), " in ", counted(summary.segments, "segment")));
  line(out, "records", concat(grouped(summary.records), " in ", counted(summary.entries, "batch")));
  if (summary.first_offset)
    line(out, "offsets",
         concat(*summary.first_offset, " to ", *summary.last_offset, ", ",
                summary.holes == 0 ? "no holes"
                                   : concat(counted(summary.holes, "hole"), " with ",
                                            counted(summary.missing_offsets, "offset"))));
  if (summary.min_timestamp_ms)
    line(
        out, "time",
        concat(time_text(*summary.min_timestamp_ms), " to ", time_text(*summary.max_timestamp_ms)));
  append_codecs_text(out, summary);
  if (summary.by_magic[0] + summary.by_magic[1] > 0)
    line(out, "formats",
         concat(summary.by_magic[2], " of magic 2, ", summary.by_magic[1], " of magic 1, ",
                summary.by_magic[0], " of magic 0"));
  if (summary.records > 0)
    line(out, "largest",
         concat(short_bytes(summary.largest_record_bytes), " at offset ",
                summary.largest_record_offset));
  if (summary.null_values + summary.null_keys > 0)
    line(out, "null",
         concat(counted(summary.null_values, "value"), " (tombstones), ",
                counted(summary.null_keys, "key")));
  if (!summary.producers.empty())
    line(out, "producers", concat(summary.producers.size(), " with an id"));
  if (summary.commits + summary.aborts > 0)
    line(out, "transactions", concat(summary.commits, " committed, ", summary.aborts, " aborted"));
  for (const auto& [id, producer] : summary.producers)
    if (producer.open_since)
      line(out, "open",
           concat("transaction of producer ", id, " epoch ", producer.epoch, " since offset ",
                  *producer.open_since));
  if (summary.damaged_ranges + summary.unreadable_batches > 0)
    line(
        out, "DAMAGED",
        concat(counted(summary.damaged_ranges, "range"), " of ", short_bytes(summary.damaged_bytes),
               ", ", counted(summary.unreadable_batches, "batch"),
               " with unreadable records; see spool verify"));
  append_sizes_text(out, summary);
  append_times_text(out, summary);
}

void append_keys_text(std::string& out, const LogSummary& summary) {
  append_text(out, "\n  hottest keys", summary.keys.is_exact() ? "" : ", counts at least", '\n');
  for (const HotKeys::Key& key : summary.keys.top(kTopKeys)) {
    out += "  ";
    pad_left(out, grouped(key.count), 12);
    out += ' ';
    pad_left(out, percent(key.count, summary.records), 8);
    out += ' ';
    pad_left(out, short_bytes(key.bytes), 10);
    out += "  ";
    append_json_bytes(out, as_bytes(key.key));
    out += '\n';
  }
}

void append_producers_text(std::string& out, const LogSummary& summary) {
  out +=
      "\n  producer  epoch  batches  records  bytes  first offset  last offset  last sequence  "
      "commits  aborts\n";
  for (const auto& [id, p] : summary.producers)
    append_text(out, "  ", id, "  ", p.epoch, "  ", p.batches, "  ", p.records, "  ", p.bytes, "  ",
                p.first_offset, "  ", p.last_offset, "  ", p.last_sequence, "  ", p.commits, "  ",
                p.aborts, '\n');
}

void append_compression_text(std::string& out, const LogSummary& summary) {
  const CompressionTrial& trial = summary.compression;
  append_text(out, "\n  compression, of ", short_bytes(trial.raw_bytes()), " of records now in ",
              short_bytes(trial.stored_bytes()), '\n');
  for (const auto& outcome : trial.outcomes()) {
    std::string name(compress::codec_name(outcome.codec));
    if (outcome.level != compress::kDefaultLevel) append_text(name, ' ', outcome.level);
    line(out, name,
         concat(short_bytes(outcome.bytes), ", saves ",
                percent(trial.stored_bytes() - outcome.bytes, trial.stored_bytes())));
  }
}

// --- JSON
// -----------------------------------------------------------------------------------------

namespace {

void member(std::string& out, std::string_view name, int64_t value) {
  append_text(out, ",\"", name, "\":", value);
}

void member(std::string& out, std::string_view name, const std::optional<int64_t>& value) {
  append_text(out, ",\"", name, "\":", value ? concat(*value) : "null");
}

void append_lists_json(std::string& out, const LogSummary& summary) {
  out += ",\"codecs\":[";
  bool is_first = true;
  for (size_t i = 0; i < summary.by_codec.size(); ++i) {
    const auto& use = summary.by_codec[i];
    if (use.batches == 0) continue;
    append_text(out, is_first ? "" : ",", "{\"codec\":\"",
                compress::codec_name(static_cast<compress::Codec>(i)),
                "\",\"batches\":", use.batches, ",\"stored_bytes\":", use.stored_bytes,
                ",\"raw_bytes\":", use.raw_bytes, '}');
    is_first = false;
  }
  out += "],\"producers\":[";
  is_first = true;
  for (const auto& [id, p] : summary.producers) {
    append_text(out, is_first ? "" : ",", "{\"producer_id\":", id, ",\"producer_epoch\":", p.epoch,
                ",\"batches\":", p.batches, ",\"records\":", p.records, ",\"bytes\":", p.bytes,
                ",\"first_offset\":", p.first_offset, ",\"last_offset\":", p.last_offset,
                ",\"last_sequence\":", p.last_sequence, ",\"commits\":", p.commits,
                ",\"aborts\":", p.aborts,
                ",\"open_since\":", p.open_since ? concat(*p.open_since) : "null", '}');
    is_first = false;
  }
  out += "],\"record_sizes\":[";
  is_first = true;
  for (size_t i = 0; i < summary.by_size.size(); ++i) {
    if (summary.by_size[i] == 0) continue;
    append_text(out, is_first ? "" : ",", "{\"below\":", int64_t{1} << i,
                ",\"records\":", summary.by_size[i], '}');
    is_first = false;
  }
  append_text(out, "],\"time_width_ms\":", summary.by_time.width_ms(), ",\"times\":[");
  is_first = true;
  for (const auto& bar : summary.by_time.bars()) {
    append_text(out, is_first ? "" : ",", "{\"from\":", bar.from_ms, ",\"records\":", bar.count,
                '}');
    is_first = false;
  }
  out += ']';
}

}  // namespace

void append_summary_json(std::string& out, const LogSummary& summary, const std::string& name) {
  out += "{\"path\":";
  append_json_bytes(out, as_bytes(name));
  member(out, "segments", summary.segments);
  member(out, "bytes", summary.log_bytes);
  member(out, "batches", summary.entries);
  member(out, "records", summary.records);
  member(out, "first_offset", summary.first_offset);
  member(out, "last_offset", summary.last_offset);
  member(out, "holes", summary.holes);
  member(out, "missing_offsets", summary.missing_offsets);
  member(out, "min_timestamp", summary.min_timestamp_ms);
  member(out, "max_timestamp", summary.max_timestamp_ms);
  member(out, "control_batches", summary.control_batches);
  member(out, "empty_batches", summary.empty_batches);
  member(out, "commits", summary.commits);
  member(out, "aborts", summary.aborts);
  member(out, "null_keys", summary.null_keys);
  member(out, "null_values", summary.null_values);
  member(out, "headers", summary.headers);
  member(out, "key_bytes", summary.key_bytes);
  member(out, "value_bytes", summary.value_bytes);
  member(out, "largest_record_bytes", summary.largest_record_bytes);
  member(out, "largest_record_offset", summary.largest_record_offset);
  member(out, "damaged_ranges", summary.damaged_ranges);
  member(out, "damaged_bytes", summary.damaged_bytes);
  member(out, "unreadable_batches", summary.unreadable_batches);
  append_lists_json(out, summary);
  if (const auto keys = summary.keys.top(kTopKeys); !keys.empty()) {
    append_text(out, ",\"keys_are_exact\":", summary.keys.is_exact(), ",\"keys\":[");
    for (size_t i = 0; i < keys.size(); ++i) {
      append_text(out, i == 0 ? "" : ",", "{\"records\":", keys[i].count,
                  ",\"bytes\":", keys[i].bytes, ",\"key\":");
      append_json_bytes(out, as_bytes(keys[i].key));
      out += '}';
    }
    out += ']';
  }
  if (summary.compression.raw_bytes() > 0) {
    append_text(out, ",\"compression\":{\"raw_bytes\":", summary.compression.raw_bytes(),
                ",\"stored_bytes\":", summary.compression.stored_bytes(), ",\"codecs\":[");
    bool is_first = true;
    for (const auto& outcome : summary.compression.outcomes()) {
      append_text(out, is_first ? "" : ",", "{\"codec\":\"", compress::codec_name(outcome.codec),
                  "\",\"level\":",
                  outcome.level == compress::kDefaultLevel ? "null" : concat(outcome.level),
                  ",\"bytes\":", outcome.bytes, '}');
      is_first = false;
    }
    out += "]}";
  }
  out += "}\n";
}

}  // namespace spool::cli
