#include <array>
#include <map>
#include <memory>
#include <optional>

#include "core/record/control.h"
#include "core/storage/entry_reader.h"
#include "core/storage/log.h"
#include "core/storage/producer_state.h"
#include "tests/faults/runs.h"
#include "tests/support/fault_file_system.h"

namespace spool::test {
namespace {

using storage::Log;

constexpr int kLives = 5;
constexpr int kStepsMax = 60;
constexpr int kProducers = 4;  // the last two write transactions
constexpr int64_t kNow = 1'700'000'000'000;
const std::string kDirectory = "/data/orders-0";

/// What the log must have, as far as it was told that it has it.
struct Model {
  std::map<int64_t, Buffer> batches;  // by base offset, as they are in the log
  int64_t end = 0;                    // acknowledged up to here
  int64_t flushed_end = 0;            // a flush that succeeded covers these
  int64_t log_start = 0;
  // Of an append that failed: it may be there, or not.
  std::optional<Buffer> unsure;

  static int64_t end_of(const Buffer& batch) { return record::BatchView(batch).last_offset().value + 1; }
  void cut(int64_t new_end) {
    while (!batches.empty() && end_of(batches.rbegin()->second) > new_end) batches.erase(std::prev(batches.end()));
    end = new_end;
    flushed_end = std::min(flushed_end, end);
    log_start = std::min(log_start, end);
  }
};

class LogRun {
 public:
  LogRun(uint64_t seed, RunReport& report) : dice_(seed), report_(report) {}

  void run() {
    (void)fs_.make_directory("/data");
    (void)fs_.sync_directory("");
    choose_config();
    for (int life = 0; life < kLives && report_.findings.empty(); ++life) {
      if (!open()) return;
      check_all();
      if (has_gap_) return;
      live();
      if (has_gap_) return;
      end_life();
    }
    fs_.set_fault(nullptr);
    if (report_.findings.empty() && open()) check_all();
  }

 private:
  void choose_config() {
    options_.config.segment_bytes = static_cast<int32_t>(4'000 + dice_.below(20'000));
    options_.config.index_interval_bytes = static_cast<int32_t>(1 + dice_.below(2'000));
    options_.config.retention_ms = -1;
    options_.config.retention_bytes = dice_.percent(50) ? -1 : 10'000 + dice_.below(50'000);
    options_.config.file_delete_delay_ms = dice_.below(2) * 100;
  }

  bool open() {
    options_.log_start_checkpoint = Offset(start_checkpoint_);
    options_.recovery_point_checkpoint = Offset(recovery_checkpoint_);
    auto opened = Log::open(fs_, clock_, logger_, kDirectory, options_);
    if (!opened) {
      report_.find(concat("it does not open: ", opened.error().text()));
      return false;
    }
    log_ = std::move(*opened);
    report_.trace(concat("opened ", options_.is_clean ? "clean" : "unclean", ", recovery point ", recovery_checkpoint_,
                         ": ", log_->log_start_offset().value, " to ", log_->log_end_offset().value));
    return true;
  }

  void live() {
    const int64_t steps = dice_.below(kStepsMax);
    const bool is_faulty = dice_.percent(40);
    has_lost_sync_before_ = has_lost_sync_;
    if (is_faulty) arm_fault();
    for (int64_t i = 0; i < steps && report_.findings.empty() && !has_gap_; ++i) step();
  }

  // The Nth call from now on fails, once or again and again.
  void arm_fault() {
    FaultPlan plan{.at = dice_.below(120)};
    if (dice_.percent(50)) plan.code = ErrorCode::out_of_space;
    plan.times = dice_.percent(70) ? 1 : 1 + dice_.below(20);
    test::arm_fault(fs_, report_, plan, [this](FaultFileSystem::Call call) {
      has_lost_sync_ = has_lost_sync_ || call == FaultFileSystem::Call::sync;
    });
  }

  void step() {
    const int64_t what = dice_.below(100);
    if (what < 68) return append();
    if (what < 76) return flush();
    if (what < 82) return write_checkpoints();
    if (what < 85) return note("roll", log_->roll());
    if (what < 89) return retain();
    if (what < 91) return (void)log_->delete_due_files();
    if (what < 93) return advance_start();
    if (what < 94) return truncate();
    if (what < 95) return come_back();
    clock_.now_ms += 50;
    if (!log_->is_offline()) check_read(dice_.below(model_.end + 1));
  }

