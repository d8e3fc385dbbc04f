#include <map>
#include <memory>
#include <optional>

#include "core/record/batch_builder.h"
#include "core/record/record_reader.h"
#include "core/storage/entry_reader.h"
#include "core/storage/log.h"
#include "core/storage/log_cleaner.h"
#include "tests/faults/runs.h"
#include "tests/support/fault_file_system.h"

namespace spool::test {
namespace {

using storage::Log;
using Call = FaultFileSystem::Call;

constexpr int kLives = 5;
constexpr int kStepsMax = 60;
constexpr int kKeys = 12;
constexpr int64_t kNow = 1'700'000'000'000;
const std::string kDirectory = "/data/table-0";

struct Written {
  std::string key;
  std::optional<std::string> value;  // nullopt: a tombstone

  bool operator==(const Written&) const = default;
};
using Records = std::map<int64_t, Written>;  // by offset

class CompactionRun {
 public:
  CompactionRun(uint64_t seed, RunReport& report) : dice_(seed), report_(report) {}

  void run() {
    (void)fs_.make_directory("/data");
    (void)fs_.sync_directory("");
    options_.config.is_compacted = true;
    options_.config.is_deleted = false;
    options_.config.retention_ms = -1;
    options_.config.delete_retention_ms = dice_.below(2) * 10'000;
    options_.config.segment_bytes = static_cast<int32_t>(1'000 + dice_.below(6'000));
    settings_.hash_key = {1, 2};
    for (int life = 0; life < kLives && report_.findings.empty(); ++life) {
      if (!open()) return;
      if (dice_.percent(50)) arm_fault();
      const int64_t steps = dice_.below(kStepsMax);
      for (int64_t i = 0; i < steps && report_.findings.empty(); ++i) step();
      end_life();
    }
    if (report_.findings.empty()) open();
  }

 private:
  // Opens the log and checks what it has.
  bool open() {
    auto opened = Log::open(fs_, clock_, logger_, kDirectory, options_);
    if (!opened) {
      report_.find(concat("it does not open: ", opened.error().text()));
      return false;
    }
    log_ = std::move(*opened);
    check_content();
    return report_.findings.empty();
  }

  void arm_fault() {
    FaultPlan plan{.at = dice_.below(400)};
    if (dice_.percent(50)) plan.code = ErrorCode::out_of_space;
    test::arm_fault(fs_, report_, plan, [this](Call call) {
      if (call == Call::sync) has_lost_sync_ = true;
    });
  }

  void step() {
    const int64_t what = dice_.below(100);
    if (what < 70) return append();
    if (what < 78) return flush();
    if (what < 82) return (void)log_->roll();
    if (what < 94) return clean();
    if (what < 96) return (void)log_->delete_due_files();
    clock_.now_ms += 7'000;
  }

  void append() {
    ++report_.appends;
    constexpr std::array kCodecs = {record::Codec::none, record::Codec::lz4, record::Codec::gzip};
    record::BatchBuilder builder({.codec = kCodecs[static_cast<size_t>(dice_.below(3))]});
    Records records;
    const int64_t count = 1 + dice_.below(6);
    for (int64_t i = 0; i < count; ++i) {
      Written written{concat("k", dice_.below(kKeys)), std::nullopt};
      if (dice_.percent(85))
        written.value =
            concat(next_value_++, std::string(static_cast<size_t>(dice_.below(200)), 'v'));
      builder.append(kNow, as_bytes(written.key),
                     written.value ? std::optional(as_bytes(*written.value)) : std::nullopt);
      records[end_ + i] = std::move(written);
    }
    compress::Compressor compressor;
    Buffer batch = *builder.finish(compressor);
    const auto appended = log_->append(batch, LeaderEpoch(0), storage::AppendOrigin::client);
    report_.trace(
        concat("append ", count, " at ", end_, ": ", appended ? "ok" : appended.error().text()));
    if (appended) {
      written_.merge(records);
      end_ += count;
    } else if (unsure_.empty()) {
      unsure_ = std::move(records);  // it may be there
    }
  }

  void flush() {
    if (log_->flush()) flushed_end_ = end_;
  }

  void clean() {
    const auto range = log_->cleanable_range(checkpoint_);
    if (!range) return;
    const storage::WithLog with_log = [&](const std::function<Status(Log&)>& change) {
      return change(*log_);
    };
    const auto report = clean_log(
        fs_, with_log, *range, clock_.now_ms, settings_, [](int64_t) { return true; },
        [](int64_t, int64_t) {});
    report_.trace(concat("clean: ", report ? concat("to ", report->end_offset.value)
                                           : std::string(report.error().text())));
    if (report) checkpoint_ = report->end_offset;
  }

