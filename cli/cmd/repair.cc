// repair PATH: makes a damaged partition or data directory whole, keeping a backup or writing a
// copy.
//
// The order: check everything, plan, show the plan, ask; then, for each partition, build the whole
// one beside the damaged one, and let them change places by two renames. What was there before lies
// in the backup, with a file that says how to bring it back (spool undo).

#include <algorithm>
#include <ctime>
#include <map>
#include <set>

#include "cli/context.h"
#include "cli/io/log.h"
#include "cli/io/log_paths.h"
#include "cli/io/metadata_topics.h"
#include "cli/io/progress.h"
#include "cli/io/rebuild_metadata.h"
#include "cli/io/strays.h"
#include "cli/io/undo_file.h"
#include "cli/io/verify_run.h"
#include "core/base/random.h"
#include "core/base/text.h"
#include "core/storage/data_directory.h"
#include "core/storage/repair_log.h"

namespace spool::cli {

namespace {

using storage::Finding;
using storage::PartitionRepair;
using storage::RepairStep;
using storage::Severity;

constexpr Option kRepairOptions[] = {
    {.name = "into",
     .kind = OptionKind::value,
     .value = "DIR",
     .help = "Write a whole copy to the new directory DIR, and change nothing here",
     .group = "Where"},
    {.name = "backup",
     .kind = OptionKind::value,
     .value = "DIR",
     .help = "Keep what was there in the new directory DIR; without it one beside PATH is made",
     .group = "Where"},
    {.name = "adopt",
     .kind = OptionKind::list,
     .value = "NAME",
     .help = "Serve NAME again, a topic or directory that the metadata log does not know, instead "
             "of setting it aside; repeat for several",
     .group = "What"},
    {.name = "build-metadata",
     .help = "Build a metadata log from the topics' directories, where it is gone",
     .group = "What"},
};
constexpr OptionRows kRepairRows[] = {kRepairOptions, kPlanOptions, kOutputOptions};

constexpr Column kRepairColumns[] = {
    {"action"},          {"path"},         {"detail"}, {"lost_records", true}, {"lost_bytes", true},
    {"lost_from", true}, {"lost_to", true}};
/// The same for people.
constexpr Column kRepairTextColumns[] = {{"action"}, {"path"}, {"loses"}, {"detail"}};

/// A change of one of the data directory's own files, or of a directory's name.
struct DirectoryChange {
  enum class Kind : uint8_t { checkpoint, rename, foreign, metadata };
  Kind kind = Kind::checkpoint;
  std::string name;     ///< of the file or directory
  std::string content;  ///< of the checkpoint; the new name of the directory
  RepairStep step;
};

std::string time_stamp(int64_t now_ms) {
  const auto seconds = static_cast<std::time_t>(now_ms / 1000);
  std::tm utc{};
  ::gmtime_r(&seconds, &utc);
  char text[32];
  return std::string(text, std::strftime(text, sizeof text, "%Y%m%dT%H%M%S", &utc));
}

class Repair {
 public:
  Repair(Context& context, const Args& args) : context_(context), args_(args) {}

  Result<Exit> run() {
    TRY_ASSIGN(const auto paths, resolve());
    path_ = paths.path;
    is_directory_ = paths.kind == storage::PathKind::data_directory;
    TRY(refuse_what_is_not_ours());
    TRY(check());
    if (repairs_.empty() && changes_.empty()) return nothing_to_do();
    Table plan(is_for_people() ? std::span<const Column>(kRepairTextColumns) : kRepairColumns);
    for (const PartitionRepair& repair : repairs_)
      for (const RepairStep& step : repair.steps) add_row(plan, step);
    for (const DirectoryChange& change : changes_) add_row(plan, change.step);
    tell_adoptable();
    context_.note(loss_text());
    TRY_ASSIGN(const auto answer, context_.confirm(plan, question()));
    if (answer) return *answer;
    return args_.is_given("into") ? apply_into() : apply_in_place();
  }

