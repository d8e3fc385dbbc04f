#include "cli/cmd/salvage_targets.h"

#include <algorithm>

#include "cli/cmd/copy_topic.h"
#include "cli/errors.h"
#include "cli/io/internal_records.h"
#include "cli/io/rebuild_metadata.h"
#include "cli/io/strays.h"
#include "cli/io/verify_run.h"
#include "core/base/random.h"
#include "core/base/text.h"
#include "core/client/admin.h"
#include "core/storage/repair_log.h"

namespace spool::cli {

namespace {

/// Large enough for any batch that LogScan hands out.
constexpr size_t kSalvageRequestBytesMax = 64 << 20;
constexpr int32_t kNodeId = 1;

}  // namespace

// --- a broker
// --------------------------------------------------------------------------------------

Result<std::unique_ptr<SalvageBroker>> SalvageBroker::open(
    Context& context, const Args& args, const std::vector<SalvageSource>& sources) {
  TRY_ASSIGN(auto session,
             Session::open(Target{false, std::string(args.text("broker"))}, args, Access::write));
  std::unique_ptr<SalvageBroker> out(new SalvageBroker(std::move(session)));
  TRY(out->create_topics(context, sources));
  client::ProducerOptions options;
  options.request_bytes_max = kSalvageRequestBytesMax;
  options.on_delivery = [broker = out.get()](const client::Delivery& delivery) {
    if (delivery.error != nullptr && !broker->failure_) broker->failure_ = *delivery.error;
  };
  TRY_ASSIGN(out->producer_, client::Producer::create(out->session_.client(), std::move(options)));
  return out;
}

Status SalvageBroker::create_topics(Context& context, const std::vector<SalvageSource>& sources) {
  std::map<std::string, int32_t> counts;
  for (const SalvageSource& source : sources) {
    int32_t& count = counts[source.partition.topic];
    count = std::max(count, source.partition.partition.value + 1);
  }
  std::vector<std::string> names;
  for (const auto& [name, count] : counts) names.push_back(name);
  TRY_ASSIGN(const auto found, client::describe_topics(session_.client(), names));
  std::vector<client::NewTopic> missing;
  for (size_t i = 0; i < found.size(); ++i) {
    const int32_t wanted = counts[names[i]];
    if (found[i].error == ErrorCode::unknown_topic_or_partition) {
      missing.push_back({.name = names[i],
                         .partitions_count = wanted,
                         .configs = {{"retention.ms", "-1"}, {"retention.bytes", "-1"}}});
    } else if (found[i].partitions.size() < static_cast<size_t>(wanted)) {
      return fail(ErrorCode::invalid_argument,
                  concat("topic ", names[i], " has ",
                         counted(static_cast<int64_t>(found[i].partitions.size()), "partition"),
                         " on the broker, and ", wanted, " are to be written"));
    }
  }
  if (missing.empty()) return {};
  TRY_ASSIGN(const auto created, client::create_topics(session_.client(), missing));
  for (size_t i = 0; i < created.size(); ++i) {
    if (created[i].error != ErrorCode::none)
      return fail(created[i].error, concat("topic ", missing[i].name, ": ",
                                           explain(created[i].error, created[i].message)));
    context.note(concat("created ", missing[i].name, ": ",
                        counted(missing[i].partitions_count, "partition"),
                        ", kept until retention is set"));
  }
  return {};
}

Status SalvageBroker::add(const TopicPartition& partition, const record::EntryView& entry) {
  if (failure_) return fail(*failure_);
  client::Producer::Topic*& topic = topics_[partition.topic];
  if (topic == nullptr) {
    TRY_ASSIGN(topic, producer_->open_topic(partition.topic, false));
  }
  if (const auto batch = entry.batch(); batch && can_pass(*batch))
    return producer_->append_batch(*topic, partition.partition, entry.bytes());
  Status written;
  TRY(reader_.for_each(entry, [&](const record::RecordView& record) {
    written = add_record(*topic, partition.partition, record);
    return written.has_value();
  }));
  return written;
}

Status SalvageBroker::add_record(client::Producer::Topic& topic, Partition partition,
                                 const record::RecordView& record) {
  headers_.clear();
  record::HeaderCursor cursor(record);
  while (const auto header = cursor.next()) headers_.push_back(*header);
  return producer_->append(topic, {.key = record.key,
                                   .value = record.value,
                                   .headers = headers_,
                                   .timestamp_ms = record.timestamp_ms,
                                   .partition = partition});
}

Status SalvageBroker::finish() {
  client::Client& client = session_.client();
  const Status flushed = producer_->flush(client.now() + client.options().timeout);
  if (failure_) return fail(*failure_);
  TRY(flushed);
  return session_.close();
}

// --- a new data directory
// ---------------------------------------------------------------------------

namespace {

class IntoDirectory {
 public:
  IntoDirectory(storage::FileSystem& fs, const Clock& clock, Logger& logger, std::string target)
      : fs_(fs), clock_(clock), logger_(logger), target_(std::move(target)) {}