  void note(std::string_view what, const Status& done) {
    report_.trace(concat(what, ": ", done ? "ok" : done.error().text()));
  }

  // As a client does when it is told 45: of this producer the log knows a marker and no batch.
  void begin_new_epoch_if_forgotten(int32_t producer) {
    const auto index = static_cast<size_t>(producer);
    const auto* known = log_->producer_state().find(ProducerId(100 + producer));
    if (next_sequence_[index] == 0 || known == nullptr || known->last_sequence() >= 0) return;
    ++producer_epoch_[index];
    next_sequence_[index] = 0;
  }

  Buffer make_batch(int32_t& producer) {
    producer = static_cast<int32_t>(dice_.below(kProducers + 1)) - 1;
    record::BatchOptions options;
    if (producer >= 0) {
      options.producer_id = ProducerId(100 + producer);
      begin_new_epoch_if_forgotten(producer);
      options.producer_epoch = ProducerEpoch(producer_epoch_[static_cast<size_t>(producer)]);
      options.base_sequence = next_sequence_[static_cast<size_t>(producer)];
      options.is_transactional = producer >= 2;
      if (options.is_transactional && is_open_[static_cast<size_t>(producer)] && dice_.percent(30)) {
        record::EndTxnMarker marker{dice_.percent(50), 1};
        return record::make_end_txn_marker(Offset(0), LeaderEpoch(0), options.producer_id, options.producer_epoch,
                                           kNow, marker);
      }
    }
    record::BatchBuilder builder(options);
    const int64_t count = 1 + dice_.below(8);
    for (int64_t i = 0; i < count; ++i) {
      const std::string value(static_cast<size_t>(dice_.below(400)), static_cast<char>('a' + dice_.below(26)));
      builder.append(kNow + dice_.below(1000), std::nullopt, as_bytes(value));
    }
    compress::Compressor compressor;
    return *builder.finish(compressor);
  }

  void append() {
    ++report_.appends;
    if (dice_.percent(3)) ++leader_epoch_;
    int32_t producer;
    Buffer batch = make_batch(producer);
    const bool is_marker = record::BatchView(batch).is_control();
    const auto origin = is_marker ? storage::AppendOrigin::coordinator : storage::AppendOrigin::client;
    const auto appended = log_->append(batch, LeaderEpoch(leader_epoch_), origin);
    report_.trace(concat("append ", record::BatchView(batch).records_count(), " records of producer ", producer,
                         is_marker ? " (marker)" : "", ", epoch ", leader_epoch_, ", at ", model_.end, ": ",
                         appended ? "ok" : appended.error().text()));
    if (!appended) {
      if (log_->is_offline() && !model_.unsure) model_.unsure = std::move(batch);
      const int16_t code = wire_code(appended.error().code());
      if (code != 56) report_.find(concat("append fails with ", code, ": ", appended.error().text()));
      return;
    }
    if (appended->base_offset.value != model_.end || appended->is_duplicate)
      return report_.find(concat("appended at ", appended->base_offset.value, ", expected ", model_.end));
    model_.end = Model::end_of(batch);
    if (producer >= 0) {
      const auto index = static_cast<size_t>(producer);
      if (!is_marker) next_sequence_[index] += record::BatchView(batch).last_offset_delta() + 1;
      is_open_[index] = producer >= 2 && !is_marker;
    }
    model_.batches[appended->base_offset.value] = std::move(batch);
  }

  void flush() {
    const int64_t end = model_.end;
    const Status flushed = log_->flush();
    report_.trace(concat("flush of ", end, ": ", flushed ? "ok" : flushed.error().text()));
    if (!flushed) return;
    if (end > model_.flushed_end) is_truncated_ = false;
    model_.flushed_end = end;
    if (log_->recovery_point().value != end)
      report_.find(concat("recovery point ", log_->recovery_point().value, " after a flush of ", end));
  }

  // As the broker's: their files are made durable by themselves (run_directory).
  void write_checkpoints() {
    recovery_checkpoint_ = log_->recovery_point().value;
    start_checkpoint_ = log_->log_start_offset().value;
    report_.trace(concat("checkpoints: recovery point ", recovery_checkpoint_, ", start ", start_checkpoint_));
  }