 private:
  Result<LogPath> resolve() {
    std::string path = args_.operands()[0];
    while (path.size() > 1 && path.ends_with('/')) path.pop_back();
    TRY_ASSIGN(const auto kind, storage::kind_of_path(fs_, path));
    if (kind == storage::PathKind::file)
      return usage_error(concat(path, " is a file; name its partition's directory"));
    return LogPath{kind, path};
  }

  /// The data directory that holds the lock: the path itself, or what the partition lies in.
  std::string data_directory() const { return is_directory_ ? path_ : directory_of(path_); }

  Status refuse_what_is_not_ours() {
    if (is_in_use(fs_, data_directory()))
      return fail(ErrorCode::locked,
                  concat(data_directory(), " is in use by another process; stop it first"));
    return {};
  }

  Result<Exit> nothing_to_do() {
    for (const Finding& finding : unrepaired_)
      context_.complain(concat(finding.path, ": ", finding.check, ": ", finding.found,
                               ": nothing that can be repaired here"));
    tell_adoptable();
    if (!unrepaired_.empty()) return Exit::findings;
    context_.note(concat(path_, " is whole: nothing to do"));
    return Exit::done;
  }

  std::string question() const {
    if (const auto into = args_.value("into")) return concat("Write a whole copy to ", *into, "?");
    return concat("Repair ", path_, "? What is there now is kept: spool undo brings it back.");
  }

  /// Whoever names columns gets them, in any form.
  bool is_for_people() const {
    return args_.text("output") == "text" && !args_.is_given("columns");
  }

  /// What all steps lose together.
  std::string loss_text() const {
    int64_t records = 0, bytes = 0, places = 0, unreadable_bytes = 0;
    for (const PartitionRepair& repair : repairs_)
      for (const RepairStep& step : repair.steps) {
        records += std::max<int64_t>(step.lost_records, 0);
        if (step.lost_records > 0) bytes += step.lost_bytes;
        if (step.lost_records >= 0) continue;
        ++places;
        unreadable_bytes += step.lost_bytes;
      }
    std::string text;
    if (records > 0) text = concat(counted(records, "record"), " (", short_bytes(bytes), ")");
    if (places > 0)
      append_text(text, text.empty() ? "" : ", and ", short_bytes(unreadable_bytes), " in ",
                  counted(places, "place"), " where no record can be read");
    return concat("repairing ", path_, " loses ", text.empty() ? "no record" : text, ":");
  }

  /// "1 record at offset 7, 72 B"
  static std::string loss_text(const RepairStep& step) {
    if (step.lost_records == 0)
      return step.lost_bytes == 0 ? "nothing" : concat("no record, ", short_bytes(step.lost_bytes));
    if (step.lost_records < 0) return concat(short_bytes(step.lost_bytes), ", not readable");
    std::string text = counted(step.lost_records, "record");
    const bool is_range = step.lost_to > step.lost_from;
    if (step.lost_from)
      append_text(text, is_range ? " at offsets " : " at offset ", *step.lost_from);
    if (is_range) append_text(text, "-", *step.lost_to);
    return concat(text, ", ", short_bytes(step.lost_bytes));
  }

  /// Paths below PATH are shown without it: a row has to fit.
  std::string shown_path(const std::string& path) const {
    const bool is_below = path.starts_with(path_) && path.size() > path_.size() + 1;
    return args_.text("output") == "text" && is_below ? path.substr(path_.size() + 1) : path;
  }

  void add_row(Table& plan, const RepairStep& step) const {
    const std::string action(step.action);
    if (is_for_people())
      return plan.add({action, shown_path(step.path), loss_text(step), step.detail});
    const auto cell = [](const std::optional<int64_t>& number) {
      return number ? Cell(*number) : Cell();
    };
    plan.add({action, shown_path(step.path), step.detail,
              step.lost_records < 0 ? Cell() : Cell(step.lost_records), step.lost_bytes,
              cell(step.lost_from), cell(step.lost_to)});
  }

