// salvage PATH...: every record that is whole, out of files that may be damaged anywhere.
//
// A record is whole when its batch's checksum matches and the batch's records can be read. What can
// be read of a batch whose checksum does not match is only a suspicion: the checksum covers the
// whole batch, and nobody knows which byte is wrong. It goes to --suspects, never among the others.

#include <algorithm>

#include "cli/cmd/salvage_targets.h"
#include "cli/context.h"
#include "cli/io/internal_records.h"
#include "cli/io/json_text.h"
#include "cli/io/log.h"
#include "cli/io/log_paths.h"
#include "cli/io/progress.h"
#include "cli/io/record_json.h"
#include "cli/io/record_writer.h"
#include "cli/io/signals.h"
#include "core/base/text.h"
#include "core/record/record_reader.h"
#include "core/storage/offset_order.h"
#include "core/storage/segment.h"

namespace spool::cli {

namespace {

constexpr size_t kSalvageBlockBytes = 64 << 10;

constexpr Option kSalvageOptions[] = {
    kLogDirOption,
    {.name = "broker",
     .letter = 'b',
     .kind = OptionKind::value,
     .value = "HOST:PORT",
     .help = "Write the records to the topics they come from, on this broker",
     .group = "To"},
    {.name = "into",
     .kind = OptionKind::value,
     .value = "NEWDIR",
     .help = "Make the new data directory NEWDIR of what is whole",
     .group = "To"},
    {.name = "suspects",
     .kind = OptionKind::value,
     .value = "FILE",
     .help = "Write to FILE, as JSON lines with the reason, what can be read of damaged batches",
     .group = "What"},
    {.name = "batches",
     .help = "Write the whole batches as they are stored, one after the other, as in a .log",
     .group = "What"},
};
/// Of the connection's options all but --broker and --dir, which mean something else here.
constexpr OptionRows kSalvageRows[] = {kSalvageOptions, OptionRows(kConnectionOptions).subspan(2),
                                       kRecordOutputOptions};

/// The file of suspicions, opened when the first one comes.
class Suspects {
 public:
  Suspects(storage::FileSystem& fs, std::optional<std::string_view> path) : fs_(fs) {
    if (path) path_ = *path;
  }
  bool is_wanted() const { return !path_.empty(); }

  Status add(std::string_view line) {
    if (!is_wanted()) return {};
    if (file_ == nullptr) {
      TRY_ASSIGN(file_, fs_.open(path_, storage::OpenMode::replace));
    }
    TRY(file_->write_at(end_, as_bytes(line)));
    end_ += static_cast<int64_t>(line.size());
    return {};
  }

 private:
  storage::FileSystem& fs_;
  std::string path_;
  std::shared_ptr<storage::File> file_;
  int64_t end_ = 0;
};

class Salvage {
 public:
  Salvage(Context& context, const Args& args)
      : context_(context), args_(args), suspects_(fs_, args.value("suspects")) {}

  Result<Exit> run() {
    TRY(check_options());
    TRY_ASSIGN(const auto paths, resolve_log_paths(fs_, args_));
    for (const LogPath& path : paths) TRY(add_sources(path));
    TRY(open_target());
    for (const SalvageSource& source : sources_) {
      TRY(take(source));
      if (stopped_) break;
    }
    TRY(finish_target());
    say_totals();
    if (stopped_) return *stopped_;
    return lost_bytes_ > 0 || unreadable_ > 0 ? Exit::findings : Exit::done;
  }

 private:
  Status check_options() const {
    const int targets = args_.is_given("into") + args_.is_given("broker") +
                        args_.is_given("batches") + args_.is_given("output");
    if (targets > 1) return usage_error("only one of --into, --broker, --batches and --output");
    return {};
  }

  // --- what is salvaged -------------------------------------------------------------------------

  Status add_sources(const LogPath& path) {
    if (path.kind != storage::PathKind::data_directory) {
      SalvageSource source{.path = path.path, .is_file = path.kind == storage::PathKind::file};
      source.partition =
          partition_of_path(path.path, path.kind).value_or(TopicPartition{"", Partition(0)});
      // What lies around a partition tells whether holes in it are normal.
      if (const auto survey = storage::survey_directory(fs_, directory_of(path.path)))
        source.is_compacted = !source.is_file && survey->is_compacted(source.partition);
      sources_.push_back(std::move(source));
      return {};
    }
    TRY_ASSIGN(auto survey, storage::survey_directory(fs_, path.path));
    // Of two directories of a partition the one in use counts.
    std::ranges::stable_sort(survey.partitions, {}, &storage::PartitionDirectory::kind);
    for (const auto& partition : survey.partitions) {
      // The metadata of a cluster is not among its records.
      if (partition.name == storage::kMetadataDirectory) continue;
      sources_.push_back({.path = concat(path.path, '/', partition.name),
                          .partition = partition.partition,
                          .is_compacted = survey.is_compacted(partition.partition)});
    }
    return {};
  }

