#pragma once

/// What the log's tests share: a scratch directory, a clock that stands still, and batches made by
/// hand.

#include <doctest/doctest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "core/base/crc.h"
#include "core/base/text.h"
#include "core/base/varint.h"
#include "core/storage/entry_reader.h"
#include "core/storage/log.h"

namespace spool::storage {

class ManualClock final : public Clock {
 public:
  int64_t wall_ms() const override { return now_ms; }
  Monotonic monotonic() const override {
    return Monotonic(std::chrono::milliseconds(now_ms - jumped_ms_));
  }
  /// Somebody sets the machine's clock; no time passes.
  void jump(int64_t by_ms) {
    now_ms += by_ms;
    jumped_ms_ += by_ms;
  }
  int64_t now_ms = 1'700'000'000'000;

 private:
  int64_t jumped_ms_ = 0;
};

/// Keeps the lines, to ask what was said.
class ListLogger final : public Logger {
 public:
  void write(LogLevel, std::string_view line) override { lines.emplace_back(line); }
  bool has(std::string_view part) const {
    for (const std::string& line : lines)
      if (line.find(part) != std::string::npos) return true;
    return false;
  }
  std::vector<std::string> lines;
};

/// In memory where there is a place for it: thousands of fsyncs of a busy disk take minutes.
class ScratchDirectory {
 public:
  ScratchDirectory() {
    const bool is_in_memory =
        std::getenv("TMPDIR") == nullptr && ::access("/dev/shm", W_OK | X_OK) == 0;
    const std::filesystem::path parent =
        is_in_memory ? "/dev/shm" : std::filesystem::temp_directory_path();
    std::string name = (parent / "spool-test-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path = name;
  }
  ~ScratchDirectory() { std::filesystem::remove_all(path); }
  ScratchDirectory(const ScratchDirectory&) = delete;
  ScratchDirectory& operator=(const ScratchDirectory&) = delete;
  std::string path;
};

/// What a batch is to look like; the rest as a plain producer writes it.
struct BatchSpec {
  int32_t count = 1;
  int64_t timestamp_ms = 1'700'000'000'000;
  int64_t producer_id = -1;
  int16_t producer_epoch = -1;
  int32_t base_sequence = -1;
  bool is_transactional = false;
  size_t value_bytes = 10;
  int64_t base_offset = 0;
  int32_t leader_epoch = 0;
};

/// Sets size and CRC of a batch whose other bytes are there.
inline void seal(Buffer& batch) {
  store_be(batch.data() + 8, static_cast<int32_t>(batch.size() - 12));
  store_be(batch.data() + 17, crc32c(BytesView(batch).subspan(21)));
}

inline Buffer batch_header(const BatchSpec& spec, int16_t attributes, int32_t record_count) {
  Buffer out;
  append_be(out, spec.base_offset);
  append_be(out, int32_t{0});
  append_be(out, spec.leader_epoch);
  out.push_back(2);
  append_be(out, uint32_t{0});
  append_be(out, attributes);
  append_be(out, spec.count - 1);
  append_be(out, spec.timestamp_ms);
  append_be(out, spec.timestamp_ms);
  append_be(out, spec.producer_id);
  append_be(out, spec.producer_epoch);
  append_be(out, spec.base_sequence);
  append_be(out, record_count);
  return out;
}

inline void append_record(Buffer& out, int32_t offset_delta, BytesView key, BytesView value) {
  Buffer body;
  body.push_back(0);
  append_varlong(body, 0);
  append_varint(body, offset_delta);
  append_varint(body, static_cast<int32_t>(key.size()));
  append(body, key);
  append_varint(body, static_cast<int32_t>(value.size()));
  append(body, value);
  append_varint(body, 0);
  append_varint(out, static_cast<int32_t>(body.size()));
  append(out, body);
}

inline Buffer make_batch(const BatchSpec& spec) {
  Buffer out = batch_header(spec, spec.is_transactional ? 16 : 0, spec.count);
  const std::string value(spec.value_bytes, 'v');
  for (int32_t i = 0; i < spec.count; ++i) append_record(out, i, as_bytes("k"), as_bytes(value));
  seal(out);
  return out;
}

inline Buffer make_marker(int64_t producer_id, int16_t producer_epoch, bool is_commit,
                          int32_t coordinator_epoch = 5) {
  Buffer out = batch_header({.timestamp_ms = 1'700'000'000'100,
                             .producer_id = producer_id,
                             .producer_epoch = producer_epoch},
                            0x30, 1);
  Buffer key, value;
  append_be(key, int16_t{0});
  append_be(key, static_cast<int16_t>(is_commit ? 1 : 0));
  append_be(value, int16_t{0});
  append_be(value, coordinator_epoch);
  append_record(out, 0, key, value);
  seal(out);
  return out;
}

struct LogFixture {
  ScratchDirectory scratch;
  PosixFileSystem fs;
  ManualClock clock;
  ListLogger logger;
  LogOpenOptions options;