  /// Checks everything and plans.
  Status check() {
    TRY_ASSIGN(survey_, storage::survey_directory(fs_, data_directory()));
    TRY_ASSIGN(metadata_, read_metadata_topics(fs_, data_directory()));
    if (is_directory_ && metadata_ && metadata_->is_whole)
      strays_ = find_strays(fs_, survey_, *metadata_);
    TRY(choose_adopted());
    std::vector<VerifyTask> tasks;
    for (const auto& partition : survey_.partitions) {
      const std::string path = concat(survey_.path, '/', partition.name);
      const bool is_opened = partition.kind == storage::DirectoryKind::live ||
                             partition.kind == storage::DirectoryKind::future ||
                             adopted_.contains(partition.name);
      if ((is_directory_ && is_opened) || path == path_ || partition.name == name_of(path_))
        tasks.push_back(task_of(path, partition.partition, partition.name));
    }
    if (tasks.empty() && !is_directory_) tasks.push_back({.path = path_});
    if (tasks.empty())
      return fail(ErrorCode::not_found, concat(path_, " has no partitions: nothing to understand"));
    if (!is_directory_) tasks.front().path = path_;
    for (const VerifyTask& task : tasks) TRY(check_partition(task));
    if (!adopted_.empty() && is_repaired(storage::kMetadataDirectory))
      return fail(ErrorCode::unsupported,
                  concat(storage::kMetadataDirectory,
                         " is damaged: repair without --adopt first, then with it"));
    if (is_directory_) plan_directory();
    return args_.flag("build-metadata") ? plan_metadata() : Status();
  }

  /// Only when asked: of a broker with several directories one has the metadata log.
  Status plan_metadata() {
    if (!is_directory_ || metadata_)
      return usage_error("--build-metadata: PATH must be a data directory without a metadata log");
    if (!survey_.meta || survey_.meta->version < 1 || !survey_.meta->directory_id)
      return fail(ErrorCode::unsupported,
                  concat(path_, ": meta.properties has no node and directory id"));
    std::map<std::string, Uuid> topic_ids;
    for (const auto& directory : survey_.partitions) {
      if (directory.kind != storage::DirectoryKind::live) continue;
      const std::string path = concat(path_, '/', directory.name);
      const auto id = read_topic_id(fs_, path);
      if (!id)
        return fail(id.error().code(), concat(path, ": its topic's id is not known: ",
                                              id.error().text(), "; move the directory away"));
      const auto [known, is_new] = topic_ids.emplace(directory.partition.topic, *id);
      if (known->second != *id)
        return fail(ErrorCode::unsupported, concat(path,
                                                   ": another topic id than its topic's other "
                                                   "partitions; move one of them away"));
      found_.push_back({directory.partition, *id, latest_epoch(fs_, path),
                        survey_.is_compacted(directory.partition)});
    }
    const std::string name(storage::kMetadataDirectory);
    changes_.push_back(
        {.kind = DirectoryChange::Kind::metadata,
         .name = name,
         .step = {.path = concat(path_, '/', name),
                  .action = "build-metadata",
                  .detail = concat("of ", counted(std::ssize(found_), "partition"), " of ",
                                   counted(std::ssize(topic_ids), "topic"),
                                   "; settings, users and ACLs are gone, topics keep "
                                   "everything until retention is set")}});
    return {};
  }

  VerifyTask task_of(const std::string& path, const TopicPartition& partition,
                     const std::string& name) const {
    VerifyTask task{.path = path};
    task.options.is_compacted = survey_.is_compacted(partition);
    task.options.expects_metadata = survey_.meta && survey_.meta->version >= 1;
    task.options.is_clean = survey_.is_clean && name != storage::kMetadataDirectory;
    if (metadata_)
      if (const auto id = metadata_->id_of(partition.topic))
        task.options.is_compacted |= metadata_->by_id.at(*id).is_compacted;
    return task;
  }

  std::optional<Uuid> topic_id_of(const std::string& path) const {
    const auto partition = storage::parse_directory_name(name_of(path));
    if (!metadata_ || !partition) return std::nullopt;
    const auto adopted = adopted_.find(partition->name);
    if (adopted != adopted_.end()) return adopted->second;
    return metadata_->id_of(partition->partition.topic);
  }