  // --- where it goes ----------------------------------------------------------------------------

  Status open_target() {
    is_raw_ = args_.flag("batches");
    is_printed_ = !args_.is_given("into") && !args_.is_given("broker");
    TRY_ASSIGN(auto writer, RecordWriter::make(args_));
    writer_.emplace(std::move(writer));
    if (is_printed_ && !is_raw_) writer_->begin(block_);
    // Only a broker itself writes these topics.
    if (args_.is_given("broker")) {
      const auto left = std::ranges::remove_if(sources_, [](const SalvageSource& source) {
        return is_internal_topic(source.partition.topic);
      });
      if (!left.empty())
        context_.note(concat("left out: ", counted(std::ssize(left), "partition"),
                             " of internal topics; --into keeps them"));
      sources_.erase(left.begin(), left.end());
      for (const SalvageSource& source : sources_)
        if (source.partition.topic.empty())
          return usage_error(concat(source.path, ": which topic? Its directory does not say"));
      TRY_ASSIGN(broker_, SalvageBroker::open(context_, args_, sources_));
    }
    return {};
  }

  Status finish_target() {
    if (is_printed_ && !is_raw_ && !stopped_) writer_->end(block_);
    context_.out().write(block_);
    TRY(context_.out().flush());
    if (broker_) TRY(broker_->finish());
    if (const auto into = args_.value("into"); into && !stopped_) {
      TRY_ASSIGN(const auto left_out,
                 salvage_into(fs_, clock_, logger_, sources_, std::string(*into)));
      for (const std::string& line : left_out) context_.complain(line);
      unreadable_ += std::ssize(left_out);
    }
    return {};
  }

  // --- reading ----------------------------------------------------------------------------------

  Status take(const SalvageSource& source) {
    partition_ = source.partition;
    return source.is_file ? take_file(source.path, std::nullopt) : take_partition(source.path);
  }

  Status take_partition(const std::string& path) {
    const auto entries = fs_.list(path);
    if (!entries) {
      skip_unreadable(entries.error());
      return {};
    }
    std::vector<std::string> logs;
    for (const auto& entry : *entries)
      if (!entry.is_directory && entry.name.ends_with(storage::kLogSuffix))
        logs.push_back(entry.name);
    for (size_t i = 0; i < logs.size() && !stopped_; ++i) {
      std::optional<Offset> next;
      if (i + 1 < logs.size())
        if (const auto base = parse_int<int64_t>(logs[i + 1].substr(0, 20))) next = Offset(*base);
      const Status taken = take_file(concat(path, '/', logs[i]), next);
      if (taken) continue;
      if (broker_failed_) return taken;
      skip_unreadable(taken.error());
    }
    return {};
  }

  /// One unreadable file must not keep the others from being saved.
  void skip_unreadable(const Error& error) {
    context_.complain(error.text());
    ++unreadable_;
  }

  Status take_file(const std::string& path, std::optional<Offset> next_base) {
    TRY_ASSIGN(const auto file, fs_.open(path, storage::OpenMode::read));
    const auto base = parse_int<int64_t>(name_of(path).substr(0, name_of(path).find('.')));
    const storage::ScanOptions bounds{
        .first_offset = Offset(base.value_or(0)),
        .end_offset = next_base.value_or(Offset(std::numeric_limits<int64_t>::max()))};
    TRY_ASSIGN(const auto decisions, storage::decide_order(*file, bounds));
    TRY_ASSIGN(auto scan, storage::LogScan::open(*file, bounds));
    size_t next_decision = 0;
    for (;;) {
      TRY_ASSIGN(const auto item, scan.next());
      if (!item) return {};
      const storage::OrderDecision* decision = nullptr;
      if (next_decision < decisions.size() && decisions[next_decision].file_pos == item->file_pos)
        decision = &decisions[next_decision++];
      TRY(take_item(*item, decision, path));
      if ((++taken_ & 1023) == 0 && (stopped_ = signals_.take())) return {};
      if (context_.out().is_broken_pipe()) {
        stopped_ = Exit::broken_pipe;
        return {};
      }
    }
  }

  Status take_item(const storage::ScanItem& item, const storage::OrderDecision* decision,
                   const std::string& path) {
    using Kind = storage::OrderDecision::Kind;
    if (!item.is_whole()) {
      lost_bytes_ += item.size_bytes;
      return suspect(item, path, "the batch's checksum does not match");
    }
    if (item.bytes.empty()) {
      lost_bytes_ += item.size_bytes;
      context_.complain(concat(path, ": position ", item.file_pos, ": a batch of ", item.size_bytes,
                               " bytes is too large to be taken apart"));
      return {};
    }
    if (decision != nullptr && decision->kind == Kind::duplicate) return {};
    if (decision != nullptr && decision->kind == Kind::unplaceable)
      return suspect(item, path, "the batch's offsets have no place in the segment");
    Buffer rebased;
    BytesView bytes = item.bytes;
    if (decision != nullptr && decision->kind == Kind::rebase) {
      rebased = to_buffer(bytes);
      record::set_base_offset(rebased, decision->fixed_offset);
      bytes = rebased;
    }
    // First whether all of it can be read: half a batch is not whole.
    const record::EntryView entry(bytes);
    int64_t count = 0;
    if (const Status readable = reader_.for_each(entry, [&](const auto&) { ++count; }); !readable) {
      lost_bytes_ += item.size_bytes;
      return suspect(item, path, readable.error().text());
    }
    const bool is_control = item.header.is_v2() && record::BatchView(bytes).is_control();
    ++batches_;
    if (!is_control) records_ += count;
    return is_control && !is_raw_ ? Status() : put(entry, item.header);
  }

