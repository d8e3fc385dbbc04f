// verify PATH...: checks files of a log against themselves and each other, without changing any.

#include <algorithm>
#include <chrono>
#include <map>
#include <numeric>
#include <set>
#include <thread>

#include "cli/context.h"
#include "cli/io/finding_text.h"
#include "cli/io/log_paths.h"
#include "cli/io/metadata_topics.h"
#include "cli/io/progress.h"
#include "cli/io/signals.h"
#include "cli/io/strays.h"
#include "cli/io/verify_run.h"
#include "core/base/crc.h"
#include "core/base/text.h"
#include "core/storage/data_directory.h"

namespace spool::cli {

namespace {

using storage::Finding;
using storage::Severity;

/// Of more tasks than this each has one thread, and nobody looks at sizes beforehand.
constexpr size_t kSharedTasksMax = 1000;

constexpr Option kVerifyOptions[] = {
    kLogDirOption,
    {.name = "jobs",
     .letter = 'j',
     .kind = OptionKind::value,
     .value = "N",
     .help = "Threads to use; without it one a core",
     .group = "How"},
    {.name = "no-records",
     .help = "Check batches by their checksum only, without taking their records apart",
     .group = "How"},
    {.name = "state",
     .kind = OptionKind::value,
     .value = "FILE",
     .help =
         "Remember in FILE which partitions were found whole, and pass over those that have not "
         "changed since",
     .group = "How"},
    {.name = "all",
     .letter = 'a',
     .help = "Print also what a crash or a running broker leaves behind and loading puts right",
     .group = "Output"},
    {.name = "output",
     .kind = OptionKind::value,
     .value = "text|jsonl",
     .fallback = "text",
     .help = "Form of the findings",
     .group = "Output"},
};
constexpr OptionRows kVerifyRows[] = {kVerifyOptions};

struct Totals {
  int64_t partitions = 0;
  int64_t segments = 0;  ///< of partitions
  int64_t files = 0;     ///< named by themselves
  int64_t bytes = 0;
  int64_t unchanged = 0;
  int64_t by_severity[3] = {};
};

/// Prints findings as they come.
class Reporter {
 public:
  Reporter(Context& context, const Args& args)
      : context_(context), is_json_(args.text("output") == "jsonl"), shows_all_(args.flag("all")) {}

  void add(const std::vector<Finding>& findings, Totals& totals) {
    std::string text;
    for (const Finding& finding : findings) {
      ++totals.by_severity[static_cast<size_t>(finding.severity)];
      if (finding.severity == Severity::info && !shows_all_) continue;
      is_json_ ? append_finding_json(text, finding) : append_finding_text(text, finding);
    }
    context_.out().write(text);
  }

 private:
  Context& context_;
  bool is_json_;
  bool shows_all_;
};

bool is_clean(const std::vector<Finding>& findings) {
  return std::ranges::all_of(
      findings, [](const Finding& finding) { return finding.severity == Severity::info; });
}

/// What --state keeps: a line "fingerprint first_offset end_offset path" a partition that was
/// whole. The fingerprint is over the names, sizes and times of its files.
class State {
 public:
  static Result<State> open(storage::FileSystem& fs, std::optional<std::string_view> path) {
    State state;
    if (!path) return state;
    TRY_ASSIGN(state.file_, fs.open(std::string(*path), storage::OpenMode::create));
    TRY_ASSIGN(const std::string text, storage::read_small_file(fs, std::string(*path)));
    for (const std::string_view line : split(text, '\n')) {
      const auto fields = split(line, ' ');
      if (fields.size() < 4) continue;
      const auto first = parse_int<int64_t>(fields[1]);
      const auto end = parse_int<int64_t>(fields[2]);
      if (!first || !end) continue;
      const size_t path_at = fields[0].size() + fields[1].size() + fields[2].size() + 3;
      state.known_[std::string(line.substr(path_at))] = {std::string(fields[0]),
                                                         {Offset(*first), Offset(*end)}};
    }
    state.end_ = static_cast<int64_t>(text.size());
    return state;
  }

  bool is_on() const { return file_ != nullptr; }

  /// What the partition held when it was found whole, if it has not changed.
  std::optional<storage::PartitionEnds> find(storage::FileSystem& fs, const std::string& path) {
    const auto known = known_.find(path);
    if (known == known_.end() || known->second.fingerprint != fingerprint(fs, path))
      return std::nullopt;
    return known->second.ends;
  }