  Result<std::vector<Finding>> verify(const VerifyTask& task) {
    std::atomic<int64_t> progress = 0;
    TRY_ASSIGN(auto verifier, storage::PartitionVerifier::open(fs_, task.path, task.options));
    std::vector<Finding> findings;
    for (size_t unit = 0; unit < verifier.unit_count(); ++unit)
      std::ranges::move(verifier.verify_unit(unit, progress), std::back_inserter(findings));
    std::ranges::move(verifier.finish(), std::back_inserter(findings));
    const std::string name(name_of(task.path));
    ends_[name] = {verifier.first_offset(), verifier.log_end_offset()};
    for (const auto& segment : verifier.segments()) records_[name] += segment.records_count;
    return findings;
  }

  Status check_partition(const VerifyTask& task) {
    TRY_ASSIGN(auto findings, verify(task));
    std::erase_if(findings, [](const Finding& f) { return f.severity == Severity::info; });
    if (findings.empty()) return {};
    // What cannot be read may be whole: nothing is made of the rest, which would lose it.
    if (std::ranges::find(findings, "unreadable", &Finding::check) != findings.end()) {
      std::ranges::move(findings, std::back_inserter(unrepaired_));
      return {};
    }
    TRY_ASSIGN(auto repair, storage::plan_repair(fs_, task.path, findings, topic_id_of(task.path)));
    if (repair.is_empty()) {
      std::ranges::move(findings, std::back_inserter(unrepaired_));
      return {};
    }
    repairs_.push_back(std::move(repair));
    tasks_.push_back(task);
    return {};
  }

  bool is_repaired(std::string_view name) const {
    return std::ranges::any_of(
        repairs_, [&](const PartitionRepair& repair) { return name_of(repair.path) == name; });
  }

  /// The data directory's own files, strays, and what is no partition's directory.
  void plan_directory() {
    const auto step = [&](std::string_view action, const std::string& name, std::string detail) {
      return RepairStep{
          .path = concat(path_, '/', name), .action = action, .detail = std::move(detail)};
    };
    for (const Finding& finding : survey_.findings) {
      const std::string name(name_of(finding.path));
      if (finding.check == "checkpoint-unreadable")
        // Empty, every log is recovered from its start, which loses nothing.
        changes_.push_back(
            {.name = name,
             .content = storage::format_offset_checkpoint({}),
             .step = step("empty-checkpoint", name, "a broker then recovers every log")});
      else if (finding.check == "directory-name" && finding.severity == Severity::error)
        changes_.push_back(
            {.kind = DirectoryChange::Kind::foreign,
             .name = name,
             .step = step("move-out", name, "to the backup: a broker refuses to start on it")});
      else
        unrepaired_.push_back(finding);
    }
    for (const auto& [name, offsets] : survey_.checkpoints) plan_checkpoint(name, offsets);
    plan_strays();
    // What is set aside is not repaired as well: salvage reads it.
    const auto is_set_aside = [&](const std::string& path) {
      const std::string name(name_of(path));
      return change_of(name) != nullptr && !adopted_.contains(name);
    };
    std::erase_if(repairs_,
                  [&](const PartitionRepair& repair) { return is_set_aside(repair.path); });
    std::erase_if(tasks_, [&](const VerifyTask& task) { return is_set_aside(task.path); });
  }

  void plan_checkpoint(const std::string& name, const storage::OffsetCheckpoint& offsets) {
    storage::OffsetCheckpoint lowered = offsets;
    for (auto& [partition, offset] : lowered) {
      const auto ends = ends_.find(partition.to_string());
      if (ends == ends_.end()) continue;
      offset = std::clamp(offset, Offset(0), ends->second.log_end_offset);
    }
    if (lowered == offsets) return;
    changes_.push_back({.name = name,
                        .content = storage::format_offset_checkpoint(lowered),
                        .step = {.path = concat(path_, '/', name),
                                 .action = "lower-checkpoint",
                                 .detail = "to the ends of the logs"}});
  }

  // --- directories that the metadata log does not know -----------------------------------------

  /// What --adopt names.
  Status choose_adopted() {
    if (!args_.is_given("adopt")) return {};
    if (!is_directory_ || !metadata_ || !metadata_->is_whole)
      return usage_error("--adopt: PATH must be a data directory with a whole metadata log");
    if (!survey_.meta || !survey_.meta->directory_id)
      return fail(ErrorCode::unsupported,
                  concat(path_, ": meta.properties has no node and directory id"));
    TRY_ASSIGN(adopted_,
               cli::choose_adopted(strays_, args_.list("adopt"), [] { return random_uuid(); }));
    return {};
  }

