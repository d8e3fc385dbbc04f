#include "broker/topics/compactor.h"

#include <algorithm>
#include <latch>

#include "broker/config/value.h"
#include "core/base/text.h"

namespace spool::broker {

namespace {

/// A round that takes longer says how far it is.
constexpr std::chrono::seconds kProgressInterval(10);
/// The rate is looked after this often.
constexpr int64_t kPaceBytes = 64 << 10;

std::string megabytes(int64_t bytes) {
  const int64_t tenths = (bytes + 50'000) / 100'000;
  return concat(tenths / 10, ".", tenths % 10, " MB");
}

double real_of(const ConfigView& view, const BrokerConfig& config, std::string_view name) {
  const auto text = view.broker_value(name);
  const auto value = text ? config_detail::parse_double(*text) : std::nullopt;
  // A dynamic value that something else wrote may be anything; the static one was checked.
  return value ? *value : config.real(name);
}

}  // namespace

/// Holds log.cleaner.io.max.bytes.per.second over one round, and ends it when the broker stops.
class Compactor::Pace {
 public:
  Pace(Compactor& owner, double bytes_per_second)
      : owner_(owner), bytes_per_second_(bytes_per_second), began_(owner.clock_.monotonic()) {}

  bool spend(int64_t bytes) {
    unaccounted_ += bytes;
    if (unaccounted_ < kPaceBytes) return true;
    spent_ += unaccounted_;
    unaccounted_ = 0;
    const std::chrono::duration<double> due(static_cast<double>(spent_) / bytes_per_second_);
    const std::chrono::duration<double> took = owner_.clock_.monotonic() - began_;
    std::unique_lock lock(owner_.mutex_);
    const auto is_stopping = [this] { return owner_.is_stopping_; };
    if (due > took) return !owner_.stopped_.wait_for(lock, due - took, is_stopping);
    return !owner_.is_stopping_;
  }