  Status add(storage::FileSystem& fs, const std::string& path, const storage::PartitionEnds& ends) {
    if (!is_on()) return {};
    const std::string line = concat(fingerprint(fs, path), ' ', ends.first_offset.value, ' ',
                                    ends.log_end_offset.value, ' ', path, '\n');
    TRY(file_->write_at(end_, as_bytes(line)));
    end_ += static_cast<int64_t>(line.size());
    return {};
  }

 private:
  struct Known {
    std::string fingerprint;
    storage::PartitionEnds ends;
  };

  static std::string fingerprint(storage::FileSystem& fs, const std::string& path) {
    uint32_t sum = 0;
    int64_t bytes = 0;
    const auto entries = fs.list(path);
    if (!entries) return "-";
    for (const auto& entry : *entries) {
      const auto info = fs.info(concat(path, '/', entry.name));
      if (!info) return "-";
      bytes += info->size_bytes;
      sum = crc32c(
          as_bytes(concat(entry.name, ' ', info->size_bytes, ' ', info->modified_ms, '\n')), sum);
    }
    return concat(sum, '-', bytes);
  }

  std::shared_ptr<storage::File> file_;
  int64_t end_ = 0;
  std::map<std::string, Known> known_;
};

/// A line on the terminal that says how far it is.
class ByteProgress {
 public:
  ByteProgress(Context& context, const Args& args, int64_t total)
      : context_(context),
        total_(total),
        is_shown_(!args.flag("quiet") && context.is_err_terminal()) {}
  ~ByteProgress() {
    if (is_drawn_) context_.draw("\r\033[K");
  }

  void show(int64_t done) {
    if (!is_shown_ || total_ == 0) return;
    const double seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
    const double rate = seconds > 0 ? static_cast<double>(done) / seconds : 0;
    const double left = rate > 0 ? static_cast<double>(total_ - done) / rate : 0;
    is_drawn_ = true;
    context_.draw(concat("\r\033[K", done * 100 / total_, "%  ", done >> 20, " of ", total_ >> 20,
                         " MiB  ", static_cast<int64_t>(rate) >> 20, " MiB/s  ",
                         static_cast<int64_t>(left), " s left"));
  }

 private:
  Context& context_;
  int64_t total_;
  bool is_shown_;
  bool is_drawn_ = false;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

Finding finding_of(const Stray& stray, const std::string& data_directory) {
  Finding finding{.check = "stray",
                  .severity = Severity::warning,
                  .path = concat(data_directory, '/', stray.directory.name),
                  .repair = "set the directory aside or adopt it"};
  if (!stray.known_id) {
    finding.expected = "a topic of the metadata log";
    finding.found = "a topic it does not have";
  } else if (stray.topic_id && *stray.topic_id != *stray.known_id) {
    finding.check = "topic-id";
    finding.expected =
        concat("topic id ", stray.known_id->to_string(), ", as the metadata log has it");
    finding.found = concat("topic id ", stray.topic_id->to_string());
    finding.repair = "set the directory aside";
  } else if (stray.is_elsewhere) {
    finding.expected = "a replica of this broker";
    finding.found = "a partition whose replicas are on others";
    finding.repair = "set the directory aside";
  } else {
    finding.expected = "a partition of the metadata log";
    finding.found = "one that it does not have";
  }
  return finding;
}

/// Directories against the metadata log: strays, wrong ids, partitions that are not there.
std::vector<Finding> check_against_metadata(storage::FileSystem& fs,
                                            const storage::DirectorySurvey& survey,
                                            const MetadataTopics& metadata) {
  std::vector<Finding> out = metadata.findings;
  for (const Stray& stray : find_strays(fs, survey, metadata))
    if (!stray.is_aside()) out.push_back(finding_of(stray, survey.path));
  std::set<TopicPartition> present;
  for (const auto& directory : survey.partitions)
    if (directory.kind == storage::DirectoryKind::live) present.insert(directory.partition);
  for (const auto& [id, topic] : metadata.by_id)
    for (const auto& [partition, replicas] : topic.partitions) {
      const TopicPartition wanted{topic.name, Partition(partition)};
      if (present.contains(wanted)) continue;
      out.push_back({.check = "partition-missing",
                     .severity = Severity::info,
                     .path = concat(survey.path, '/', wanted.to_string()),
                     .expected = "a directory of the partition",
                     .found = "none: it is empty, or on another disk or broker"});
    }
  return out;
}

/// One run over everything the command line names.
class Verify {
 public:
  Verify(Context& context, const Args& args)
      : context_(context), args_(args), reporter_(context, args) {}