  void plan_strays() {
    int64_t added = 0;
    for (const Stray& stray : strays_) {
      const std::string& name = stray.directory.name;
      if (const auto adopted = adopted_.find(name); adopted != adopted_.end()) {
        plan_adoption(stray, adopted->second);
        added += !stray.is_partition_known;
      } else if (!stray.is_aside()) {
        rename(name, stray_name(name), "set-aside",
               concat(counted(records_[name], "record"), " no longer served, nothing removed; ",
                      stray.obstacle.empty()
                          ? concat("--adopt ", stray.directory.partition.topic, " serves them")
                          : concat("cannot be adopted: ", stray.obstacle)));
      }
    }
    if (added == 0) return;
    const std::string metadata(storage::kMetadataDirectory);
    changes_.push_back({.kind = DirectoryChange::Kind::metadata,
                        .name = metadata,
                        .step = {.path = concat(path_, '/', metadata),
                                 .action = "extend-metadata",
                                 .detail = concat("by ", counted(added, "partition"))}});
  }

  void plan_adoption(const Stray& stray, const Uuid& topic_id) {
    const storage::PartitionDirectory& directory = stray.directory;
    std::string detail = concat("as ", directory.partition.to_string());
    if (!stray.is_partition_known) {
      found_.push_back({directory.partition, topic_id,
                        latest_epoch(fs_, concat(path_, '/', directory.name)),
                        survey_.is_compacted(directory.partition)});
      append_text(detail, ": ", counted(records_[directory.name], "record"),
                  stray.known_id ? ""
                                 : "; settings of the topic are gone, it keeps everything until "
                                   "retention is set");
    }
    rename(directory.name, directory.partition.to_string(), "adopt", std::move(detail));
  }

  void rename(const std::string& name, std::string to, std::string_view action,
              std::string detail) {
    changes_.push_back(
        {.kind = DirectoryChange::Kind::rename,
         .name = name,
         .content = std::move(to),
         .step = {.path = concat(path_, '/', name), .action = action, .detail = detail}});
  }

  /// What is set aside already is no damage; but whoever misses a topic should know.
  void tell_adoptable() {
    for (const Stray& stray : strays_) {
      const bool is_told = stray.directory.kind == storage::DirectoryKind::stray ||
                           stray.directory.kind == storage::DirectoryKind::deleted;
      if (!is_told || !stray.obstacle.empty() || adopted_.contains(stray.directory.name)) continue;
      context_.note(concat(stray.directory.name,
                           stray.directory.kind == storage::DirectoryKind::stray
                               ? " is set aside: --adopt "
                               : " is removed by the next broker that starts: --adopt ",
                           stray.directory.partition.topic, " serves it again"));
    }
  }

  std::string stray_name(const std::string& name) {
    return storage::aside_directory_name(storage::parse_directory_name(name)->partition,
                                         random_uuid(), storage::DirectoryKind::stray);
  }

  /// What a directory is called afterwards.
  std::string new_name(std::string_view name) const {
    const DirectoryChange* change = change_of(std::string(name));
    const bool is_renamed = change != nullptr && change->kind == DirectoryChange::Kind::rename;
    return is_renamed ? change->content : std::string(name);
  }

  // --- doing it -------------------------------------------------------------------------------

