#include "broker/metadata/store.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <limits>
#include <mutex>
#include <set>
#include <span>

#include "broker/metadata/batches.h"
#include "broker/metadata/features.h"
#include "broker/metadata/levels.h"
#include "broker/metadata/loader.h"
#include "broker/metadata/office.h"
#include "broker/metadata/quorum_state.h"
#include "broker/metadata/snapshot.h"
#include "core/base/check.h"
#include "core/base/text.h"
#include "core/storage/data_directory.h"
#include "core/storage/log.h"

namespace spool::broker {
namespace {

using Records = std::vector<MetadataRecord>;

constexpr std::string_view kQuorumStateFile = "quorum-state";
constexpr int64_t kSnapshotAgeMsMax = int64_t{7} * 24 * 3600 * 1000;  // metadata.max.retention.ms

// A group of records that one caller waits for. `build` decides on the image as the groups before
// left it.
struct Mutation {
  // What the decision depends on. Two groups that share a key never share a flush: the second must
  // see the first in the image. No keys: depends on everything.
  std::vector<std::string> keys;
  std::function<Result<Records>(const MetadataImage&)> build;
  bool is_snapshot = false;
  Status outcome;
  bool is_done = false;  // guarded by queue_mutex_
};

// Names that collide share a key too (MetadataImage::colliding_topic).
std::string topic_key(std::string_view name) {
  std::string key = concat("topic:", name);
  std::replace(key.begin(), key.end(), '.', '_');
  return key;
}

std::string resource_key(const ConfigResource& resource) {
  if (resource.type == ConfigResourceType::topic) return topic_key(resource.name);
  return concat("config:", static_cast<int>(resource.type), ':', resource.name);
}

storage::LogConfig metadata_log_config() {
  storage::LogConfig config;
  config.is_deleted = false;  // only what a snapshot has replaced goes
  config.retention_ms = -1;
  config.retention_bytes = -1;
  config.file_delete_delay_ms = 0;
  config.max_message_bytes = std::numeric_limits<int32_t>::max();
  return config;
}

Status check_topic_name(const MetadataImage& image, const std::string& name) {
  if (const std::string_view problem = storage::topic_name_problem(name); !problem.empty())
    return fail(ErrorCode::invalid_topic_exception, concat("Topic name is invalid: ", problem));
  if (name == "__cluster_metadata")
    return fail(ErrorCode::invalid_topic_exception, "__cluster_metadata is the broker's own log");
  if (image.topic(name))
    return fail(ErrorCode::topic_already_exists, concat("Topic '", name, "' already exists."));
  if (const TopicImage* other = image.colliding_topic(name))
    return fail(ErrorCode::invalid_topic_exception,
                concat("Topic '", name, "' collides with existing topic: ", other->name));
  return {};
}

// What a record of a general append would collide on with another of the same append; empty when
// nothing. The check against the image does not see such pairs.
std::string exclusive_key(const MetadataRecord& record) {
  if (const auto* r = record.as<protocol::TopicRecord>()) return "topic:" + r->name;
  if (const auto* r = record.as<protocol::RemoveTopicRecord>())
    return "id:" + r->topic_id.to_string();
  if (const auto* r = record.as<protocol::PartitionChangeRecord>())
    return "change:" + r->topic_id.to_string();
  if (const auto* r = record.as<protocol::AccessControlEntryRecord>())
    return "acl:" + r->id.to_string();
  if (const auto* r = record.as<protocol::RemoveAccessControlEntryRecord>())
    return "acl:" + r->id.to_string();
  if (const auto* r = record.as<protocol::RemoveUserScramCredentialRecord>())
    return concat("scram:", static_cast<int>(r->mechanism), r->name);
  if (record.as<protocol::ProducerIdsRecord>()) return "producer-ids";
  if (const auto* r = record.as<protocol::UnregisterBrokerRecord>())
    return concat("broker:", r->broker_id);
  return {};
}

// Who is registered is the store's own business.
bool is_registration_of(const MetadataRecord& record, int32_t node_id) {
  if (const auto* r = record.as<protocol::UnregisterBrokerRecord>()) return r->broker_id == node_id;
  return record.as<protocol::RegisterBrokerRecord>() ||
         record.as<protocol::BrokerRegistrationChangeRecord>() ||
         record.as<protocol::FenceBrokerRecord>() || record.as<protocol::UnfenceBrokerRecord>();
}

Status check_append(const MetadataImage& image, const Records& records, int32_t node_id) {
  std::set<std::string> seen;
  for (const MetadataRecord& record : records) {
    if (is_registration_of(record, node_id))
      return fail(ErrorCode::invalid_request, concat(record.name(), " is not for others to write"));
    if (Status fits = image.check(record); !fits)
      return fail(ErrorCode::invalid_request, concat(record.name(), ": ", fits.error().text()));
    const std::string key = exclusive_key(record);
    const bool may_repeat = key.empty() || record.as<protocol::PartitionChangeRecord>() != nullptr;
    if (!seen.insert(key).second && !may_repeat)
      return fail(ErrorCode::invalid_request,
                  concat(record.name(), ": two records of one group depend on each other"));
  }
  return {};
}

class Store final : public MetadataStore {
 public:
  Store(storage::FileSystem& fs, const Clock& clock, Logger& logger, RandomBytes random,
        MetadataStoreOptions options)
      : fs_(fs),
        clock_(clock),
        logger_(logger),
        random_(std::move(random)),
        options_(std::move(options)),
        directory_(concat(options_.path, '/', storage::kMetadataDirectory)) {}