  void end_life() {
    if (!report_.findings.empty()) return;
    floor_ = end_;
    const int64_t how = dice_.below(3);
    const bool is_closed = how == 0 && log_->close().has_value();
    if (is_closed)
      ++report_.clean_stops;
    else
      log_->abandon();
    options_.is_clean = is_closed;
    log_.reset();
    fs_.set_fault(nullptr);
    if (how == 1 && !has_lost_sync_) {
      ++report_.power_cuts;
      report_.trace("power cut");
      fs_.cut_power(dice_.engine);
      floor_ = flushed_end_;
      checkpoint_.reset();
    } else {
      ++report_.kills;
      fs_.kill_processes();
    }
  }

  std::optional<Records> read_all() {
    Records found;
    record::RecordReader reader;
    Buffer window(1 << 16);
    Offset from = log_->log_start_offset();
    while (from < log_->log_end_offset()) {
      const auto read = log_->read(from, log_->log_end_offset(), 1 << 20, true);
      if (!read) {
        report_.find(concat("reading at ", from.value, ": ", read.error().text()));
        return std::nullopt;
      }
      if (read->slice.size_bytes == 0) break;
      const int64_t begin = read->slice.file_pos;
      storage::EntryReader entries(*read->slice.file, begin, begin + read->slice.size_bytes,
                                   window);
      for (auto entry = entries.next(); entry && *entry; entry = entries.next()) {
        const auto bytes = entries.bytes(**entry);
        if (!bytes || !is_entry_valid(**entry, *bytes)) {
          report_.find(concat("a bad batch at ", (*entry)->base_offset.value));
          return std::nullopt;
        }
        (void)reader.for_each(record::EntryView(*bytes), [&](const record::RecordView& record) {
          Written written{std::string(as_text(*record.key)), std::nullopt};
          if (record.value) written.value = std::string(as_text(*record.value));
          if (!found.empty() && found.rbegin()->first >= record.offset.value)
            report_.find(
                concat("offset ", record.offset.value, " follows ", found.rbegin()->first));
          found[record.offset.value] = std::move(written);
        });
        from = Offset((*entry)->last_offset.value + 1);
      }
    }
    return found;
  }

  // Nothing but what was written; of every key the last record that must be there or a later one,
  // or nothing when a tombstone was among these.
  void check_content() {
    const auto found = read_all();
    if (!found) return;
    std::map<std::string, int64_t> last_found;
    for (const auto& [offset, record] : *found) {
      const auto known = written_.find(offset);
      const auto unsure = unsure_.find(offset);
      if ((known == written_.end() || known->second != record) &&
          (unsure == unsure_.end() || unsure->second != record))
        return report_.find(concat("the record at ", offset, " was never written"));
      last_found[record.key] = offset;
    }
    std::map<std::string, int64_t> last_written;
    std::set<std::string> may_be_deleted;
    for (const auto& [offset, record] : written_) {
      if (offset < floor_) last_written[record.key] = offset;
      if (record.value) {
        if (offset < floor_) may_be_deleted.erase(record.key);
      } else {
        may_be_deleted.insert(record.key);
      }
    }
    for (const auto& [key, offset] : last_written) {
      const auto at = last_found.find(key);
      const bool is_gone = at == last_found.end();
      if (is_gone && may_be_deleted.contains(key)) continue;
      if (is_gone || at->second < offset)
        return report_.find(concat("key ", key, ": the record at ", offset,
                                   is_gone ? " is gone" : " is gone, an older one is there"));
    }
    adopt(*found);
  }

  // What was not flushed and is gone was never there, or it is a tombstone that went with all of its
  // key; what is there of an append that failed was written.
  void adopt(const Records& found) {
    std::set<std::string> keys;
    for (const auto& [offset, record] : found) keys.insert(record.key);
    std::erase_if(written_, [&](const auto& entry) {
      const bool is_lost = entry.first >= floor_ && !found.contains(entry.first);
      return is_lost || !keys.contains(entry.second.key);
    });
    for (const auto& [offset, record] : unsure_)
      if (found.contains(offset)) written_[offset] = record;
    unsure_.clear();
    end_ = log_->log_end_offset().value;
    flushed_end_ = std::min(flushed_end_, end_);
    if (checkpoint_ && checkpoint_->value > end_) checkpoint_.reset();
  }

  Dice dice_;
  RunReport& report_;
  FaultFileSystem fs_;
  StandingClock clock_;
  TraceLogger logger_{report_};
  storage::LogOpenOptions options_;
  storage::CleanerSettings settings_;
  std::unique_ptr<Log> log_;
  Records written_;  // acknowledged
  Records unsure_;   // of an append that failed
  std::optional<Offset> checkpoint_;
  int64_t end_ = 0;
  int64_t flushed_end_ = 0;
  int64_t floor_ = 0;  // everything below must be there, compacted or not
  int64_t next_value_ = 0;
  bool has_lost_sync_ = false;  // see DirectoryRun
};

}  // namespace

void run_compaction(uint64_t seed, RunReport& report) { CompactionRun(seed, report).run(); }

}  // namespace spool::test