  Status put(const record::EntryView& entry, const storage::EntryHeader& header) {
    if (broker_) {
      const Status added = broker_->add(partition_, entry);
      broker_failed_ = !added;
      return added;
    }
    if (is_raw_) {
      block_ += as_text(entry.bytes());
    } else if (is_printed_) {
      TRY(reader_.for_each(entry, [&](const record::RecordView& record) {
        writer_->append(block_, shown(record, header));
      }));
    }
    if (block_.size() >= kSalvageBlockBytes) {
      context_.out().write(block_);
      block_.clear();
    }
    return {};
  }

  ShownRecord shown(const record::RecordView& record, const storage::EntryHeader& header) const {
    return {partition_.topic, partition_.partition, record, header.timestamp_type(),
            header.leader_epoch};
  }

  /// What can be read of it, as JSON lines: file, file_pos, reason and the record; or no record.
  Status suspect(const storage::ScanItem& item, const std::string& path, std::string_view reason) {
    ++suspicions_;
    if (!suspects_.is_wanted()) return {};
    std::string lines;
    const auto begin = [&] {
      lines += "{\"file\":";
      append_json_bytes(lines, as_bytes(path));
      append_text(lines, ",\"file_pos\":", item.file_pos, ",\"bytes\":", item.size_bytes,
                  ",\"reason\":");
      append_json_string(lines, reason);
      lines += ",\"record\":";
    };
    int64_t count = 0;
    if (item.has_header && !item.bytes.empty() && item.damage != storage::Damage::undersized) {
      const Status read =
          reader_.for_each(record::EntryView(item.bytes), [&](const record::RecordView& record) {
            begin();
            append_record_json(lines, shown(record, item.header));
            lines += "}\n";
            ++count;
          });
      (void)read;  // as far as it goes
    }
    if (count == 0) {
      begin();
      lines += "null}\n";
    }
    return suspects_.add(lines);
  }

  void say_totals() {
    std::string text =
        concat("salvaged ", is_raw_ ? counted(batches_, "batch") : counted(records_, "record"));
    if (lost_bytes_ > 0) append_text(text, "; ", short_bytes(lost_bytes_), " damaged");
    if (unreadable_ > 0) append_text(text, "; ", counted(unreadable_, "file"), " not readable");
    if (suspicions_ > 0)
      append_text(text, lost_bytes_ > 0 ? " in " : "; nothing damaged, but unclear: ",
                  counted(suspicions_, "place"),
                  suspects_.is_wanted() ? "" : " (--suspects FILE shows what can be read of them)");
    context_.note(text);
  }

  Context& context_;
  const Args& args_;
  StopSignals signals_;
  storage::PosixFileSystem fs_;
  SystemClock clock_;
  StderrLogger logger_;
  std::vector<SalvageSource> sources_;
  std::unique_ptr<SalvageBroker> broker_;
  bool broker_failed_ = false;
  Suspects suspects_;
  record::RecordReader reader_{storage::LogScan::kBytesMax};
  std::optional<RecordWriter> writer_;
  bool is_raw_ = false;
  bool is_printed_ = true;
  TopicPartition partition_;
  std::string block_;
  int64_t taken_ = 0, records_ = 0, batches_ = 0, lost_bytes_ = 0, suspicions_ = 0, unreadable_ = 0;
  std::optional<Exit> stopped_;
};

Result<Exit> run_salvage(Context& context, const Args& args) {
  return Salvage(context, args).run();
}

}  // namespace

extern const Command kSalvageCommand;
constinit const Command kSalvageCommand = {
    .path = "salvage",
    .usage = "[OPTION...] PATH...",
    .summary = "Get the whole records out of damaged logs",
    .description =
        "A PATH is a segment, a partition's directory or a data directory, which is only read. "
        "Prints the records, or writes them to a broker, or makes a new data directory of them. "
        "Exit code 5 when something was damaged.",
    .examples =
        "spool salvage --into saved --suspects suspects.jsonl data\n"
        "spool salvage -b localhost:9092 data/orders-0",
    .options = kSalvageRows,
    .operands_max = -1,
    .run = run_salvage,
};

}  // namespace spool::cli