  void retain() {
    const auto deleted = log_->delete_old_segments(log_->log_end_offset());
    report_.trace(concat("retention: ", deleted ? concat(*deleted, " segments") : std::string(deleted.error().text())));
    model_.log_start = log_->log_start_offset().value;
  }

  void advance_start() {
    const int64_t to = model_.log_start + dice_.below(model_.end - model_.log_start + 1);
    if (log_->is_offline()) return;
    note(concat("log start to ", to), log_->advance_log_start(Offset(to)));
    model_.log_start = log_->log_start_offset().value;
  }

  void truncate() {
    const int64_t to = model_.end - dice_.below(std::min<int64_t>(model_.end - model_.log_start, 30) + 1);
    const Status truncated = log_->truncate_to(Offset(to));
    note(concat("truncate to ", to), truncated);
    if (!truncated) {
      // What a truncation that failed half way has left is not defined; the log is opened anew.
      fs_.set_fault(nullptr);
      const auto at = model_.batches.upper_bound(to);
      may_be_cut_to_ = at == model_.batches.begin() ? to : std::prev(at)->first;
      is_truncated_ = true;
      return reopen();
    }
    model_.cut(log_->log_end_offset().value);
    after_cut();
    is_truncated_ = true;
    // The checkpoint is written after a truncation (storage-format 1.4).
    write_checkpoints();
    recovery_checkpoint_ = std::min(recovery_checkpoint_, model_.end);
  }

  // Storage that failed is opened again by the same process, as Replica::bring_back() does.
  void come_back() {
    if (!log_->is_offline()) return;
    fs_.set_fault(nullptr);
    reopen();
    if (!report_.findings.empty()) return;
    if (const Status rewritten = log_->rewrite_unflushed(); !rewritten)
      report_.find(concat("rewriting fails: ", rewritten.error().text()));
    model_.flushed_end = model_.end;
    has_lost_sync_ = has_lost_sync_before_;
  }

  void reopen() {
    recovery_checkpoint_ = std::min(log_->recovery_point().value, recovery_checkpoint_);
    log_->abandon();
    options_.is_clean = false;
    floor_ = model_.end;
    if (open()) check_all();
  }

  void end_life() {
    if (!report_.findings.empty()) return;
    const int64_t how = dice_.below(3);
    options_.is_clean = false;
    floor_ = model_.end;
    if (how == 0) {
      ++report_.clean_stops;
      const Status closed = log_->close();
      note("close", closed);
      if (closed) {
        options_.is_clean = true;
        model_.flushed_end = model_.end;
        recovery_checkpoint_ = model_.end;
        start_checkpoint_ = model_.log_start;
      }
    } else {
      log_->abandon();
    }
    log_.reset();
    fs_.set_fault(nullptr);
    // A truncation is durable with the flush of what is appended after it; nothing of ours relies on it before.
    // What a failed sync means for a later process: see DirectoryRun.
    if ((how == 1 || dice_.percent(30)) && !is_truncated_ && !has_lost_sync_) {
      ++report_.power_cuts;
      report_.trace("power cut");
      fs_.cut_power(dice_.engine);
      floor_ = model_.flushed_end;
    } else {
      ++report_.kills;
      report_.trace("kill");
      fs_.kill_processes();
    }
  }

  // After an open: the log ends where it must, and has what it must.
  void check_all() {
    const int64_t end = log_->log_end_offset().value;
    if (may_be_cut_to_) floor_ = std::min(floor_, *may_be_cut_to_);
    if (end < floor_ && report_.findings.empty())
      return report_.find(concat("it ends at ", end, ", acknowledged up to ", floor_, " (all: ", model_.end, ")"));
    take_unsure(end);
    if (floor_ < model_.end) drop_missing(end);
    // As in Kafka, and as after compaction, what lies behind a gap counts. There is no saying then what indexes and
    // producers should have: this run has seen what it can.
    if (has_gap_) return;
    if (end > model_.end) return report_.find(concat("it ends at ", end, ", nothing was appended behind ", model_.end));
    if (end < model_.end) model_.cut(end);
    may_be_cut_to_.reset();
    highest_start_ = std::max(highest_start_, model_.log_start);
    after_cut();
    const int64_t start = log_->log_start_offset().value;
    if (start < start_checkpoint_ || start > std::max(model_.log_start, start_checkpoint_))
      return report_.find(concat("it starts at ", start, ", expected ", start_checkpoint_, " to ", model_.log_start));
    model_.log_start = start;
    model_.unsure.reset();
    check_read(begins_at());
    if (model_.end > start) check_read(start + dice_.below(model_.end - start));
    check_producers();
    check_epochs();
    check_aborted();
  }

