#include <map>
#include <memory>
#include <optional>
#include <set>

#include "broker/metadata/identity.h"
#include "broker/metadata/store.h"
#include "core/storage/data_directory.h"
#include "tests/faults/runs.h"
#include "tests/support/fault_file_system.h"

namespace spool::test {
namespace {

using broker::MetadataStore;
using storage::DataDirectory;
using Call = FaultFileSystem::Call;

constexpr int kLives = 5;
constexpr int kStepsMax = 30;
const std::string kDirectory = "/data";

/// A change that failed or was cut off: it may have happened.
enum class Fate { there, gone, unsure };

class DirectoryRun {
 public:
  DirectoryRun(uint64_t seed, RunReport& report) : dice_(seed), report_(report) {}

  void run() {
    for (int life = 0; life < kLives && report_.findings.empty(); ++life) {
      if (dice_.percent(40)) arm_fault();
      bool is_open = open();
      if (!is_open && has_failed_call_) {
        // A fault kept it from opening: that is no finding if the next attempt, on a disk that works, succeeds.
        report_.findings.clear();
        close(false);
        is_open = open();
      }
      if (!is_open) return;
      check();
      const int64_t steps = dice_.below(kStepsMax);
      for (int64_t i = 0; i < steps && report_.findings.empty(); ++i) step();
      end_life();
    }
    fs_.set_fault(nullptr);
    if (report_.findings.empty() && open()) check();
  }

 private:
  void arm_fault() {
    FaultPlan plan{.at = dice_.below(200)};
    if (dice_.percent(50)) plan.code = ErrorCode::out_of_space;
    plan.times = dice_.percent(70) ? 1 : 1 + dice_.below(20);
    has_failed_call_ = false;
    test::arm_fault(fs_, report_, plan, [this](Call call) {
      has_failed_call_ = true;
      if (call == Call::sync) has_lost_sync_ = true;
    });
  }

  broker::RandomBytes random() {
    return [this](MutableBytes into) {
      for (uint8_t& byte : into) byte = static_cast<uint8_t>(dice_.below(256));
    };
  }

  Status try_open() {
    TRY_ASSIGN(directory_, DataDirectory::open(fs_, clock_, logger_, kDirectory, DataDirectory::Access::write));
    TRY_ASSIGN(const broker::Identity identity, broker::ensure_identity(*directory_, std::nullopt, std::nullopt, random()));
    broker::MetadataStoreOptions options;
    options.path = kDirectory;
    options.node_id = identity.node_id;
    options.directory_id = identity.directory_id;
    options.snapshot_interval_bytes = 2'000 + dice_.below(8'000);
    options.retention_bytes = 5'000;
    TRY_ASSIGN(store_, MetadataStore::open(fs_, clock_, logger_, random(), options));
    if (cluster_id_.empty() || !is_cluster_id_durable_) cluster_id_ = identity.cluster_id;
    if (identity.cluster_id != cluster_id_)
      return fail(ErrorCode::parse_error, concat("cluster id ", identity.cluster_id, ", it was ", cluster_id_));
    TRY(store_->activate({.endpoints = {{"PLAINTEXT", "localhost", 9092, 0}}}));
    return {};
  }

  bool open() {
    const Status opened = try_open();
    if (!opened) report_.find(concat("it does not open: ", opened.error().text()));
    return opened.has_value();
  }

  void close(bool is_power_cut) {
    store_.reset();
    directory_.reset();
    fs_.set_fault(nullptr);
    if (is_power_cut) {
      ++report_.power_cuts;
      fs_.cut_power(dice_.engine);
    } else {
      ++report_.kills;
      fs_.kill_processes();
    }
  }

  void step() {
    ++report_.appends;
    clock_.now_ms += 10;
    const int64_t what = dice_.below(100);
    if (what < 40) return create_topic();
    if (what < 55) return delete_topic();
    if (what < 70) return set_config();
    if (what < 80) return take_ids();
    if (what < 85) return (void)store_->write_snapshot();
    write_checkpoint();
  }

  void create_topic() {
    const std::string name = concat("topic-", next_topic_++);
    broker::TopicSpec spec{.name = name, .topic_id = {}, .partitions_count = static_cast<int32_t>(1 + dice_.below(4)),
                           .configs = {}};
    const auto created = store_->create_topic(spec);
    topics_[name] = created ? Fate::there : Fate::unsure;
    if (created) is_cluster_id_durable_ = true;
  }

  void delete_topic() {
    if (topics_.empty()) return;
    auto chosen = topics_.begin();
    std::advance(chosen, dice_.below(static_cast<int64_t>(topics_.size())));
    std::optional<Uuid> topic_id;
    {
      const auto image = store_->read();
      if (const broker::TopicImage* topic = image->topic(chosen->first)) topic_id = topic->id;
    }
    if (topic_id) chosen->second = store_->delete_topic(*topic_id) ? Fate::gone : Fate::unsure;
  }

