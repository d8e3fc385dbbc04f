// salvage PATH...: every record that is whole, out of files that may be damaged anywhere.
//
// A record is whole when its batch's checksum matches and the batch's records can be read. What can
// be read of a batch whose checksum does not match is only a suspicion: the checksum covers the
// whole batch, and nobody knows which byte is wrong. It goes to --suspects, never among the others.

#include <algorithm>

#include "cli/context.h"
#include "cli/io/json_text.h"
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

constexpr size_t kBlockBytes = 64 << 10;

constexpr Option kOptions[] = {
    kLogDirOption,
    {.name = "suspects",
     .kind = OptionKind::value,
     .value = "FILE",
     .help = "Write to FILE, as JSON lines with the reason, what can be read of damaged batches",
     .group = "What"},
    {.name = "batches",
     .help = "Write the whole batches as they are stored, one after the other, as in a .log",
     .group = "What"},
};
constexpr OptionRows kRows[] = {kOptions, kRecordOutputOptions};

record::TimestampType timestamp_type_of(const storage::EntryHeader& header) {
  if (header.magic == 0) return record::TimestampType::none;
  return header.attributes & 8 ? record::TimestampType::log_append_time
                               : record::TimestampType::create_time;
}

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
    TRY_ASSIGN(const auto paths, resolve_log_paths(fs_, args_));
    is_raw_ = args_.flag("batches");
    if (is_raw_ && args_.is_given("output"))
      return usage_error("--batches and --output are both given");
    TRY_ASSIGN(auto writer, RecordWriter::make(args_));
    writer_.emplace(std::move(writer));
    if (!is_raw_) writer_->begin(block_);
    for (const LogPath& path : paths) {
      TRY(take(path));
      if (stopped_) break;
    }
    if (!is_raw_ && !stopped_) writer_->end(block_);
    context_.out().write(block_);
    TRY(context_.out().flush());
    say_totals();
    if (stopped_) return *stopped_;
    return lost_bytes_ > 0 || unreadable_ > 0 ? Exit::findings : Exit::done;
  }

 private:
  Status take(const LogPath& path) {
    if (path.kind == storage::PathKind::file) return take_file(path.path, std::nullopt);
    if (path.kind == storage::PathKind::partition) return take_partition(path.path);
    TRY_ASSIGN(const auto survey, storage::survey_directory(fs_, path.path));
    for (const auto& partition : survey.partitions) {
      // The metadata of a cluster is not among its records.
      if (partition.name == storage::kMetadataDirectory) continue;
      TRY(take_partition(concat(path.path, '/', partition.name)));
      if (stopped_) break;
    }
    return {};
  }

  Status take_partition(const std::string& path) {
    TRY_ASSIGN(const auto entries, fs_.list(path));
    std::vector<std::string> logs;
    for (const auto& entry : entries)
      if (!entry.is_directory && entry.name.ends_with(storage::kLogSuffix))
        logs.push_back(entry.name);
    for (size_t i = 0; i < logs.size() && !stopped_; ++i) {
      std::optional<Offset> next;
      if (i + 1 < logs.size())
        if (const auto base = parse_int<int64_t>(logs[i + 1].substr(0, 20))) next = Offset(*base);
      const Status taken = take_file(concat(path, '/', logs[i]), next);
      if (taken) continue;
      // One unreadable file must not keep the others from being saved.
      context_.complain(taken.error().text());
      ++unreadable_;
    }
    return {};
  }

  Status take_file(const std::string& path, std::optional<Offset> next_base) {
    partition_ =
        partition_of_path(path, storage::PathKind::file).value_or(TopicPartition{"", Partition(0)});
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
    if (const Status readable = reader_.for_each(entry, [](const auto&) {}); !readable) {
      lost_bytes_ += item.size_bytes;
      return suspect(item, path, readable.error().text());
    }
    if (is_raw_) {
      block_ += as_text(bytes);
      ++batches_;
    } else if (!(item.header.is_v2() && record::BatchView(bytes).is_control())) {
      TRY(reader_.for_each(entry, [&](const record::RecordView& record) {
        writer_->append(block_, shown(record, item.header));
        ++records_;
      }));
    }
    if (block_.size() >= kBlockBytes) {
      context_.out().write(block_);
      block_.clear();
    }
    return {};
  }

  ShownRecord shown(const record::RecordView& record, const storage::EntryHeader& header) const {
    return {partition_.topic, partition_.partition, record, timestamp_type_of(header),
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
  Suspects suspects_;
  record::RecordReader reader_{storage::LogScan::kBytesMax};
  std::optional<RecordWriter> writer_;
  bool is_raw_ = false;
  TopicPartition partition_;
  std::string block_;
  int64_t taken_ = 0, records_ = 0, batches_ = 0, lost_bytes_ = 0, suspicions_ = 0, unreadable_ = 0;
  std::optional<Exit> stopped_;
};

Result<Exit> run(Context& context, const Args& args) { return Salvage(context, args).run(); }

}  // namespace

extern const Command kSalvageCommand;
constinit const Command kSalvageCommand = {
    .path = "salvage",
    .usage = "[OPTION...] PATH...",
    .summary = "Get the whole records out of damaged logs",
    .description =
        "A PATH is a segment, a partition's directory or a data directory. Reads only. What it "
        "prints can be produced: --output jsonl or frames. Exit code 5 when something was damaged.",
    .examples = "spool salvage --output jsonl data/orders-0 | spool produce --input jsonl orders",
    .options = kRows,
    .operands_max = -1,
    .run = run,
};

}  // namespace spool::cli