  /// A partition that cannot be built must not keep the others from being saved.
  void add(const SalvageSource& source) {
    const TopicPartition& partition = source.partition;
    const auto leave_out = [&](std::string_view why) {
      left_out_.push_back(concat(source.path, ": left out: ", why));
    };
    if (source.is_file) return leave_out("a file; name its partition's directory");
    if (const auto problem = storage::topic_name_problem(partition.topic); !problem.empty())
      return leave_out(problem);
    const auto [first, is_new] = taken_.emplace(partition, source.path);
    if (!is_new) return leave_out(concat(first->second, " is the same partition"));
    if (const Status built = build(source); !built) leave_out(built.error().text());
  }

  Status finish() {
    const storage::MetaProperties meta{.version = 1,
                                       .node_id = kNodeId,
                                       .cluster_id = random_uuid().to_string(),
                                       .directory_id = random_uuid()};
    const std::string built = concat(target_, ".metadata");
    TRY(rebuild_metadata(fs_, clock_, logger_, "", meta, found_, built));
    TRY(fs_.sync_directory(target_));
    for (const std::string_view name : {storage::kMetadataDirectory, storage::kMetaPropertiesFile})
      TRY(fs_.rename(concat(built, '/', name), concat(target_, '/', name)));
    TRY(storage::remove_tree(fs_, built));
    return fs_.sync_directory(target_);
  }

  std::vector<std::string> take_left_out() { return std::move(left_out_); }

 private:
  Status build(const SalvageSource& source) {
    const TopicPartition& partition = source.partition;
    VerifyTask task{.path = source.path};
    task.options.is_compacted = source.is_compacted;
    const VerifyOutcome outcome = verify_one(fs_, task);
    TRY_ASSIGN(auto plan, storage::plan_repair(fs_, source.path, outcome.findings, std::nullopt));
    const auto stored = read_topic_id(fs_, source.path);
    const Uuid topic_id =
        topic_ids_.emplace(partition.topic, stored.value_or(random_uuid())).first->second;
    plan.writes_metadata = true;
    const std::string made = concat(target_, '/', partition.to_string());
    const Status built = storage::build_repaired(fs_, clock_, logger_, plan, made, topic_id);
    if (!built) {
      (void)storage::remove_tree(fs_, made);
      return built;
    }
    found_.push_back({partition, topic_id, latest_epoch(fs_, made), source.is_compacted});
    return {};
  }

  storage::FileSystem& fs_;
  const Clock& clock_;
  Logger& logger_;
  const std::string target_;
  std::map<TopicPartition, std::string> taken_;
  std::map<std::string, Uuid> topic_ids_;
  std::vector<FoundPartition> found_;
  std::vector<std::string> left_out_;
};

}  // namespace

Result<std::vector<std::string>> salvage_into(storage::FileSystem& fs, const Clock& clock,
                                              Logger& logger,
                                              const std::vector<SalvageSource>& sources,
                                              const std::string& target) {
  TRY(fs.make_directory(target));
  IntoDirectory into(fs, clock, logger, target);
  for (const SalvageSource& source : sources) into.add(source);
  TRY(into.finish());
  return into.take_left_out();
}

}  // namespace spool::cli