  ~Store() override {
    if (log_) log_->abandon();
  }

  Status load();

  Status activate(BrokerRegistration registration) override;
  Status close_cleanly() override;

  ReadGuard read() const override { return ReadGuard(image_mutex_, image_); }
  void set_listener(MetadataListener* listener) override { listener_ = listener; }

  bool is_active() const override { return is_active_; }
  int32_t node_id() const override { return options_.node_id; }
  int64_t broker_epoch() const override { return broker_epoch_; }
  int32_t raft_epoch() const override { return raft_epoch_; }
  int16_t kraft_version() const override { return quorum_.kraft_version; }
  Offset log_end_offset() const override { return read()->end_offset(); }

  Result<Uuid> create_topic(TopicSpec spec) override;
  std::vector<Result<Uuid>> create_topics(std::vector<TopicSpec> specs) override;
  Status delete_topic(const Uuid& topic_id) override;
  Status create_partitions(const Uuid& topic_id, int32_t partitions_count) override;
  Status set_configs(std::vector<ConfigChange> changes) override;
  Result<ProducerIdBlock> next_producer_id_block() override;
  Status append(std::vector<MetadataRecord> records) override;
  Status write_snapshot() override;

 private:
  struct Appended {
    Mutation* mutation;
    Records records;
  };

  // Opening.
  Status refuse_orphaned_partitions(const LoadedMetadata& loaded);
  Status apply_bootstrap(const LoadedMetadata& loaded, MetadataImage& image);
  Status open_log(const LoadedMetadata& loaded);

  // Taking office; alone.
  Status begin_epoch(const BrokerRegistration& registration);
  Status bootstrap();
  Status register_broker(const BrokerRegistration& registration);
  Status make_durable();
  Status write_side_files();

  // Committing; by whoever has is_committing_, or alone.
  Status commit(Mutation& mutation) { return commit(std::span(&mutation, 1)); }
  Status commit(std::span<Mutation> mutations);
  std::vector<Mutation*> take_round();
  void run_round(const std::vector<Mutation*>& round);
  void append_mutation(Mutation& mutation, std::vector<Appended>& appended);
  void publish(const std::vector<Appended>& appended);
  Status append_records(const Records& records, bool is_atomic);
  Status append_batches(std::vector<Buffer> batches);
  Status append_and_apply(const Records& records, bool is_atomic);
  void apply(const Records& records, MetadataDelta* delta);
  BatchSettings settings() const;
  Status check_usable() const;

  // Snapshots; as committing.
  Status snapshot_now();
  void snapshot_when_due();
  Status prune();
  int64_t snapshot_bytes(const SnapshotId& id);

  Records topic_records(const TopicSpec& spec, const Uuid& topic_id) const;
  MetadataRecord partition_record(const Uuid& topic_id, int32_t number) const;
  Result<Records> build_topic(const TopicSpec& spec, const MetadataImage& image, Uuid& topic_id);
  Result<std::string> name_of(const Uuid& topic_id) const;

  storage::FileSystem& fs_;
  const Clock& clock_;
  Logger& logger_;
  RandomBytes random_;
  const MetadataStoreOptions options_;
  const std::string directory_;