 private:
  Compactor& owner_;
  const double bytes_per_second_;
  const Clock::Monotonic began_;
  int64_t spent_ = 0;
  int64_t unaccounted_ = 0;
};

Compactor::Compactor(net::EventLoop& loop, storage::FileSystem& fs, const Clock& clock,
                     Logger& logger, const BrokerConfig& config, MetadataStore& metadata,
                     storage::DataDirectory& directory, TopicTable& topics,
                     net::WorkerPool& workers, const RandomBytes& random)
    : loop_(loop),
      fs_(fs),
      clock_(clock),
      logger_(logger),
      config_(config),
      metadata_(metadata),
      directory_(directory),
      topics_(topics),
      workers_(workers) {
  uint8_t key[16];
  random(key);
  hash_key_ = {load_be<uint64_t>(key), load_be<uint64_t>(key + 8)};
  for (const auto& [name, offset] : directory_.cleaner_offsets())
    if (const auto topic = topics_.find(name.topic))
      checkpoints_[{topic->id, name.partition.value}] = {name, offset};
}

Compactor::Settings Compactor::settings() const {
  const auto image = metadata_.read();
  const ConfigView view(
      config_, image->configs(ConfigResourceType::broker, std::to_string(metadata_.node_id())),
      image->configs(ConfigResourceType::broker, ""));
  Settings settings;
  settings.backoff = std::chrono::milliseconds(
      std::max<int64_t>(view.broker_integer("log.cleaner.backoff.ms"), 1));
  settings.threads =
      static_cast<int>(std::max<int64_t>(0, view.broker_integer("log.cleaner.threads")));
  const int64_t share = std::max(settings.threads, 1);
  settings.bytes_per_second =
      real_of(view, config_, "log.cleaner.io.max.bytes.per.second") / static_cast<double>(share);
  settings.cleaner.dedupe_bytes = view.broker_integer("log.cleaner.dedupe.buffer.size") / share;
  settings.cleaner.io_buffer_bytes = view.broker_integer("log.cleaner.io.buffer.size") / share;
  settings.cleaner.load_factor = real_of(view, config_, "log.cleaner.io.buffer.load.factor");
  settings.cleaner.hash_key = hash_key_;
  return settings;
}

void Compactor::start() {
  loop_.post([this] {
    timer_ = std::make_unique<net::EventLoop::Timer>(loop_);
    arm();
  });
}

void Compactor::arm() {
  timer_->set(settings().backoff, [this] {
    workers_.submit([this] {
      run();
      loop_.post([this] {
        if (timer_) arm();
      });
    });
  });
}

void Compactor::run() {
  const Settings now = settings();
  forget_deleted();
  if (now.threads > 0 && config_.boolean("log.cleaner.enable")) {
    std::latch others(now.threads - 1);
    for (int i = 1; i < now.threads; ++i)
      workers_.submit([this, &now, &others] {
        work(now);
        others.count_down();
      });
    work(now);
    others.wait();
  }
  apply_retention();
}

void Compactor::stop() {
  std::latch no_timer(1);
  loop_.post([this, &no_timer] {
    timer_.reset();
    no_timer.count_down();
  });
  no_timer.wait();
  const std::lock_guard lock(mutex_);
  is_stopping_ = true;
  stopped_.notify_all();
}

void Compactor::work(const Settings& settings) {
  while (const auto candidate = choose())
    if (!clean(*candidate, settings)) return;
}

// The dirtiest log that asks for it, marked as in progress.
std::optional<Compactor::Candidate> Compactor::choose() {
  std::optional<Candidate> best;
  double max_dirty_ratio = 0;
  for (const auto& topic : topics_.all()) {
    for (const auto& replica : topic->partitions) {
      if (!replica) continue;
      auto candidate = look_at(topic, *replica);
      if (!candidate) continue;
      const double ratio = candidate->range.dirty_ratio();
      max_dirty_ratio = std::max(max_dirty_ratio, ratio);
      const bool is_dirty = ratio > replica->config()->log.min_cleanable_dirty_ratio;
      const bool is_due =
          candidate->range.cleanable_bytes > 0 && (is_dirty || candidate->range.is_overdue);
      if (is_due && (!best || ratio > best->range.dirty_ratio())) best = std::move(candidate);
    }
  }
  const std::lock_guard lock(mutex_);
  metrics_.max_dirty_ratio = max_dirty_ratio;
  if (!best || is_stopping_) return std::nullopt;
  const Key key{best->topic->id, best->replica->name().partition.value};
  // Another thread may have chosen the same: it is looked at again after that round.
  if (!in_progress_.insert(key).second) return std::nullopt;
  return best;
}

std::optional<Compactor::Candidate> Compactor::look_at(const std::shared_ptr<const Topic>& topic,
                                                       Replica& replica) {
  if (!replica.config()->log.is_compacted) return std::nullopt;
  const Key key{topic->id, replica.name().partition.value};
  std::optional<Offset> checkpoint;
  {
    const std::lock_guard lock(mutex_);
    if (is_stopping_ || in_progress_.contains(key) || uncleanable_.contains(key))
      return std::nullopt;
    const auto found = checkpoints_.find(key);
    if (found != checkpoints_.end()) checkpoint = found->second.second;
  }
  if (!may_have_segments(replica)) return std::nullopt;
  Candidate candidate{topic, &replica, {}};
  const Status looked = replica.with_log([&](storage::Log& log) -> Status {
    TRY_ASSIGN(candidate.range, log.cleanable_range(checkpoint));
    return {};
  });
  if (!looked) return std::nullopt;  // deleted, or out of service and said so
  return candidate;
}

// A log that nobody has used since the start is not opened to learn that it has one segment.
bool Compactor::may_have_segments(Replica& replica) {
  if (replica.is_open()) return true;
  const Key key{replica.topic_id(), replica.name().partition.value};
  {
    const std::lock_guard lock(mutex_);
    if (one_segment_.contains(key)) return false;
  }
  int logs_count = 0;
  if (const auto entries = fs_.list(directory_.partition_path(replica.name().to_string())))
    for (const auto& entry : *entries) logs_count += entry.name.ends_with(".log") ? 1 : 0;
  if (logs_count > 1) return true;
  const std::lock_guard lock(mutex_);
  one_segment_.insert(key);
  return false;
}

// False when the broker is stopping.
bool Compactor::clean(const Candidate& candidate, const Settings& settings) {
  Replica& replica = *candidate.replica;
  const Key key{candidate.topic->id, replica.name().partition.value};
  const std::string name = replica.name().to_string();
  const auto began = clock_.monotonic();
  auto said = began;
  Pace pace(*this, settings.bytes_per_second);
  const auto progress = [&](int64_t done, int64_t total) {
    {
      const std::lock_guard lock(mutex_);
      running_[key] = {name, done, total};
    }
    if (clock_.monotonic() - said < kProgressInterval) return;
    said = clock_.monotonic();
    logger_.info(concat("compacting ", name, ": ", total > 0 ? done * 100 / total : 100, "% of ",
                        megabytes(total)));
  };
  const auto report = storage::clean_log(
      fs_,
      [&](const std::function<Status(storage::Log&)>& change) { return replica.with_log(change); },
      candidate.range, clock_.wall_ms(), settings.cleaner,
      [&](int64_t bytes) { return pace.spend(bytes); }, progress);
  const auto took =
      std::chrono::duration_cast<std::chrono::milliseconds>(clock_.monotonic() - began);
  if (report)
    note(candidate, *report, took.count());
  else
    note_failure(candidate, report.error());
  const std::lock_guard lock(mutex_);
  running_.erase(key);
  in_progress_.erase(key);
  return !is_stopping_;
}

void Compactor::note(const Candidate& candidate, const storage::CleaningReport& report,
                     int64_t took_ms) {
  const TopicPartition& name = candidate.replica->name();
  const storage::CleaningCounts& counts = report.counts;
  {
    const std::lock_guard lock(mutex_);
    checkpoints_[{candidate.topic->id, name.partition.value}] = {name, report.end_offset};
    ++metrics_.rounds_count;
    metrics_.bytes_read += counts.bytes_read + report.dirty_bytes_read;
    metrics_.bytes_written += counts.bytes_written;
    metrics_.bytes_gained += report.bytes_before - report.bytes_after;
    metrics_.records_read += counts.records_read;
    metrics_.records_dropped += counts.records_read - counts.records_kept;
    metrics_.last_round_ms = took_ms;
  }
  write_checkpoint();
  const int64_t gained_percent =
      report.bytes_before > 0
          ? (report.bytes_before - report.bytes_after) * 100 / report.bytes_before
          : 0;
  logger_.info(concat("compacted ", name.to_string(), " up to offset ", report.end_offset.value,
                      ": ", megabytes(report.bytes_before), " to ", megabytes(report.bytes_after),
                      " (", gained_percent, "% gained), ", counts.records_kept, " of ",
                      counts.records_read, " records kept, ", report.segments_before,
                      " segments to ", report.segments_after, ", ", took_ms, " ms"));
  if (counts.records_without_key > 0)
    logger_.warn(concat(name.to_string(), ": ", counts.records_without_key,
                        " records without a key were dropped"));
}

// What was merely interrupted is tried again; a log that cannot be cleaned is left alone until the
// next start, as Kafka does.
void Compactor::note_failure(const Candidate& candidate, const Error& error) {
  const TopicPartition& name = candidate.replica->name();
  if (error.code() == ErrorCode::cancelled || error.code() == ErrorCode::unknown_topic_or_partition)
    return;
  const std::lock_guard lock(mutex_);
  ++metrics_.failures_count;
  uncleanable_.insert({candidate.topic->id, name.partition.value});
  logger_.error(
      concat("compacting ", name.to_string(), " failed, it is left as it is: ", error.text()));
}

CompactionMetrics Compactor::metrics() const {
  const std::lock_guard lock(mutex_);
  CompactionMetrics now = metrics_;
  now.uncleanable_count = static_cast<int64_t>(uncleanable_.size());
  for (const auto& [key, running] : running_) now.running.push_back(running);
  return now;
}

// Deletion of what compacted logs may drop, at every cycle; other logs have it at
// log.retention.check.interval.ms.
void Compactor::apply_retention() {
  for (const auto& topic : topics_.all())
    for (const auto& replica : topic->partitions) {
      if (!replica || !replica->is_open() || !replica->config()->log.is_compacted) continue;
      const Status done = replica->with_log([&](storage::Log& log) -> Status {
        TRY_ASSIGN(const int deleted_count, log.delete_old_segments(log.log_end_offset()));
        if (deleted_count > 0)
          logger_.info(concat(replica->name().to_string(), ": deleted ", deleted_count,
                              " segments, the log now starts at ", log.log_start_offset().value));
        TRY(log.delete_due_files());
        return {};
      });
      if (!done && done.error().code() != ErrorCode::unknown_topic_or_partition)
        logger_.error(
            concat("retention of ", replica->name().to_string(), ": ", done.error().text()));
    }
}

void Compactor::forget_deleted() {
  const auto is_gone = [this](const Key& key) { return topics_.find(key.first) == nullptr; };
  bool is_changed = false;
  {
    const std::lock_guard lock(mutex_);
    is_changed =
        std::erase_if(checkpoints_, [&](const auto& item) { return is_gone(item.first); }) > 0;
    std::erase_if(uncleanable_, is_gone);
    std::erase_if(one_segment_, is_gone);
  }
  if (is_changed) write_checkpoint();
}

void Compactor::write_checkpoint() {
  const std::lock_guard one_at_a_time(checkpoint_mutex_);
  storage::OffsetCheckpoint offsets;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [key, entry] : checkpoints_) offsets[entry.first] = entry.second;
  }
  if (const Status written = directory_.write_checkpoint(storage::kCleanerFile, offsets); !written)
    logger_.error(concat("writing ", storage::kCleanerFile, ": ", written.error().text()));
}

}  // namespace spool::broker
