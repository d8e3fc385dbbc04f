#include "broker/metadata/handover.h"

#include <algorithm>
#include <array>
#include <set>

#include "broker/config/config.h"
#include "broker/config/laptop_defaults.h"
#include "broker/metadata/loader.h"
#include "core/base/text.h"
#include "core/storage/checkpoint.h"
#include "core/storage/data_directory.h"

namespace spool::broker {

namespace {

using storage::DirectoryKind;

/// The lowest release that knows a level, as each was seen to accept and refuse (kraft, section 1).
struct FeatureSupport {
  std::string_view feature;
  int16_t level_max;
  std::string_view kafka_version;
};
constexpr FeatureSupport kFeatureSupport[] = {
    {"metadata.version", 25, "4.0"},   {"metadata.version", 27, "4.1"},
    {"metadata.version", 29, "4.2"},   {"metadata.version", 30, "4.3"},
    {"metadata.version", 33, "4.4"},   {"group.version", 1, "4.0"},
    {"transaction.version", 2, "4.0"}, {"eligible.leader.replicas.version", 1, "4.0"},
    {"share.version", 1, "4.1"},       {"share.version", 2, "4.4"},
    {"streams.version", 1, "4.2"},
};

constexpr std::string_view kSnapshotFileSuffix = ".checkpoint";
constexpr size_t kSnapshotNameBytes = 20 + 1 + 10 + kSnapshotFileSuffix.size();

class Inspection {
 public:
  Inspection(storage::FileSystem& fs, Logger& logger, const std::string& directory)
      : fs_(fs), logger_(logger), directory_(directory) {}

  Result<Handover> run();

 private:
  template <class... Parts>
  void problem(const Parts&... parts) {
    found_.problems.push_back(concat(parts...));
  }
  std::string path(std::string_view name) const { return concat(directory_, '/', name); }

  void check_lock();
  Status check_identity();
  Status check_names();
  void check_features(const MetadataImage& image);
  void check_quorum(const LoadedMetadata& metadata);
  Status check_metadata();
  Status check_metadata_files(const LoadedMetadata& metadata);
  void check_topic(const TopicImage& topic);
  void check_configs(const MetadataImage& image);
  Status check_partitions(const MetadataImage& image);
  void check_partition_files(const storage::PartitionDirectory& entry, const Uuid& topic_id);
  void check_checkpoints();