  void set_config() {
    const std::string value = concat(dice_.below(1000));
    const broker::ConfigResource resource{broker::ConfigResourceType::broker, ""};
    const Status set = store_->set_configs({{resource, {{"log.retention.ms", value}}}});
    if (set) {
      configs_.clear();
      may_lack_config_ = false;
    }
    configs_.insert(value);
  }

  void take_ids() {
    const auto block = store_->next_producer_id_block();
    if (!block) return;
    if (block->first.value < next_producer_id_)
      report_.find(concat("producer id ", block->first.value, " is given out again, below ", next_producer_id_));
    next_producer_id_ = block->first.value + block->count;
  }

  void write_checkpoint() {
    const storage::OffsetCheckpoint offsets{{TopicPartition{"orders", Partition(0)}, Offset(++checkpoint_value_)}};
    const Status written = directory_->write_checkpoint(storage::kRecoveryPointFile, offsets);
    if (written) {
      checkpoint_values_.clear();
      may_lack_checkpoint_ = false;
    }
    checkpoint_values_.insert(checkpoint_value_);
  }

  void end_life() {
    if (!report_.findings.empty()) return;
    bool is_closed = false;
    if (dice_.percent(40)) {
      ++report_.clean_stops;
      is_closed = store_->close_cleanly().has_value();
      is_closed = is_closed && directory_->write_clean_marker(store_->broker_epoch()).has_value();
      if (is_closed) is_cluster_id_durable_ = true;
    }
    raft_epoch_before_ = std::max(raft_epoch_before_, is_closed || is_cluster_id_durable_ ? store_->raft_epoch() : 0);
    close(!has_lost_sync_ && dice_.percent(60));
    if (is_cluster_id_durable_) return;
    for (auto& [name, fate] : topics_) fate = Fate::unsure;
  }

  void check() {
    if (store_->raft_epoch() <= raft_epoch_before_)
      return report_.find(concat("raft epoch ", store_->raft_epoch(), " after ", raft_epoch_before_));
    const auto image = store_->read();
    for (auto& [name, fate] : topics_) {
      const bool is_there = image->topic(name) != nullptr;
      if (fate == Fate::there && !is_there) return report_.find(name + " was made and is gone");
      if (fate == Fate::gone && is_there) return report_.find(name + " was deleted and is there");
      fate = is_there ? Fate::there : Fate::gone;
    }
    for (const auto& [name, topic] : image->topics())
      if (!topics_.contains(name)) return report_.find(name + " was never made");
    check_values(*image);
  }

  void check_values(const broker::MetadataImage& image) {
    if (!configs_.empty()) {
      const auto& configs = image.configs(broker::ConfigResourceType::broker, "");
      const auto found = configs.find("log.retention.ms");
      const std::string value = found == configs.end() ? "none" : found->second;
      if (!configs_.contains(value) && !(value == "none" && may_lack_config_))
        return report_.find(concat("the config has value ", value));
      configs_ = {value};
      may_lack_config_ = value == "none";
    }
    if (checkpoint_values_.empty()) return;
    const auto& offsets = directory_->recovery_points();
    const auto found = offsets.find(TopicPartition{"orders", Partition(0)});
    const int64_t value = found == offsets.end() ? 0 : found->second.value;
    // One that cannot be read counts as empty: more is looked at then than would have to be.
    const bool may_be_empty = may_lack_checkpoint_ || has_failed_call_;
    if (checkpoint_values_.contains(value))
      checkpoint_values_ = {value};
    else if (value != 0 || !may_be_empty)
      report_.find(concat("the checkpoint has value ", value));
  }

  Dice dice_;
  RunReport& report_;
  FaultFileSystem fs_;
  StandingClock clock_;
  TraceLogger logger_{report_};
  std::unique_ptr<DataDirectory> directory_;
  std::unique_ptr<MetadataStore> store_;
  std::string cluster_id_;
  bool is_cluster_id_durable_ = false;
  bool has_failed_call_ = false;
  // A sync that failed leaves pages that Linux takes for written. The process knew; the next one cannot, so that a power
  // cut after it proves nothing.
  bool has_lost_sync_ = false;
  int64_t next_topic_ = 0;
  std::map<std::string, Fate> topics_;
  std::set<std::string> configs_;  // one of these
  bool may_lack_config_ = true;
  int64_t next_producer_id_ = 0;
  int64_t checkpoint_value_ = 0;
  std::set<int64_t> checkpoint_values_;  // one of these
  bool may_lack_checkpoint_ = true;
  int32_t raft_epoch_before_ = 0;
};

}  // namespace

void run_directory(uint64_t seed, RunReport& report) { DirectoryRun(seed, report).run(); }

}  // namespace spool::test