  // Changed while committing only.
  std::unique_ptr<storage::Log> log_;
  QuorumImage quorum_;
  std::optional<Error> failure_;  // nothing can be written any more, and why
  std::vector<SnapshotId> snapshots_;
  int64_t log_bytes_at_snapshot_ = 0;
  bool is_new_directory_ = false;  // its names are not on stable storage yet
  int64_t appended_bytes_ = 0;
  int64_t last_timestamp_ms_ = -1;  // of the newest batch

  // Until activate().
  int32_t next_raft_epoch_ = 0;
  bool are_voters_in_log_ = false;
  bool has_open_transaction_ = false;
  std::vector<Buffer> bootstrap_values_;

  mutable std::shared_mutex
      image_mutex_;  // guards image_; who commits is the only writer and reads without it
  MetadataImage image_;
  std::atomic<bool> is_active_ = false;
  std::atomic<int64_t> broker_epoch_ = -1;
  std::atomic<int32_t> raft_epoch_ = 0;
  std::atomic<MetadataListener*> listener_ = nullptr;

  std::mutex queue_mutex_;
  std::condition_variable queue_changed_;
  std::deque<Mutation*> queue_;
  bool is_committing_ = false;
};

// --- Opening
// --------------------------------------------------------------------------------------------------------

Status Store::load() {
  TRY_ASSIGN(LoadedMetadata loaded, load_metadata(fs_, logger_, options_.path));
  TRY(check_admissible(loaded, options_));
  TRY_ASSIGN(next_raft_epoch_, next_raft_epoch(loaded));
  if (!options_.is_read_only) TRY(refuse_orphaned_partitions(loaded));
  if (!options_.is_read_only) TRY(open_log(loaded));
  image_ = std::move(loaded.image);
  quorum_ = std::move(loaded.quorum);
  raft_epoch_ = image_.raft_epoch();
  is_new_directory_ = image_.metadata_version() == 0;
  are_voters_in_log_ = loaded.are_voters_in_log;
  has_open_transaction_ = loaded.has_open_transaction;
  snapshots_ = std::move(loaded.snapshots);
  const auto registered = image_.brokers().find(options_.node_id);
  if (registered != image_.brokers().end()) broker_epoch_ = registered->second.broker_epoch;
  // A formatter's records are tried out before any of them is written.
  MetadataImage trial;
  TRY(apply_bootstrap(loaded, options_.is_read_only ? image_ : trial));
  bootstrap_values_ = std::move(loaded.bootstrap_values);
  return {};
}

// A directory that has partitions and no metadata lost its metadata: Kafka, and we, would take them
// all for strays.
Status Store::refuse_orphaned_partitions(const LoadedMetadata& loaded) {
  if (loaded.image.metadata_version() != 0 || !loaded.bootstrap_values.empty()) return {};
  TRY_ASSIGN(const auto entries, fs_.list(options_.path));
  for (const storage::DirectoryEntry& entry : entries) {
    if (!entry.is_directory || entry.name == storage::kMetadataDirectory) continue;
    const auto parsed = storage::parse_directory_name(entry.name);
    if (parsed && parsed->kind == storage::DirectoryKind::live)
      return fail(ErrorCode::unsupported, concat(options_.path, " has partitions (", entry.name,
                                                 ") but no metadata log that knows them; a start "
                                                 "would set them all aside. Open it for "
                                                 "reading, or restore ",
                                                 storage::kMetadataDirectory));
  }
  return {};
}

Status Store::apply_bootstrap(const LoadedMetadata& loaded, MetadataImage& image) {
  if (loaded.bootstrap_values.empty()) return {};
  for (const Buffer& value : loaded.bootstrap_values) {
    TRY_ASSIGN(const MetadataRecord record, decode_record(value));
    if (Status applied = image.apply(record, nullptr); !applied)
      return fail(applied.error().with_context(concat("bootstrap records: ", record.name())));
  }
  if (image.metadata_version() == 0)
    return fail(ErrorCode::corrupt_message, "the bootstrap records do not name a metadata.version");
  return {};
}

Status Store::open_log(const LoadedMetadata& loaded) {
  if (loaded.torn_bytes > 0)
    logger_.warn(concat(storage::kMetadataDirectory, ": cutting ", loaded.torn_bytes,
                        " bytes of an unfinished write behind offset ",
                        loaded.log_end_offset.value - 1));
  storage::LogOpenOptions open{.config = metadata_log_config(), .checks_end_before_append = true};
  TRY_ASSIGN(log_, storage::Log::open(fs_, clock_, logger_, directory_, open));
  if (loaded.is_log_behind_snapshot) TRY(log_->truncate_fully_and_start_at(loaded.log_end_offset));
  if (log_->log_end_offset() != loaded.log_end_offset)
    return fail(
        ErrorCode::kafka_storage_error,
        concat(storage::kMetadataDirectory, " ended at offset ", loaded.log_end_offset.value,
               " when it was read and at ", log_->log_end_offset().value,
               " when it was opened: another process writes to it"));
  return {};
}

// --- Taking and leaving office
// --------------------------------------------------------------------------------------

Status Store::activate(BrokerRegistration registration) {
  CHECK(!is_active_);
  if (options_.is_read_only)
    return fail(ErrorCode::read_only, "the directory is open for reading only");
  TRY(begin_epoch(registration));
  TRY(bootstrap());
  TRY(register_broker(registration));
  TRY(append_and_apply(election_records(image_, options_), false));
  // A new directory holds nothing yet that could be lost, and an interrupted first start is done
  // again: its first commit pays for everything together.
  if (!is_new_directory_) TRY(make_durable());
  is_active_ = true;
  return {};
}

Status Store::begin_epoch(const BrokerRegistration& registration) {
  const bool is_new =
      image_.metadata_version() == 0 && bootstrap_values_.empty() && !has_open_transaction_;
  if (is_new && quorum_.voters.empty() && quorum_.last_leader_voters.empty())
    quorum_ = new_quorum(options_, registration);
  raft_epoch_ = next_raft_epoch_;
  const bool writes_voters = quorum_.kraft_version > 0 && !are_voters_in_log_;
  TRY_ASSIGN(Buffer batch, make_leader_change_batch(
                               options_.node_id, writes_voters ? &quorum_ : nullptr, settings()));
  std::vector<Buffer> batches;
  batches.push_back(std::move(batch));
  TRY(append_batches(std::move(batches)));
  apply({}, nullptr);
  if (!has_open_transaction_) return {};
  // What its writer did not end has never been visible and must not become so.
  return append_and_apply(
      {protocol::AbortTransactionRecord{.reason = "the writer stopped inside it"}}, false);
}

Status Store::bootstrap() {
  if (image_.metadata_version() != 0) return {};
  Records records;
  for (const Buffer& value : bootstrap_values_) {
    TRY_ASSIGN(records.emplace_back(), decode_record(value));
  }
  if (records.empty()) {
    const auto add = [&](std::string_view name, int16_t level) {
      records.emplace_back(
          protocol::FeatureLevelRecord{.name = std::string(name), .feature_level = level});
    };
    add(kMetadataVersionFeature, kMetadataVersionNew);
    add(kGroupFeature, kGroupVersionOfConsumerGroups);
    add(kTransactionFeature, kTransactionVersionMax);
  }
  // The level decides how everything else is written, so it goes in first and alone.
  const auto is_level = [](const MetadataRecord& record) {
    const auto* feature = record.as<protocol::FeatureLevelRecord>();
    return feature && feature->name == kMetadataVersionFeature;
  };
  const auto level = std::find_if(records.begin(), records.end(), is_level);
  CHECK(level != records.end());  // load() saw one
  TRY(append_and_apply({*level}, false));
  std::erase_if(records, is_level);
  return append_and_apply(records, true);
}

Status Store::register_broker(const BrokerRegistration& registration) {
  const Uuid incarnation_id =
      Uuid::random([this](std::array<uint8_t, 16>& bytes) { random_(bytes); });
  const int64_t broker_epoch = log_->log_end_offset().value;
  TRY(append_and_apply(registration_records(options_, registration, incarnation_id, broker_epoch,
                                            image_.metadata_version()),
                       false));
  broker_epoch_ = broker_epoch;
  return {};
}

// The log's bytes, and after a first start the names that lead to them.
Status Store::make_durable() {
  TRY(log_->flush());
  if (!is_new_directory_) return {};
  TRY(fs_.sync_directory(directory_));
  TRY(fs_.sync_directory(options_.path));
  is_new_directory_ = false;
  return {};
}

Status Store::close_cleanly() {
  if (is_active_) {
    is_active_ = false;
    if (failure_) return fail(*failure_);
    TRY(append_and_apply(resignation_records(image_, options_, broker_epoch_), false));
    TRY(make_durable());
    TRY(write_side_files());
  }
  if (!log_) return {};
  const auto log = std::move(log_);
  return log->close();
}

// Hints for the next to open (kraft A.2): without them, or with old ones, the log counts. So they
// are written once, at the end, and a start does not pay for their fsyncs.
Status Store::write_side_files() {
  QuorumState state{.data_version = quorum_.kraft_version,
                    .leader_id = options_.node_id,
                    .leader_epoch = raft_epoch_};
  if (quorum_.kraft_version == 0) state.current_voters = {options_.node_id};
  TRY(storage::replace_small_file(fs_, directory_, std::string(kQuorumStateFile),
                                  format_quorum_state(state)));
  if (fs_.info(concat(directory_, '/', storage::kPartitionMetadataFile))) return {};
  return storage::replace_small_file(fs_, directory_, std::string(storage::kPartitionMetadataFile),
                                     storage::format_partition_metadata(kOneUuid));
}

// --- Committing
// -----------------------------------------------------------------------------------------------------

Status Store::check_usable() const {
  if (failure_) return fail(*failure_);
  if (options_.is_read_only)
    return fail(ErrorCode::read_only, "the directory is open for reading only");
  if (!is_active_)
    return fail(ErrorCode::broker_not_available, "the metadata log is not open for writing");
  return {};
}

// Whoever finds nobody committing commits everything that waits, with one flush; the others sleep
// until theirs is done.
Status Store::commit(std::span<Mutation> mutations) {
  std::unique_lock lock(queue_mutex_);
  for (Mutation& mutation : mutations) queue_.push_back(&mutation);
  size_t done = 0;
  for (;;) {
    while (done < mutations.size() && mutations[done].is_done) ++done;
    if (done == mutations.size()) return mutations.empty() ? Status{} : mutations.front().outcome;
    if (is_committing_) {
      queue_changed_.wait(lock);
      continue;
    }
    is_committing_ = true;
    const std::vector<Mutation*> round = take_round();
    lock.unlock();
    run_round(round);
    lock.lock();
    for (Mutation* mutation : round) mutation->is_done = true;
    is_committing_ = false;
    queue_changed_.notify_all();
  }
}

// All that wait and do not depend on one another, in order. Whoever shares a key with somebody
// before waits on.
std::vector<Mutation*> Store::take_round() {
  std::vector<Mutation*> round;
  std::deque<Mutation*> rest;
  std::set<std::string_view> claimed;
  bool is_all_claimed = false;
  for (Mutation* mutation : queue_) {
    bool must_wait = is_all_claimed || (mutation->keys.empty() && !(round.empty() && rest.empty()));
    for (const std::string& key : mutation->keys) must_wait |= !claimed.insert(key).second;
    if (mutation->keys.empty()) is_all_claimed = true;
    if (must_wait) {
      rest.push_back(mutation);
    } else {
      round.push_back(mutation);
    }
  }
  queue_ = std::move(rest);
  return round;
}

void Store::run_round(const std::vector<Mutation*>& round) {
  std::vector<Appended> appended;
  for (Mutation* mutation : round) append_mutation(*mutation, appended);
  if (appended.empty()) return;
  if (Status flushed = make_durable(); !flushed) {
    failure_ = flushed.error().with_context("metadata log");
    for (const Appended& one : appended) one.mutation->outcome = fail(*failure_);
    return;
  }
  publish(appended);
  snapshot_when_due();
}

void Store::append_mutation(Mutation& mutation, std::vector<Appended>& appended) {
  mutation.outcome = check_usable();
  if (!mutation.outcome) return;
  if (mutation.is_snapshot) {
    mutation.outcome = snapshot_now();
    return;
  }
  auto records = mutation.build(image_);
  if (!records) {
    mutation.outcome = fail(std::move(records.error()));
    return;
  }
  if (records->empty()) return;
  mutation.outcome = append_records(*records, true);
  if (mutation.outcome) appended.push_back({&mutation, std::move(*records)});
}

void Store::publish(const std::vector<Appended>& appended) {
  MetadataDelta delta;
  {
    const std::lock_guard lock(image_mutex_);
    for (const Appended& one : appended)
      for (const MetadataRecord& record : one.records)
        CHECK(image_.apply(record, &delta).has_value());
    image_.advance(log_->log_end_offset(), raft_epoch_, last_timestamp_ms_);
  }
  if (MetadataListener* listener = listener_) listener->on_metadata_change(delta);
}

void Store::apply(const Records& records, MetadataDelta* delta) {
  const std::lock_guard lock(image_mutex_);
  for (const MetadataRecord& record : records)
    if (!record.as<protocol::AbortTransactionRecord>())
      CHECK(image_.apply(record, delta).has_value());
  image_.advance(log_->log_end_offset(), raft_epoch_, last_timestamp_ms_);
}

BatchSettings Store::settings() const {
  return {.base_offset = log_->log_end_offset(),
          .raft_epoch = raft_epoch_,
          .timestamp_ms = clock_.wall_ms(),
          .batch_bytes_max = options_.batch_bytes_max};
}

// A batch is atomic by itself; a group that needs several becomes a metadata transaction.
Status Store::append_records(const Records& records, bool is_atomic) {
  int16_t level = image_.metadata_version();
  if (level == 0) level = kMetadataVersionNew;
  TRY_ASSIGN(std::vector<Buffer> batches, make_data_batches(records, level, settings()));
  if (batches.size() > 1 && is_atomic) {
    if (level < kLevelTransactions)
      return fail(ErrorCode::message_too_large,
                  concat("the change does not fit one batch, and metadata.version ", level,
                         " has no transactions"));
    Records bracketed;
    bracketed.reserve(records.size() + 2);
    bracketed.emplace_back(protocol::BeginTransactionRecord{});
    bracketed.insert(bracketed.end(), records.begin(), records.end());
    bracketed.emplace_back(protocol::EndTransactionRecord{});
    TRY_ASSIGN(batches, make_data_batches(bracketed, level, settings()));
  }
  return append_batches(std::move(batches));
}

Status Store::append_batches(std::vector<Buffer> batches) {
  bool is_begun = false;
  for (Buffer& batch : batches) {
    auto appended =
        log_->append(batch, LeaderEpoch(raft_epoch_), storage::AppendOrigin::raft_leader);
    if (!appended) {
      const Error error = appended.error().with_context("metadata log");
      // Out of space can pass and has left nothing behind. Anything else, and half a group, cannot
      // be gone on from.
      if (is_begun || log_->is_offline() || error.code() != ErrorCode::out_of_space)
        failure_ = error;
      return fail(error);
    }
    is_begun = true;
    appended_bytes_ += static_cast<int64_t>(batch.size());
    last_timestamp_ms_ = record::BatchView(batch).max_timestamp();
  }
  return {};
}

Status Store::append_and_apply(const Records& records, bool is_atomic) {
  if (records.empty()) return {};
  TRY(append_records(records, is_atomic));
  apply(records, nullptr);
  return {};
}

// --- Snapshots
// ------------------------------------------------------------------------------------------------------

void Store::snapshot_when_due() {
  if (appended_bytes_ - log_bytes_at_snapshot_ < options_.snapshot_interval_bytes) return;
  if (Status written = snapshot_now(); !written)
    logger_.warn(
        concat("metadata snapshot not written, the log grows on: ", written.error().text()));
}

// The new segment begins where the snapshot ends, so that the one before can go as a whole when its
// time has come.
Status Store::snapshot_now() {
  log_bytes_at_snapshot_ = appended_bytes_;
  const SnapshotId id{image_.end_offset(), image_.raft_epoch()};
  if (!snapshots_.empty() && snapshots_.back() == id) return {};
  TRY(write_snapshot_file(fs_, directory_, id, image_, quorum_, clock_.wall_ms()));
  snapshots_.push_back(id);
  TRY(log_->roll());
  return prune();
}

int64_t Store::snapshot_bytes(const SnapshotId& id) {
  const auto info = fs_.info(concat(directory_, '/', snapshot_name(id)));
  return info ? info->size_bytes : 0;
}

// Kafka's rule (storage-format 7.8): snapshots and log together have a size and an age; the newest
// snapshot stays, and the log from the oldest snapshot that is kept.
Status Store::prune() {
  int64_t total_bytes = log_->size_bytes();
  for (const SnapshotId& id : snapshots_) total_bytes += snapshot_bytes(id);
  size_t drop = 0;
  while (drop + 1 < snapshots_.size()) {
    const auto info = fs_.info(concat(directory_, '/', snapshot_name(snapshots_[drop])));
    const bool is_old = info && clock_.wall_ms() - info->modified_ms > kSnapshotAgeMsMax;
    if (total_bytes <= options_.retention_bytes && !is_old) break;
    if (info) total_bytes -= info->size_bytes;
    ++drop;
  }
  if (drop == 0 && total_bytes <= options_.retention_bytes) return {};
  for (size_t i = 0; i < drop; ++i)
    TRY(fs_.remove_file(concat(directory_, '/', snapshot_name(snapshots_[i]))));
  snapshots_.erase(snapshots_.begin(), snapshots_.begin() + static_cast<std::ptrdiff_t>(drop));
  TRY(log_->advance_log_start(snapshots_.front().end_offset));
  TRY(log_->delete_old_segments(log_->log_end_offset()));
  TRY(log_->delete_due_files());
  return {};
}

Status Store::write_snapshot() {
  Mutation mutation;
  mutation.is_snapshot = true;
  return commit(mutation);
}

// --- Mutations
// ------------------------------------------------------------------------------------------------------

MetadataRecord Store::partition_record(const Uuid& topic_id, int32_t number) const {
  protocol::PartitionRecord record{.partition_id = number,
                                   .topic_id = topic_id,
                                   .replicas = {options_.node_id},
                                   .isr = {options_.node_id},
                                   .leader = options_.node_id,
                                   .leader_epoch = 0,
                                   .partition_epoch = 0};
  if (image_.metadata_version() >= kLevelDirectories) record.directories = {options_.directory_id};
  return record;
}

Records Store::topic_records(const TopicSpec& spec, const Uuid& topic_id) const {
  Records records;
  records.reserve(static_cast<size_t>(spec.partitions_count) + spec.configs.size() + 1);
  records.emplace_back(protocol::TopicRecord{.name = spec.name, .topic_id = topic_id});
  for (const auto& [key, value] : spec.configs)
    records.emplace_back(
        protocol::ConfigRecord{.resource_type = static_cast<int8_t>(ConfigResourceType::topic),
                               .resource_name = spec.name,
                               .name = key,
                               .value = value});
  for (int32_t i = 0; i < spec.partitions_count; ++i)
    records.push_back(partition_record(topic_id, i));
  return records;
}

Result<Records> Store::build_topic(const TopicSpec& spec, const MetadataImage& image,
                                   Uuid& topic_id) {
  TRY(check_topic_name(image, spec.name));
  if (spec.partitions_count < 1 || spec.partitions_count > kPartitionsPerTopicMax)
    return fail(ErrorCode::invalid_partitions,
                "Number of partitions was set to an invalid non-positive value.");
  if (spec.topic_id) {
    topic_id = *spec.topic_id;
    if (topic_id.is_zero() || topic_id == kOneUuid || image.topic(topic_id))
      return fail(ErrorCode::invalid_request,
                  concat("topic id ", topic_id.to_string(), " is taken"));
  } else {
    do topic_id = Uuid::random([this](std::array<uint8_t, 16>& bytes) { random_(bytes); });
    while (image.topic(topic_id));
  }
  return topic_records(spec, topic_id);
}

Result<Uuid> Store::create_topic(TopicSpec spec) {
  std::vector<TopicSpec> specs;
  specs.push_back(std::move(spec));
  return std::move(create_topics(std::move(specs)).front());
}

std::vector<Result<Uuid>> Store::create_topics(std::vector<TopicSpec> specs) {
  std::vector<Uuid> ids(specs.size());
  std::vector<Mutation> mutations(specs.size());
  for (size_t i = 0; i < specs.size(); ++i) {
    mutations[i].keys = {topic_key(specs[i].name)};
    if (specs[i].topic_id) mutations[i].keys.push_back("id:" + specs[i].topic_id->to_string());
    mutations[i].build = [this, &spec = specs[i], &id = ids[i]](const MetadataImage& image) {
      return build_topic(spec, image, id);
    };
  }
  (void)commit(mutations);  // each has its own outcome
  std::vector<Result<Uuid>> results;
  for (size_t i = 0; i < specs.size(); ++i) {
    if (mutations[i].outcome) {
      results.emplace_back(ids[i]);
    } else {
      results.emplace_back(fail(mutations[i].outcome.error()));
    }
  }
  return results;
}

Result<std::string> Store::name_of(const Uuid& topic_id) const {
  const ReadGuard image = read();
  if (const TopicImage* topic = image->topic(topic_id)) return topic->name;
  return fail(ErrorCode::unknown_topic_id, concat("no topic has the id ", topic_id.to_string()));
}

Status Store::delete_topic(const Uuid& topic_id) {
  TRY_ASSIGN(const std::string name, name_of(topic_id));
  Mutation mutation;
  mutation.keys = {topic_key(name), "id:" + topic_id.to_string()};
  mutation.build = [&](const MetadataImage& image) -> Result<Records> {
    if (!image.topic(topic_id)) return fail(ErrorCode::unknown_topic_id);
    return Records{protocol::RemoveTopicRecord{.topic_id = topic_id}};
  };
  return commit(mutation);
}

Status Store::create_partitions(const Uuid& topic_id, int32_t partitions_count) {
  TRY_ASSIGN(const std::string name, name_of(topic_id));
  Mutation mutation;
  mutation.keys = {topic_key(name)};
  mutation.build = [&, this](const MetadataImage& image) -> Result<Records> {
    const TopicImage* topic = image.topic(topic_id);
    if (!topic) return fail(ErrorCode::unknown_topic_id);
    const auto before = static_cast<int32_t>(topic->partitions.size());
    if (partitions_count <= before || partitions_count > kPartitionsPerTopicMax)
      return fail(ErrorCode::invalid_partitions,
                  concat("The topic ", name, " currently has ", before, " partition(s); ",
                         partitions_count, " would not be an increase."));
    Records records;
    for (int32_t i = before; i < partitions_count; ++i)
      records.push_back(partition_record(topic_id, i));
    return records;
  };
  return commit(mutation);
}

Status Store::set_configs(std::vector<ConfigChange> changes) {
  Mutation mutation;
  for (const ConfigChange& change : changes) mutation.keys.push_back(resource_key(change.resource));
  std::sort(mutation.keys.begin(), mutation.keys.end());
  mutation.keys.erase(std::unique(mutation.keys.begin(), mutation.keys.end()), mutation.keys.end());
  mutation.build = [&](const MetadataImage& image) -> Result<Records> {
    Records records;
    for (const auto& [resource, values] : changes) {
      if (resource.type == ConfigResourceType::topic && !image.topic(resource.name))
        return fail(ErrorCode::unknown_topic_or_partition,
                    concat("The topic '", resource.name, "' does not exist."));
      const ConfigMap& before = image.configs(resource.type, resource.name);
      for (const auto& [key, value] : values)
        if (value || before.contains(key))
          records.emplace_back(
              protocol::ConfigRecord{.resource_type = static_cast<int8_t>(resource.type),
                                     .resource_name = resource.name,
                                     .name = key,
                                     .value = value});
    }
    return records;
  };
  return commit(mutation);
}

Result<ProducerIdBlock> Store::next_producer_id_block() {
  ProducerIdBlock block;
  Mutation mutation;
  mutation.keys = {"producer-ids"};
  mutation.build = [&, this](const MetadataImage& image) -> Result<Records> {
    const int64_t first = image.producer_ids() ? image.producer_ids()->next_producer_id : 0;
    if (first > std::numeric_limits<int64_t>::max() - kProducerIdBlockSize)
      return fail(ErrorCode::unknown_server_error, "producer ids are used up");
    block.first = ProducerId(first);
    return Records{protocol::ProducerIdsRecord{.broker_id = options_.node_id,
                                               .broker_epoch = broker_epoch_,
                                               .next_producer_id = first + kProducerIdBlockSize}};
  };
  TRY(commit(mutation));
  return block;
}

Status Store::append(std::vector<MetadataRecord> records) {
  Mutation mutation;
  mutation.build = [&, this](const MetadataImage& image) -> Result<Records> {
    TRY(check_append(image, records, options_.node_id));
    return std::move(records);
  };
  return commit(mutation);
}

}  // namespace

Result<std::unique_ptr<MetadataStore>> MetadataStore::open(storage::FileSystem& fs,
                                                           const Clock& clock, Logger& logger,
                                                           RandomBytes random,
                                                           MetadataStoreOptions options) {
  auto store = std::make_unique<Store>(fs, clock, logger, std::move(random), std::move(options));
  TRY(store->load());
  return store;
}

}  // namespace spool::broker