  storage::FileSystem& fs_;
  Logger& logger_;
  const std::string directory_;
  Handover found_;
  std::optional<Uuid> directory_id_;
  std::vector<storage::PartitionDirectory> partitions_;
};

Result<Handover> Inspection::run() {
  TRY_ASSIGN(const auto info, fs_.info(directory_));
  if (!info.is_directory)
    return fail(ErrorCode::not_found, concat(directory_, ": not a directory"));
  check_lock();
  TRY(check_identity());
  TRY(check_names());
  TRY(check_metadata());
  check_checkpoints();
  if (!fs_.info(path(storage::kCleanShutdownFile)))
    found_.notes.push_back(
        "the directory was not closed in order: Kafka reads through every log when it starts");
  if (directory_.find(',') != std::string::npos)
    problem("the path of the directory has a comma in it, which log.dirs cannot name: rename it");
  return std::move(found_);
}

void Inspection::check_lock() {
  const auto lock = fs_.open(path(storage::kLockFile), storage::OpenMode::read_write);
  if (!lock) return;  // missing: nobody ever had it; not ours to write: nor is it a broker's
  const auto is_free = (*lock)->try_lock();
  if (is_free && !*is_free) problem("the directory is in use by another process: stop it first");
}

Status Inspection::check_identity() {
  auto text = storage::read_small_file(fs_, path(storage::kMetaPropertiesFile));
  if (!text && text.error().code() == ErrorCode::not_found) {
    problem("there is no ", storage::kMetaPropertiesFile,
            ": this is no data directory, or only a part of one");
    return {};
  }
  TRY_ASSIGN(const std::string content, std::move(text));
  const auto meta = storage::parse_meta_properties(content);
  if (!meta) {
    problem(storage::kMetaPropertiesFile, ": ", meta.error().text());
    return {};
  }
  found_.node_id = meta->node_id;
  found_.cluster_id = meta->cluster_id;
  directory_id_ = meta->directory_id;
  if (!directory_id_)
    problem(storage::kMetaPropertiesFile,
            " has no directory.id: a Kafka that makes one up is no voter of its own quorum; start "
            "spool broker on the directory once");
  return {};
}

// Kafka stops at a directory whose name is none of a partition's.
Status Inspection::check_names() {
  TRY_ASSIGN(const auto entries, fs_.list(directory_));
  for (const storage::DirectoryEntry& entry : entries) {
    if (!entry.is_directory || entry.name == storage::kMetadataDirectory ||
        entry.name == "remote-log-index-cache")
      continue;
    auto parsed = storage::parse_directory_name(entry.name);
    if (!parsed) {
      problem(parsed.error().text(), ": Kafka stops at it, move it elsewhere");
      continue;
    }
    if (parsed->kind == DirectoryKind::stray)
      found_.notes.push_back(concat(entry.name, " belongs to no topic; Kafka leaves it there"));
    partitions_.push_back(std::move(*parsed));
  }
  return {};
}

Status Inspection::check_metadata() {
  auto metadata = load_metadata(fs_, logger_, directory_);
  if (!metadata) {
    problem("the metadata log: ", metadata.error().text());
    return {};
  }
  if (!metadata->has_directory || metadata->image.metadata_version() == 0) {
    problem(
        "there is no metadata log with topics in it: Kafka would put every partition aside; "
        "start spool broker on the directory once");
    return {};
  }
  check_features(metadata->image);
  check_quorum(*metadata);
  TRY(check_metadata_files(*metadata));
  for (const auto& [name, topic] : metadata->image.topics()) check_topic(*topic);
  check_configs(metadata->image);
  found_.has_acls = !metadata->image.acls().empty();
  found_.topics_count = static_cast<int64_t>(metadata->image.topics().size());
  found_.partitions_count = metadata->image.partitions_count();
  if (found_.has_acls)
    found_.notes.push_back("there are ACLs: Kafka obeys them because of authorizer.class.name");
  return check_partitions(metadata->image);
}

void Inspection::check_features(const MetadataImage& image) {
  found_.metadata_version = image.metadata_version();
  found_.kafka_version_min = "4.0";
  for (const auto& [feature, level] : image.features()) {
    const auto known = std::ranges::find_if(kFeatureSupport, [&](const FeatureSupport& support) {
      return support.feature == feature && level <= support.level_max;
    });
    if (known == std::end(kFeatureSupport))
      problem("feature ", feature, " is at level ", level, ", which no Kafka up to 4.4 knows");
    else
      found_.kafka_version_min = std::max(found_.kafka_version_min, known->kafka_version);
  }
}

void Inspection::check_quorum(const LoadedMetadata& metadata) {
  const QuorumImage& quorum = metadata.quorum;
  found_.has_static_voters = quorum.kraft_version == 0;
  std::vector<int32_t> voters = quorum.last_leader_voters;
  if (!quorum.voters.empty()) {
    voters.clear();
    for (const VoterImage& voter : quorum.voters) voters.push_back(voter.id);
  }
  if (voters.empty() && metadata.quorum_state) voters = metadata.quorum_state->current_voters;
  if (voters.size() > 1 || (voters.size() == 1 && voters.front() != found_.node_id))
    problem("the metadata log belongs to a quorum of other nodes: start all of them instead");
  if (!found_.has_static_voters && quorum.voters.size() == 1 && directory_id_ &&
      quorum.voters.front().directory_id != *directory_id_)
    problem("the only voter is directory ", quorum.voters.front().directory_id.to_string(),
            ", this one is ", directory_id_->to_string(),
            ": Kafka would wait for a leader for ever; is meta.properties a copy of another's?");
  if (metadata.has_open_transaction)
    problem("the metadata log ends inside a transaction: start spool broker on the directory once");
}

Status Inspection::check_metadata_files(const LoadedMetadata& metadata) {
  const std::string metadata_path = path(storage::kMetadataDirectory);
  TRY_ASSIGN(const auto entries, fs_.list(metadata_path));
  for (const storage::DirectoryEntry& entry : entries) {
    if (entry.name.ends_with(kSnapshotFileSuffix) && entry.name.size() != kSnapshotNameBytes)
      problem(storage::kMetadataDirectory, '/', entry.name,
              ": Kafka cannot read this name, move the file elsewhere");
    if (entry.name == "quorum-state" && !metadata.quorum_state)
      problem(storage::kMetadataDirectory,
              "/quorum-state cannot be read: remove it, Kafka writes it"
              " anew");
  }
  const auto bootstrap = fs_.info(path("bootstrap.checkpoint"));
  if (bootstrap && bootstrap->size_bytes == 0)
    problem(
        "bootstrap.checkpoint is empty: Kafka reads it even when it needs nothing of it; remove"
        " it");
  return {};
}

void Inspection::check_topic(const TopicImage& topic) {
  for (size_t number = 0; number < topic.partitions.size(); ++number) {
    const PartitionImage& partition = topic.partitions[number];
    if (partition.replicas != std::vector<int32_t>{found_.node_id})
      problem("partition ", topic.name, '-', number, " has replicas on other nodes");
    for (const Uuid& assigned : partition.directories) {
      const bool is_ours = directory_id_ && assigned == *directory_id_;
      const bool is_reserved = std::ranges::all_of(std::span(assigned.bytes).first(15),
                                                   [](uint8_t byte) { return byte == 0; });
      if (!is_ours && !is_reserved)
        problem("partition ", topic.name, '-', number, " is assigned to directory ",
                assigned.to_string(), ", which is another: it would stay without a leader");
    }
  }
}

// A value that Kafka refuses stops it when it loads the log. It passes over names it does not know.
void Inspection::check_configs(const MetadataImage& image) {
  for (const auto& [resource, values] : image.all_configs()) {
    if (resource.type != ConfigResourceType::topic) continue;
    for (const auto& [name, value] : values) {
      const ConfigDef* def = find_config(topic_configs(), name);
      if (def == nullptr) continue;
      if (const Status valid = validate_value(*def, value); !valid)
        problem("topic ", resource.name, ": ", valid.error().text(),
                ": change it with spool topic"
                " alter");
    }
  }
}

Status Inspection::check_partitions(const MetadataImage& image) {
  for (const storage::PartitionDirectory& entry : partitions_) {
    if (entry.kind != DirectoryKind::live) continue;
    const PartitionImage* known =
        image.partition(entry.partition.topic, entry.partition.partition.value);
    if (known == nullptr) {
      problem("directory ", entry.name,
              " belongs to no topic of the metadata: Kafka would put it aside as a stray; start "
              "spool broker on the directory once, or move it elsewhere");
      continue;
    }
    check_partition_files(entry, image.topic(entry.partition.topic)->id);
  }
  return {};
}

void Inspection::check_partition_files(const storage::PartitionDirectory& entry,
                                       const Uuid& topic_id) {
  const auto read = [&](std::string_view file) {
    return storage::read_small_file(fs_, concat(path(entry.name), '/', file));
  };
  const auto metadata = read(storage::kPartitionMetadataFile);
  const auto stored = metadata ? storage::parse_partition_metadata(*metadata)
                               : Result<Uuid>(fail(metadata.error()));
  if (!stored)
    problem(entry.name, '/', storage::kPartitionMetadataFile, ": ", stored.error().text());
  else if (*stored != topic_id)
    problem("directory ", entry.name, " belongs to topic id ", stored->to_string(), ", not to ",
            topic_id.to_string(), ": Kafka would put it aside as a stray");
  const auto epochs = read(storage::kLeaderEpochFile);
  if (!epochs) return;
  if (const auto parsed = storage::parse_epoch_checkpoint(*epochs); !parsed)
    problem(entry.name, '/', storage::kLeaderEpochFile, ": ", parsed.error().text(),
            "; remove it, it is made anew");
}

void Inspection::check_checkpoints() {
  for (const std::string_view file : {storage::kRecoveryPointFile, storage::kLogStartFile,
                                      storage::kHighWatermarkFile, storage::kCleanerFile}) {
    const auto text = storage::read_small_file(fs_, path(file));
    if (!text) continue;  // may be missing
    if (const auto parsed = storage::parse_offset_checkpoint(*text); !parsed)
      problem(file, ": ", parsed.error().text(),
              ": Kafka stops at it; start spool broker on the "
              "directory once");
  }
}

}  // namespace

Result<Handover> plan_handover(storage::FileSystem& fs, Logger& logger,
                               const std::string& data_directory) {
  return Inspection(fs, logger, data_directory).run();
}

std::vector<std::pair<std::string, std::string>> handover_properties(
    const Handover& handover, const std::string& data_directory,
    const HandoverListeners& listeners) {
  const std::string node_id = concat(handover.node_id);
  std::vector<std::pair<std::string, std::string>> properties = {
      {"process.roles", "broker,controller"},
      {"node.id", node_id},
      {"log.dirs", data_directory},
      {"listeners",
       concat("PLAINTEXT://", listeners.client, ",CONTROLLER://", listeners.controller)},
      {"advertised.listeners",
       concat("PLAINTEXT://", listeners.client, ",CONTROLLER://", listeners.controller)},
      {"controller.listener.names", "CONTROLLER"},
      {"listener.security.protocol.map", "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT"},
  };
  if (handover.has_static_voters)
    properties.emplace_back("controller.quorum.voters", concat(node_id, '@', listeners.controller));
  else
    properties.emplace_back("controller.quorum.bootstrap.servers", listeners.controller);
  if (handover.has_acls) {
    properties.emplace_back("authorizer.class.name",
                            "org.apache.kafka.metadata.authorizer.StandardAuthorizer");
    properties.emplace_back("super.users", "User:ANONYMOUS");
  }
  const std::set<std::string_view> is_said = {"listeners", "node.id", "process.roles",
                                              "controller.listener.names"};
  for (const auto& [name, value] : laptop_defaults())
    if (!is_said.contains(name)) properties.emplace_back(name, value);
  return properties;
}

}  // namespace spool::broker