  // What was not flushed may be missing, also out of the middle: segments are written out in any order.
  void drop_missing(int64_t end) {
    std::map<int64_t, Buffer> kept;
    for (auto& [base, bytes] : model_.batches) {
      if (base >= end) break;
      const int64_t start = log_->log_start_offset().value;
      bool is_there = Model::end_of(bytes) <= std::max(floor_, start);
      if (!is_there) {
        const auto read = log_->read(Offset(std::max(base, start)), Offset(end), 1, true);
        Buffer found(bytes.size());
        is_there = read && read->slice.size_bytes >= static_cast<int64_t>(bytes.size()) &&
                   read->slice.file->read_at(read->slice.file_pos, found) && found == bytes;
      }
      if (is_there)
        kept[base] = std::move(bytes);
      else
        has_gap_ = true;
    }
    model_.batches = std::move(kept);
  }

  void take_unsure(int64_t end) {
    if (!model_.unsure || end <= model_.end) return;
    record::BatchView batch(*model_.unsure);
    if (batch.base_offset().value != model_.end || Model::end_of(*model_.unsure) != end) return;
    model_.batches[model_.end] = std::move(*model_.unsure);
    model_.end = end;
  }

  // The producers go on from what the log has of them.
  void after_cut() {
    next_sequence_ = {};
    is_open_ = {};
    std::array<int64_t, kProducers> last_data;
    last_data.fill(-1);
    for (const auto& [base, bytes] : model_.batches) {
      const record::BatchView batch(bytes);
      if (!batch.has_producer_id()) continue;
      const auto index = static_cast<size_t>(batch.producer_id().value - 100);
      is_open_[index] = batch.is_transactional() && !batch.is_control();
      producer_epoch_[index] = batch.producer_epoch().value;
      if (batch.is_control()) continue;
      next_sequence_[index] = batch.base_sequence() + batch.last_offset_delta() + 1;
      last_data[index] = batch.last_offset().value;
    }
    // Of a producer whose batches went with their segment the log may know all, only its epoch, or nothing.
    for (size_t index = 0; index < last_data.size(); ++index) {
      if (last_data[index] >= begins_at()) continue;
      const auto* known = log_->producer_state().find(ProducerId(100 + static_cast<int64_t>(index)));
      if (known != nullptr && known->last_sequence() >= 0) next_sequence_[index] = known->last_sequence() + 1;
    }
  }

  // Below it records may be gone, also when an unclean start has set the log start back.
  int64_t begins_at() const { return std::max(model_.log_start, highest_start_); }

  // Everything from `from` on, byte for byte.
  void check_read(int64_t from) {
    if (from < begins_at() || !report_.findings.empty()) return;
    while (from < model_.end) {
      const auto read = log_->read(Offset(from), Offset(model_.end), 1 << 20, true);
      if (!read) {
        // A fault may hit a reader; an answer that is wrong may not.
        if (read.error().code() != ErrorCode::io_error)
          report_.find(concat("reading at ", from, ": ", read.error().text()));
        return;
      }
      if (read->slice.size_bytes == 0) return report_.find(concat("nothing to read at ", from, ", end ", model_.end));
      const int64_t from_before = from;
      Buffer bytes(static_cast<size_t>(read->slice.size_bytes));
      const auto got = read->slice.file->read_at(read->slice.file_pos, bytes);
      if (!got) return;
      for (size_t at = 0; at < bytes.size();) {
        // The batch that holds the offset, or behind a gap the next one.
        auto expected = model_.batches.upper_bound(from);
        if (expected != model_.batches.begin() && Model::end_of(std::prev(expected)->second) > from) --expected;
        if (expected == model_.batches.end()) return report_.find(concat("offset ", from, " was never written"));
        const Buffer& batch = expected->second;
        if (at + batch.size() > bytes.size()) break;
        if (!std::equal(batch.begin(), batch.end(), bytes.begin() + static_cast<std::ptrdiff_t>(at)))
          return report_.find(concat("the batch at ", expected->first, " is not what was appended"));
        at += batch.size();
        from = Model::end_of(batch);
      }
      if (from == from_before) return report_.find(concat("a piece of a batch is read at ", from));
    }
  }