  Result<Exit> apply_into() {
    const std::string target(*args_.value("into"));
    for (const PartitionRepair& repair : repairs_)
      skipped_.insert(std::string(name_of(repair.path)));
    if (!is_directory_) {
      TRY(storage::build_repaired(fs_, clock_, logger_, repairs_.front(), target,
                                  topic_id_of(path_)));
      return finish(target);
    }
    TRY(fs_.make_directory(target));
    TRY_ASSIGN(const auto entries, fs_.list(path_));
    for (const auto& entry : entries) {
      if (skipped_.contains(entry.name) || entry.name == storage::kLockFile) continue;
      const std::string from = concat(path_, '/', entry.name), to = concat(target, '/', entry.name);
      if (const auto change = change_of(entry.name); change != nullptr) {
        TRY(apply_into(*change, from, target));
      } else if (entry.is_directory) {
        TRY(storage::copy_tree(fs_, from, to));
      } else {
        TRY(storage::copy_file(fs_, from, to));
      }
    }
    const auto built_path = [&](const PartitionRepair& repair) {
      return concat(target, '/', new_name(name_of(repair.path)));
    };
    for (const PartitionRepair& repair : repairs_)
      TRY(storage::build_repaired(fs_, clock_, logger_, repair, built_path(repair),
                                  topic_id_of(repair.path)));
    if (!found_.empty()) {
      const std::string built = concat(target, ".metadata");
      TRY(build_metadata(built, built_path));
      TRY(fs_.rename(concat(built, '/', storage::kMetadataDirectory),
                     concat(target, '/', storage::kMetadataDirectory)));
      TRY(storage::remove_tree(fs_, built));
    }
    TRY(fs_.sync_directory(target));
    return finish(target);
  }

  const DirectoryChange* change_of(const std::string& name) const {
    for (const DirectoryChange& change : changes_)
      if (change.name == name) return &change;
    return nullptr;
  }

  Status apply_into(const DirectoryChange& change, const std::string& from,
                    const std::string& target) {
    switch (change.kind) {
      case DirectoryChange::Kind::checkpoint:
        return storage::replace_small_file(fs_, target, change.name, change.content);
      case DirectoryChange::Kind::rename:
        return storage::copy_tree(fs_, from, concat(target, '/', change.content));
      case DirectoryChange::Kind::foreign:
      case DirectoryChange::Kind::metadata:  // built, not copied
        return {};
    }
    return {};
  }

  /// built_path  where the repaired partitions lie: their leader epochs are right
  template <class F>
  Status build_metadata(const std::string& directory, const F& built_path) {
    for (const PartitionRepair& repair : repairs_)
      for (FoundPartition& found : found_)
        if (found.partition.to_string() == new_name(name_of(repair.path)))
          found.leader_epoch = latest_epoch(fs_, built_path(repair));
    const std::string known =
        metadata_ ? concat(path_, '/', storage::kMetadataDirectory) : std::string();
    return rebuild_metadata(fs_, clock_, logger_, known, *survey_.meta, found_, directory);
  }

  /// Outside of any data directory: a broker refuses directories it does not know.
  std::string backup_path() {
    if (const auto given = args_.value("backup")) return std::string(*given);
    const bool is_in_data_directory =
        !is_directory_ && (survey_.meta || !survey_.checkpoints.empty());
    const std::string beside = is_in_data_directory ? directory_of(path_) : path_;
    const std::string base = beside == "." ? "../repair" : beside;
    return concat(base, ".backup-", time_stamp(clock_.wall_ms()));
  }

  Result<Exit> apply_in_place() {
    TRY_ASSIGN(const auto lock, take_lock());
    const std::string backup = backup_path();
    TRY(fs_.make_directory(backup));
    TRY_ASSIGN(UndoFile undo, UndoFile::create(fs_, backup));
    // What can be refused comes before anything is moved.
    const auto built_path = [&](const PartitionRepair& repair) {
      return concat(backup, "/new-", name_of(repair.path));
    };
    for (const PartitionRepair& repair : repairs_)
      TRY(storage::build_repaired(fs_, clock_, logger_, repair, built_path(repair),
                                  topic_id_of(repair.path)));
    if (!found_.empty()) TRY(build_metadata(concat(backup, "/new-metadata"), built_path));
    for (const PartitionRepair& repair : repairs_)
      TRY(undo.exchange(repair.path, concat(backup, '/', name_of(repair.path)),
                        built_path(repair)));
    for (const DirectoryChange& change : changes_) TRY(apply(change, backup, undo));
    TRY(fs_.sync_directory(data_directory()));
    const auto outcome = finish(path_);
    context_.note(
        concat("what was there lies in ", backup, "; to bring it back: spool undo ", undo.path()));
    return outcome;
  }