  Result<Exit> run() {
    TRY_ASSIGN(const auto paths, resolve_log_paths(fs_, args_));
    TRY_ASSIGN(const auto jobs, args_.number<int>("jobs", 1, 1024));
    threads_ = jobs.value_or(static_cast<int>(std::max(1u, std::thread::hardware_concurrency())));
    TRY_ASSIGN(state_, State::open(fs_, args_.value("state")));
    std::vector<VerifyTask> loose;
    for (const LogPath& path : paths) {
      if (path.kind == storage::PathKind::data_directory) {
        TRY(run_tasks(std::move(loose), nullptr));
        loose.clear();
        TRY(run_directory(path.path));
      } else {
        loose.push_back(loose_task(path));
      }
      if (stopped_) return *stopped_;
    }
    TRY(run_tasks(std::move(loose), nullptr));
    if (stopped_) return *stopped_;
    say_totals();
    TRY(context_.out().flush());
    return totals_.by_severity[1] + totals_.by_severity[2] > 0 ? Exit::findings : Exit::done;
  }

 private:
  storage::VerifyOptions base_options() const {
    return {.checks_records = !args_.flag("no-records")};
  }

  VerifyTask loose_task(const LogPath& path) {
    VerifyTask task{.path = path.path, .options = base_options()};
    task.is_file = path.kind == storage::PathKind::file;
    if (task.is_file) return task;
    // What lies around a partition tells what to expect of it.
    const auto survey = storage::survey_directory(fs_, directory_of(path.path));
    const auto partition = partition_of_path(path.path, path.kind);
    if (survey && partition) task.options.is_compacted = survey->is_compacted(*partition);
    if (survey && survey->meta) {
      task.options.expects_metadata = survey->meta->version >= 1;
      task.options.is_clean = survey->is_clean;
    }
    return task;
  }

  Status run_directory(const std::string& path) {
    TRY_ASSIGN(auto survey, storage::survey_directory(fs_, path));
    if (is_in_use(fs_, path))
      context_.note(concat(path, " is in use: files may change while they are read"));
    reporter_.add(survey.findings, totals_);
    TRY_ASSIGN(const auto metadata, read_metadata_topics(fs_, path));
    std::vector<VerifyTask> tasks;
    for (const auto& partition : survey.partitions) {
      VerifyTask task{.path = concat(path, '/', partition.name), .options = base_options()};
      task.options.is_compacted = survey.is_compacted(partition.partition);
      task.options.expects_metadata = survey.meta && survey.meta->version >= 1;
      // The metadata log's indexes keep their full size even then.
      task.options.is_clean = survey.is_clean && partition.name != storage::kMetadataDirectory;
      if (metadata)
        if (const auto id = metadata->id_of(partition.partition.topic))
          task.options.is_compacted |= metadata->by_id.at(*id).is_compacted;
      tasks.push_back(std::move(task));
    }
    std::map<std::string, storage::PartitionEnds> ends;
    TRY(run_tasks(std::move(tasks), &ends));
    if (stopped_) return {};
    reporter_.add(storage::check_checkpoints(survey, ends), totals_);
    if (metadata) reporter_.add(check_against_metadata(fs_, survey, *metadata), totals_);
    return {};
  }

  Status run_tasks(std::vector<VerifyTask> tasks,
                   std::map<std::string, storage::PartitionEnds>* ends) {
    if (state_.is_on()) {
      std::erase_if(tasks, [&](const VerifyTask& task) {
        if (task.is_file) return false;
        const auto known = state_.find(fs_, task.path);
        if (known && ends != nullptr) ends->emplace(name_of(task.path), *known);
        totals_.unchanged += known.has_value();
        return known.has_value();
      });
    }
    if (tasks.empty()) return {};
    const int64_t bytes = share_threads(tasks);
    ByteProgress progress(context_, args_, bytes);
    VerifyRun run(fs_, tasks, std::min(threads_, max_threads(tasks)));
    for (size_t done = 0; done < tasks.size();) {
      if ((stopped_ = signals_.take())) return context_.out().flush();
      bool is_waiting = false;
      const auto outcome = run.next(std::chrono::milliseconds(200), is_waiting);
      progress.show(run.bytes_done());
      if (is_waiting) continue;
      const VerifyTask& task = tasks[done++];
      if (is_out_of_use(task)) lower_to_info(outcome->findings);
      reporter_.add(outcome->findings, totals_);
      totals_.partitions += !task.is_file;
      totals_.files += task.is_file;
      totals_.segments += outcome->segments_count;
      totals_.bytes += outcome->log_bytes;
      if (ends != nullptr) ends->emplace(name_of(task.path), outcome->ends);
      if (!task.is_file && is_clean(outcome->findings))
        TRY(state_.add(fs_, task.path, outcome->ends));
    }
    return {};
  }