  // Batches of producers that are still in the log decide what may come next, and what is a copy.
  void check_producers() {
    storage::ProducerStateManager expected;
    (void)replay(expected);
    for (const storage::ProducerEntry& entry : expected.entries()) {
      const auto* last = entry.last_batch();
      if (last == nullptr || last->last_offset.value < begins_at()) continue;
      const auto* found = log_->producer_state().find(entry.producer_id);
      const std::string who = concat("producer ", entry.producer_id.value);
      if (found == nullptr) return report_.find(who + " is forgotten");
      if (found->last_sequence() != entry.last_sequence())
        return report_.find(concat(who, " has sequence ", found->last_sequence(), ", expected ", entry.last_sequence()));
      const auto first = entry.current_txn_first_offset;
      if (first && first->value >= begins_at() && found->current_txn_first_offset != first)
        return report_.find(concat(who, " lost its transaction that began at ", first->value));
      if (!first && found->current_txn_first_offset) return report_.find(who + " has a transaction that is over");
    }
  }

  // First offsets of the transactions that were aborted, by the offsets of their markers.
  std::map<int64_t, int64_t> replay(storage::ProducerStateManager& state) const {
    std::map<int64_t, int64_t> aborted;
    for (const auto& [base, bytes] : model_.batches) {
      const record::BatchView batch(bytes);
      if (!batch.has_producer_id()) continue;
      const auto completed = state.update(batch);
      if (completed && *completed && (*completed)->is_aborted)
        aborted[(*completed)->last_offset.value] = (*completed)->first_offset.value;
    }
    return aborted;
  }

  void check_epochs() {
    for (const auto& [base, bytes] : model_.batches) {
      if (base < begins_at()) continue;
      const auto epoch = log_->epoch_at(Offset(base));
      const LeaderEpoch expected = record::BatchView(bytes).leader_epoch();
      if (!epoch || *epoch != expected)
        return report_.find(concat("offset ", base, " is of leader epoch ", epoch ? epoch->value : -1, ", expected ",
                                   expected.value));
    }
  }

  // Where the beginning of a transaction is gone, what is left of it counts from its first record that is there, if any.
  void check_aborted() {
    storage::ProducerStateManager replayed;
    std::map<int64_t, int64_t> expected = replay(replayed);
    const auto aborted = log_->aborted_transactions(Offset(model_.log_start), Offset(model_.end));
    if (!aborted) return report_.find(concat("aborted transactions: ", aborted.error().text()));
    for (const auto& transaction : *aborted) {
      const int64_t marker = transaction.last_offset.value;
      const auto known = expected.extract(marker);
      const bool is_right = known && (known.mapped() == transaction.first_offset.value ||
                                      (known.mapped() < begins_at() && known.mapped() < transaction.first_offset.value));
      if (!is_right)
        return report_.find(concat("aborted by the marker at ", marker, ": from ", transaction.first_offset.value,
                                   ", expected ", known ? known.mapped() : -1));
    }
    for (const auto& [marker, first] : expected)
      if (first >= begins_at()) return report_.find(concat("forgotten: aborted by the marker at ", marker));
  }

  Dice dice_;
  RunReport& report_;
  FaultFileSystem fs_;
  StandingClock clock_;
  TraceLogger logger_{report_};
  storage::LogOpenOptions options_;
  std::unique_ptr<Log> log_;
  Model model_;
  std::array<int32_t, kProducers> next_sequence_{};
  std::array<int16_t, kProducers> producer_epoch_{};
  std::array<bool, kProducers> is_open_{};
  int32_t leader_epoch_ = 0;
  int64_t recovery_checkpoint_ = 0;
  int64_t start_checkpoint_ = 0;
  int64_t highest_start_ = 0;  // the log began there once
  int64_t floor_ = 0;  // the log must not end below
  bool is_truncated_ = false;
  bool has_lost_sync_ = false;         // a sync failed, and what it should have written was not written again
  bool has_lost_sync_before_ = false;  // in an earlier life
  bool has_gap_ = false;  // a power cut took records out of the middle of what was not flushed
  std::optional<int64_t> may_be_cut_to_;
};

}  // namespace

void run_log(uint64_t seed, RunReport& report) { LogRun(seed, report).run(); }

}  // namespace spool::test
