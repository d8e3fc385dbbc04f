#include "broker/txn/service.h"

#include <algorithm>
#include <atomic>

#include "broker/metadata/features.h"
#include "core/base/text.h"

namespace spool::broker::txn {

namespace {

Settings settings_of(const BrokerConfig& config) {
  Settings settings;
  settings.max_timeout_ms = static_cast<int32_t>(config.integer("transaction.max.timeout.ms"));
  settings.id_expiration_ms = config.integer("transactional.id.expiration.ms");
  settings.abort_check_interval_ms =
      config.integer("transaction.abort.timed.out.transaction.cleanup.interval.ms");
  settings.expiration_check_interval_ms =
      config.integer("transaction.remove.expired.transaction.cleanup.interval.ms");
  return settings;
}

TopicSpec transactions_topic(const BrokerConfig& config) {
  TopicSpec spec;
  spec.name = kTransactionsTopic;
  spec.partitions_count =
      static_cast<int32_t>(config.integer("transaction.state.log.num.partitions"));
  spec.configs = {{"cleanup.policy", "compact"},
                  {"compression.type", "uncompressed"},
                  {"min.insync.replicas", config.text("transaction.state.log.min.isr")},
                  {"segment.bytes", config.text("transaction.state.log.segment.bytes")},
                  {"unclean.leader.election.enable", "false"}};
  return spec;
}

/// The markers of one transaction on their way.
struct MarkerJob {
  coordinator::Shard& shard;
  std::string id;
  coordinator::Producer producer;
  std::atomic<size_t> open_count = 1;
  std::atomic<bool> are_all_written = true;

  void close_one() {
    if (--open_count > 0) return;
    shard.notify([id = id, producer = producer, are_all_written = are_all_written.load()](
                     coordinator::Machine& machine, Now now) {
      static_cast<Coordinator&>(machine).markers_written(now, id, producer, are_all_written);
    });
  }
};

/// Whether the transaction has ended in a partition: it did when the partition is gone, or knows of
/// something newer.
bool has_ended(ErrorCode code) {
  return code == ErrorCode::none || code == ErrorCode::unknown_topic_or_partition ||
         code == ErrorCode::invalid_producer_epoch ||
         code == ErrorCode::transaction_coordinator_fenced;
}

}  // namespace

Service::Service(coordinator::Parts parts, ProducerIdAllocator& producer_ids,
                 group::Service& groups)
    : parts_(std::move(parts)),
      producer_ids_(producer_ids),
      settings_(settings_of(parts_.config)),
      marker_parts_{parts_.clock, parts_.topics, parts_.workers, groups},
      shards_(parts_, shard_kind(), transactions_topic(parts_.config)) {}

Service::~Service() = default;

coordinator::ShardKind Service::shard_kind() {
  coordinator::ShardKind kind;
  kind.topic = kTransactionsTopic;
  kind.load_buffer_setting = "transaction.state.log.load.buffer.size";
  kind.make = [this](coordinator::Shard& shard, const std::string& name) {
    return std::make_unique<Coordinator>(Coordinator::Environment{
        shard, settings_, parts_.logger,
        [this, &shard](const std::string& id, const Transaction& transaction) {
          write_markers(shard, id, transaction);
        },
        [this] { return producer_ids_.next(); },
        [this] { return parts_.metadata.read()->feature_level(kTransactionFeature); }, name});
  };
  return kind;
}

// The decision must be safe before anything follows from it.
void Service::write_markers(coordinator::Shard& shard, const std::string& id,
                            const Transaction& transaction) {
  auto job = std::make_shared<MarkerJob>(
      shard, id, coordinator::Producer{transaction.producer_id, transaction.producer_epoch});
  shard.when_safe([this, job, transaction](const Status& flushed) {
    const record::EndTxnMarker marker{transaction.is_commit(), job->shard.leader_epoch()};
    if (!flushed) job->are_all_written = false;
    for (const auto& [topic, partitions] : transaction.partitions) {
      if (!flushed) break;
      for (const int32_t partition : partitions) {
        ++job->open_count;
        write_marker(
            marker_parts_, topic, partition, job->producer, marker,
            [this, job, topic, partition](ErrorCode code) {
              if (code != ErrorCode::none)
                parts_.logger.warn(concat("the marker of transaction ", job->id, " for ", topic,
                                          '-', partition, ": error ", static_cast<int16_t>(code)));
              if (!has_ended(code)) job->are_all_written = false;
              job->close_one();
            });
      }
    }
    job->close_one();
  });
}

void Service::with_id(const std::string& id, Purpose purpose, Work work) {
  shards_.submit(id, purpose, coordinator::adapt<Coordinator>(std::move(work)));
}

void Service::with_all(std::function<void(ErrorCode, Turn*)> work,
                       std::move_only_function<void()> done) {
  shards_.submit_to_all(coordinator::adapt<Coordinator>(std::move(work)), std::move(done));
}

void Service::on_metadata_change(const MetadataDelta& delta) {
  if (std::ranges::find(delta.deleted_topics, kTransactionsTopic,
                        &MetadataDelta::DeletedTopic::name) != delta.deleted_topics.end())
    shards_.reset();
}

}  // namespace spool::broker::txn