  /// Nobody starts on the directory while it changes.
  Result<std::shared_ptr<storage::File>> take_lock() {
    if (!is_directory_ && !survey_.meta) return std::shared_ptr<storage::File>();
    TRY_ASSIGN(auto lock, fs_.open(concat(data_directory(), '/', storage::kLockFile),
                                   storage::OpenMode::create));
    TRY_ASSIGN(const bool is_ours, lock->try_lock());
    if (!is_ours) return fail(ErrorCode::locked, concat(data_directory(), " is in use"));
    return lock;
  }

  Status apply(const DirectoryChange& change, const std::string& backup, UndoFile& undo) {
    const std::string path = concat(path_, '/', change.name);
    switch (change.kind) {
      case DirectoryChange::Kind::checkpoint: {
        const std::string built = concat(backup, "/new-", change.name);
        TRY(storage::replace_small_file(fs_, backup, concat("new-", change.name), change.content));
        return undo.exchange(path, concat(backup, '/', change.name), built);
      }
      case DirectoryChange::Kind::rename:
        return undo.move(path, concat(path_, '/', change.content));
      case DirectoryChange::Kind::foreign:
        return undo.move(path, concat(backup, '/', change.name));
      case DirectoryChange::Kind::metadata: {
        const std::string built = concat(backup, "/new-metadata/", change.name);
        if (!metadata_) return undo.move(built, path);
        return undo.exchange(path, concat(backup, '/', change.name), built);
      }
    }
    return {};
  }

  /// Trust nothing: check what was made.
  Result<Exit> finish(const std::string& made) {
    int64_t left = 0;
    for (VerifyTask task : tasks_) {
      task.path = is_directory_ ? concat(made, '/', new_name(name_of(task.path))) : made;
      TRY_ASSIGN(const auto findings, verify(task));
      for (const Finding& finding : findings) {
        if (finding.severity == Severity::info) continue;
        context_.complain(concat(finding.path, ": still ", finding.check, ": expected ",
                                 finding.expected, ", found ", finding.found));
        ++left;
      }
    }
    for (const Finding& finding : unrepaired_)
      context_.complain(
          concat(finding.path, ": ", finding.check, ": ", finding.found, ": left as it is"));
    if (left > 0) return Exit::failed;
    context_.note(concat("repaired ", made, ": ",
                         counted(static_cast<int64_t>(tasks_.size()), "partition"), ", ",
                         counted(static_cast<int64_t>(changes_.size()), "other change")));
    return unrepaired_.empty() ? Exit::done : Exit::findings;
  }

  Context& context_;
  const Args& args_;
  storage::PosixFileSystem fs_;
  SystemClock clock_;
  StderrLogger logger_;
  std::string path_;
  bool is_directory_ = false;
  storage::DirectorySurvey survey_;
  std::optional<MetadataTopics> metadata_;
  std::vector<Stray> strays_;
  std::map<std::string, Uuid> adopted_;  // directories' names, with the ids of their topics
  std::map<std::string, storage::PartitionEnds> ends_;
  std::map<std::string, int64_t> records_;
  std::vector<PartitionRepair> repairs_;
  std::vector<VerifyTask> tasks_;  // of the repairs
  std::vector<DirectoryChange> changes_;
  std::vector<FoundPartition> found_;  // that the metadata log is to get
  std::vector<Finding> unrepaired_;
  std::set<std::string> skipped_;
};

Result<Exit> run_repair(Context& context, const Args& args) { return Repair(context, args).run(); }

}  // namespace

extern const Command kRepairCommand;
constinit const Command kRepairCommand = {
    .path = "repair",
    .usage = "[OPTION...] PATH",
    .summary = "Make damaged logs whole",
    .description =
        "PATH is a partition's directory or a data directory. Shows what would be done and what "
        "is lost by it, asks, and keeps what was there: spool undo brings it back. With --into "
        "nothing here is changed.",
    .examples =
        "spool repair --dry-run data/orders-0\n"
        "spool repair --backup was data",
    .options = kRepairRows,
    .operands_min = 1,
    .operands_max = 1,
    .run = run_repair,
};

}  // namespace spool::cli