  /// Set aside or on its way out: no broker opens it.
  static bool is_out_of_use(const VerifyTask& task) {
    const auto parsed = storage::parse_directory_name(name_of(task.path));
    return !task.is_file && parsed &&
           (parsed->kind == storage::DirectoryKind::stray ||
            parsed->kind == storage::DirectoryKind::deleted);
  }

  static void lower_to_info(std::vector<Finding>& findings) {
    for (Finding& finding : findings) finding.severity = Severity::info;
  }

  // One small thing needs no threads beside the one that does it.
  static int max_threads(const std::vector<VerifyTask>& tasks) {
    return tasks.size() == 1 && tasks[0].is_file ? 1 : 1024;
  }

  int64_t bytes_of(const VerifyTask& task) {
    if (task.is_file) {
      const auto info = fs_.info(task.path);
      return info ? info->size_bytes : 0;
    }
    const auto entries = fs_.list(task.path);
    if (!entries) return 0;
    int64_t bytes = 0;
    for (const auto& entry : *entries)
      if (entry.name.ends_with(".log"))
        if (const auto info = fs_.info(concat(task.path, '/', entry.name)))
          bytes += info->size_bytes;
    return bytes;
  }

  /// Gives each task threads by its part of the bytes, so that one large partition among small ones
  /// keeps no core waiting.
  /// returns  all bytes; 0 where they were not worth counting
  int64_t share_threads(std::vector<VerifyTask>& tasks) {
    const bool shows_progress = context_.is_err_terminal() && !args_.flag("quiet");
    if (!shows_progress && (threads_ == 1 || tasks.size() > kSharedTasksMax)) return 0;
    std::vector<int64_t> bytes;
    for (const VerifyTask& task : tasks) bytes.push_back(bytes_of(task));
    const int64_t total = std::reduce(bytes.begin(), bytes.end());
    for (size_t i = 0; i < tasks.size() && total > 0; ++i)
      tasks[i].options.threads = static_cast<int>((threads_ * bytes[i] + total - 1) / total);
    return total;
  }

  void say_totals() {
    std::string text = "checked ";
    if (totals_.partitions > 0) append_text(text, counted(totals_.partitions, "partition"), ", ");
    if (totals_.segments > 0) append_text(text, counted(totals_.segments, "segment"), ", ");
    if (totals_.files > 0) append_text(text, counted(totals_.files, "file"), ", ");
    text += totals_.partitions + totals_.files == 0 ? "no partition" : short_bytes(totals_.bytes);
    text += ": ";
    const int64_t errors = totals_.by_severity[2], warnings = totals_.by_severity[1];
    if (errors + warnings == 0)
      text += "nothing wrong";
    else
      append_text(text, counted(errors, "error"), ", ", counted(warnings, "warning"));
    if (totals_.by_severity[0] > 0 && !args_.flag("all"))
      append_text(text, ", ", counted(totals_.by_severity[0], "note"), " (--all shows them)");
    if (totals_.unchanged > 0) append_text(text, "; ", totals_.unchanged, " unchanged since");
    context_.note(text);
  }

  Context& context_;
  const Args& args_;
  StopSignals signals_;
  storage::PosixFileSystem fs_;
  Reporter reporter_;
  Totals totals_;
  State state_;
  int threads_ = 1;
  std::optional<Exit> stopped_;
};

Result<Exit> run_verify(Context& context, const Args& args) { return Verify(context, args).run(); }

}  // namespace

extern const Command kVerifyCommand;
constinit const Command kVerifyCommand = {
    .path = "verify",
    .usage = "[OPTION...] PATH...",
    .summary = "Check files of logs for damage",
    .description =
        "A PATH is a file, a partition's directory or a data directory. Reads only, and works on "
        "what a broker refuses. Exit code 5 when something is wrong.",
    .examples =
        "spool verify data\n"
        "spool verify --output jsonl data/orders-0",
    .options = kVerifyRows,
    .operands_max = -1,
    .run = run_verify,
};

}  // namespace spool::cli