  LogFixture() { options.config.retention_ms = -1; }

  std::string path() const { return scratch.path + "/orders-0"; }
  std::string file(std::string_view name) const { return concat(path(), '/', name); }
  Result<std::unique_ptr<Log>> try_open() { return Log::open(fs, clock, logger, path(), options); }
  std::unique_ptr<Log> open() {
    auto log = try_open();
    if (!log) FAIL(log.error().text());
    return std::move(*log);
  }
  /// As after an orderly shutdown: recovery point is the log end.
  std::unique_ptr<Log> open_clean() {
    options.is_clean = true;
    return open();
  }
  std::unique_ptr<Log> open_read_only() {
    options.is_read_only = true;
    auto log = open();
    options.is_read_only = false;
    return log;
  }

  static AppendResult append(Log& log, Buffer batch, int32_t leader_epoch = 0,
                             AppendOrigin origin = AppendOrigin::client) {
    auto result = log.append(batch, LeaderEpoch(leader_epoch), origin);
    if (!result) FAIL(result.error().text());
    return *result;
  }
  static AppendResult append(Log& log, int32_t count, int32_t leader_epoch = 0) {
    return append(log, make_batch({.count = count}), leader_epoch);
  }
  static AppendResult append(Log& log, const BatchSpec& spec, int32_t leader_epoch = 0) {
    return append(log, make_batch(spec), leader_epoch);
  }
  static ErrorCode append_error(Log& log, Buffer batch,
                                AppendOrigin origin = AppendOrigin::client) {
    const auto result = log.append(batch, LeaderEpoch(0), origin);
    return result ? ErrorCode::none : result.error().code();
  }

  /// Base offsets of the whole batches in a slice.
  static std::vector<int64_t> base_offsets(const ReadResult& read) {
    std::vector<int64_t> offsets;
    if (!read.slice.file) return offsets;
    Buffer window(1 << 16);
    EntryReader reader(*read.slice.file, read.slice.file_pos,
                       read.slice.file_pos + read.slice.size_bytes, window);
    for (auto entry = reader.next(); entry && *entry; entry = reader.next())
      offsets.push_back((*entry)->base_offset.value);
    return offsets;
  }
  /// Base offsets of every batch that a reader sees from `from` on.
  static std::vector<int64_t> read_all(const Log& log, Offset from) {
    std::vector<int64_t> offsets;
    while (from < log.log_end_offset()) {
      const auto read = log.read(from, log.log_end_offset(), 1 << 20, true);
      if (!read) FAIL(read.error().text());
      const auto more = base_offsets(*read);
      if (more.empty()) break;
      offsets.insert(offsets.end(), more.begin(), more.end());
      Buffer window(1 << 16);
      EntryReader reader(*read->slice.file, read->slice.file_pos,
                         read->slice.file_pos + read->slice.size_bytes, window);
      for (auto entry = reader.next(); entry && *entry; entry = reader.next())
        from = (*entry)->last_offset + 1;
    }
    return offsets;
  }

  std::vector<std::string> names() {
    std::vector<std::string> all;
    const auto entries = fs.list(path());
    REQUIRE(entries);
    for (const DirectoryEntry& entry : *entries) all.push_back(entry.name);
    std::sort(all.begin(), all.end());
    return all;
  }
  bool has(std::string_view name) const { return std::filesystem::exists(file(name)); }
  int64_t size_of(std::string_view name) const {
    return static_cast<int64_t>(std::filesystem::file_size(file(name)));
  }
  std::string content(std::string_view name) { return *read_small_file(fs, file(name)); }
  void write_file(std::string_view name, BytesView bytes) {
    auto opened = fs.open(file(name), OpenMode::replace);
    REQUIRE(opened);
    REQUIRE((*opened)->write_at(0, bytes));
  }
  void append_to_file(std::string_view name, BytesView bytes) {
    auto opened = fs.open(file(name), OpenMode::create);
    REQUIRE(opened);
    REQUIRE((*opened)->write_at(*(*opened)->size(), bytes));
  }
  void cut_file(std::string_view name, int64_t bytes_off) {
    std::filesystem::resize_file(file(name), static_cast<uintmax_t>(size_of(name) - bytes_off));
  }
};

}  // namespace spool::storage
