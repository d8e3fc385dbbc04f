// inspect PATH...: what a log's files hold: a summary, their batches or their records.

#include <algorithm>
#include <charconv>

#include "cli/context.h"
#include "cli/io/inspect_file.h"
#include "cli/io/internal_records.h"
#include "cli/io/json_text.h"
#include "cli/io/log_paths.h"
#include "cli/io/log_summary.h"
#include "cli/io/progress.h"
#include "cli/io/record_filter.h"
#include "cli/io/record_writer.h"
#include "cli/io/shown_record.h"
#include "cli/io/signals.h"
#include "cli/io/time_text.h"
#include "core/base/text.h"
#include "core/storage/segment.h"

namespace spool::cli {

namespace {

constexpr size_t kInspectBlockBytes = 64 << 10;

constexpr Option kInspectOptions[] = {
    kLogDirOption,
    {.name = "batches", .help = "Print a line a batch", .group = "What"},
    {.name = "records",
     .help = "Print the records, those of internal topics decoded",
     .group = "What"},
    {.name = "keys", .help = "Add the hottest keys to the summary", .group = "What"},
    {.name = "producers", .help = "Add to the summary who wrote what", .group = "What"},
    {.name = "compression",
     .help = "Add to the summary what other codecs and levels would make of the batches",
     .group = "What"},
    {.name = "offsets",
     .kind = OptionKind::value,
     .value = "A:B",
     .help = "Only offsets from A to B, both included; either may be left out",
     .group = "Which"},
    {.name = "time",
     .kind = OptionKind::value,
     .value = "A:B",
     .help = "Only records from A up to B: ms since 1970, or UTC as 2025-01-31T12:30:15",
     .group = "Which"},
    {.name = "match",
     .kind = OptionKind::list,
     .value = "REGEX",
     .help = "Only records with a match in key, value or a header's value",
     .group = "Which"},
    {.name = "raw", .help = "Do not decode records of internal topics", .group = "How"},
};
constexpr OptionRows kInspectRows[] = {kInspectOptions, kRecordOutputOptions};

/// Bounds, both inclusive.
struct Range {
  int64_t from = INT64_MIN;
  int64_t to = INT64_MAX;
  bool has(int64_t value) const { return value >= from && value <= to; }
};

Result<Range> offsets_range(const Args& args) {
  Range range;
  const auto given = args.value("offsets");
  if (!given) return range;
  const size_t colon = given->find(':');
  const std::string_view from = given->substr(0, colon);
  const std::string_view to = colon == std::string_view::npos ? from : given->substr(colon + 1);
  const auto a = from.empty() ? std::optional(range.from) : parse_int<int64_t>(from);
  const auto b = to.empty() ? std::optional(range.to) : parse_int<int64_t>(to);
  if (!a || !b) return usage_error(concat("--offsets: '", *given, "' is not A:B"));
  return Range{*a, *b};
}

Result<Range> time_range(const Args& args) {
  Range range;
  const auto given = args.value("time");
  if (!given) return range;
  const auto bounds = parse_time_range(*given);
  if (!bounds)
    return usage_error(
        concat("--time: '", *given, "' is not A:B with times in ms or as 2025-01-31T12:30:15"));
  if (bounds->from_ms) range.from = *bounds->from_ms;
  if (bounds->until_ms) range.to = *bounds->until_ms - 1;
  return range;
}

/// The .log files that a path names, in order of their offsets.
Result<std::vector<std::string>> logs_of(storage::FileSystem& fs, const LogPath& path) {
  if (path.kind == storage::PathKind::file) return std::vector{path.path};
  TRY_ASSIGN(const auto entries, fs.list(path.path));
  std::vector<std::string> out;
  for (const auto& entry : entries)
    if (!entry.is_directory && entry.name.ends_with(storage::kLogSuffix))
      out.push_back(concat(path.path, '/', entry.name));
  return out;
}

/// Holds batches: .log, KRaft snapshots, and what cleaning leaves of a .log.
bool is_log_file(std::string_view name) {
  for (const std::string_view suffix :
       {storage::kDeletedSuffix, storage::kCleanedSuffix, storage::kSwapSuffix})
    if (name.ends_with(suffix)) name.remove_suffix(suffix.size());
  return name.ends_with(storage::kLogSuffix) || name.ends_with(".checkpoint");
}

Offset base_of(std::string_view path) {
  const std::string_view name = name_of(path);
  return Offset(parse_int<int64_t>(name.substr(0, name.find_first_of(".-"))).value_or(0));
}

class Inspect {
 public:
  Inspect(Context& context, const Args& args) : context_(context), args_(args) {}

  Result<Exit> run() {
    TRY_ASSIGN(const auto paths, resolve_log_paths(fs_, args_));
    TRY_ASSIGN(offsets_, offsets_range(args_));
    TRY_ASSIGN(times_, time_range(args_));
    TRY_ASSIGN(auto filter, RecordFilter::make({.match = args_.list("match")}));
    filter_.emplace(std::move(filter));
    is_json_ = args_.text("output") == "jsonl" || args_.text("output") == "json";
    if (args_.flag("records")) return print_records(paths);
    if (args_.text("output") != "text" && !is_json_)
      return usage_error(concat("--output ", args_.text("output"), " goes with --records"));
    for (const LogPath& path : paths) {
      const Status done = inspect(path);
      if (context_.out().is_broken_pipe()) return Exit::broken_pipe;
      if (!done) {
        context_.complain(done.error().text());
        has_failed_ = true;
      }
      if (stopped_) break;
    }
    TRY(context_.out().flush());
    return stopped_.value_or(has_failed_ ? Exit::failed : Exit::done);
  }

 private:
  Status inspect(const LogPath& path) {
    if (path.kind == storage::PathKind::data_directory) return inspect_directory(path.path);
    if (path.kind == storage::PathKind::file && !is_log_file(name_of(path.path)))
      return print_small_file(fs_, path.path, is_json_, context_.out());
    return args_.flag("batches") ? print_batches(path) : summarize(path);
  }

  /// Names and sizes alone: at once, however much there is.
  Status inspect_directory(const std::string& path) {
    TRY_ASSIGN(const auto survey, storage::survey_directory(fs_, path));
    std::string out;
    if (!is_json_) {
      append_text(out, path, '\n');
      if (survey.meta)
        append_text(out, "  node ", survey.meta->node_id, " of cluster ", survey.meta->cluster_id,
                    survey.is_clean ? ", closed in order" : ", not closed in order", '\n');
      append_text(out, "  ", counted(static_cast<int64_t>(survey.partitions.size()), "partition"),
                  "\n\n");
      append_text(out, "      SEGMENTS        SIZE  FIRST OFFSET   LAST SEGMENT  PARTITION\n");
    }
    context_.out().write(out);
    TRY(context_.out().flush());
    for (const auto& partition : survey.partitions) {
      print_partition(path, partition);
      if ((stopped_ = signals_.take())) break;
    }
    return context_.out().flush();
  }

  void print_partition(const std::string& path, const storage::PartitionDirectory& partition) {
    const std::string directory = concat(path, '/', partition.name);
    const auto entries = fs_.list(directory);
    if (!entries) {
      context_.complain(entries.error().text());
      has_failed_ = true;
      return;
    }
    int64_t segments = 0, bytes = 0, first = -1, last = -1;
    for (const auto& entry : *entries) {
      if (!entry.name.ends_with(storage::kLogSuffix)) continue;
      ++segments;
      const auto info = fs_.info(concat(directory, '/', entry.name));
      if (info) bytes += info->size_bytes;
      const int64_t base = base_of(entry.name).value;
      first = first < 0 ? base : std::min(first, base);
      last = std::max(last, base);
    }
    std::string out;
    if (is_json_) {
      out += "{\"partition\":";
      append_json_bytes(out, as_bytes(partition.name));
      append_text(out, ",\"segments\":", segments, ",\"bytes\":", bytes,
                  ",\"first_offset\":", first < 0 ? "null" : concat(first),
                  ",\"last_segment\":", last < 0 ? "null" : concat(last), "}\n");
    } else {
      const auto column = [&](const std::string& text, size_t width) {
        out.append(text.size() < width ? width - text.size() : 0, ' ');
        out += text;
      };
      column(concat(segments), 14);
      column(short_bytes(bytes), 12);
      column(first < 0 ? "-" : concat(first), 14);
      column(last < 0 ? "-" : concat(last), 15);
      append_text(out, "  ", partition.name, '\n');
    }
    context_.out().write(out);
  }

  /// Calls take(item) for every piece of the log that the path names; take returns false to stop.
  template <class Take>
  Status walk(const LogPath& path, Take&& take) {
    TRY_ASSIGN(const auto logs, logs_of(fs_, path));
    for (size_t i = 0; i < logs.size(); ++i) {
      const Offset base = base_of(logs[i]);
      // Segments that end before the first offset asked for need not be read.
      if (i + 1 < logs.size() && base_of(logs[i + 1]).value <= offsets_.from) continue;
      if (base.value > offsets_.to) break;
      const auto file = fs_.open(logs[i], storage::OpenMode::read);
      if (!file) {
        context_.complain(file.error().text());
        has_failed_ = true;
        continue;
      }
      TRY_ASSIGN(auto scan, storage::LogScan::open(**file, {.first_offset = base}));
      for (;;) {
        TRY_ASSIGN(const auto item, scan.next());
        if (!item) break;
        if ((++walked_ & 1023) == 0 && (stopped_ = signals_.take())) return {};
        const auto& header = item->header;
        if (item->is_whole() && header.is_v2() &&
            (header.last_offset.value < offsets_.from || header.base_offset.value > offsets_.to))
          continue;
        if (!take(*item, logs[i])) return {};
      }
    }
    return {};
  }

  Status summarize(const LogPath& path) {
    if (!is_json_) TRY(announce(path));
    LogSummary summary(
        {.with_keys = args_.flag("keys"), .with_compression = args_.flag("compression")});
    TRY_ASSIGN(const auto logs, logs_of(fs_, path));
    for (const std::string& log : logs)
      if (const auto info = fs_.info(log)) summary.add_segment(info->size_bytes);
    TRY(walk(path, [&](const storage::ScanItem& item, const std::string&) {
      summary.add(item);
      return true;
    }));
    std::string out;
    if (is_json_) {
      append_summary_json(out, summary, path.path);
    } else {
      append_summary_text(out, summary, path.path);
      if (args_.flag("producers")) append_producers_text(out, summary);
      if (args_.flag("keys")) append_keys_text(out, summary);
      if (args_.flag("compression")) append_compression_text(out, summary);
    }
    context_.out().write(out);
    return context_.out().flush();
  }

  /// Something to look at while a large log is read.
  Status announce(const LogPath& path) {
    if (!context_.is_err_terminal()) return {};
    context_.note(concat("reading ", path.path));
    return {};
  }

  Status print_batches(const LogPath& path) {
    std::string block;
    const Status walked = walk(path, [&](const storage::ScanItem& item, const std::string& log) {
      is_json_ ? append_batch_json(block, item, log) : append_batch_text(block, item, log);
      if (block.size() >= kInspectBlockBytes) flush_block(block);
      return !context_.out().is_broken_pipe();
    });
    flush_block(block);
    return walked;
  }

  void flush_block(std::string& block) {
    context_.out().write(block);
    block.clear();
  }

  Result<Exit> print_records(const std::vector<LogPath>& paths) {
    TRY_ASSIGN(auto writer, RecordWriter::make(args_));
    std::string block;
    writer.begin(block);
    for (const LogPath& path : paths) {
      if (path.kind == storage::PathKind::data_directory)
        return usage_error(
            concat(path.path, ": --records wants partitions; name topics with --dir"));
      const Status done = print_records_of(path, writer, block);
      if (context_.out().is_broken_pipe()) return Exit::broken_pipe;
      if (!done) {
        context_.complain(done.error().text());
        has_failed_ = true;
      }
      if (stopped_) break;
    }
    if (!stopped_) writer.end(block);
    flush_block(block);
    TRY(context_.out().flush());
    return stopped_.value_or(has_failed_ ? Exit::failed : Exit::done);
  }

  Status print_records_of(const LogPath& path, RecordWriter& writer, std::string& block) {
    const auto partition =
        partition_of_path(path.path, path.kind).value_or(TopicPartition{"", Partition(0)});
    const bool decodes = is_internal_topic(partition.topic) && !args_.flag("raw") &&
                         (is_json_ || args_.text("output") == "text") && !args_.is_given("format");
    return walk(path, [&](const storage::ScanItem& item, const std::string& log) {
      if (!item.is_whole() || item.bytes.empty()) {
        complain_of(item, log);
        return true;
      }
      const bool is_control = item.header.is_v2() && record::BatchView(item.bytes).is_control();
      if (is_control && !decodes) return true;
      const Status read =
          reader_.for_each(record::EntryView(item.bytes), [&](const record::RecordView& record) {
            if (!offsets_.has(record.offset.value) || !times_.has(record.timestamp_ms)) return true;
            if (!filter_->admits(record)) return true;
            if (decodes && !is_json_)
              append_decoded_line(block, partition, record, is_control);
            else if (decodes)
              append_decoded(block, partition, record, is_control);
            else
              writer.append(block, {partition.topic, partition.partition, record,
                                    item.header.timestamp_type(), item.header.leader_epoch});
            if (block.size() >= kInspectBlockBytes) flush_block(block);
            return !context_.out().is_broken_pipe();
          });
      if (!read) {
        context_.complain(concat(log, ": position ", item.file_pos, ": ", read.error().text()));
        has_failed_ = true;
      }
      return !context_.out().is_broken_pipe();
    });
  }

  void complain_of(const storage::ScanItem& item, const std::string& log) {
    context_.complain(concat(log, ": position ", item.file_pos, ": ", item.size_bytes,
                             " bytes are no whole batch; passed over"));
    has_failed_ = true;
  }

  /// One line for people: offset, time, what the record is.
  void append_decoded_line(std::string& out, const TopicPartition& partition,
                           const record::RecordView& record, bool is_control) {
    append_text(out, record.offset.value, "  ");
    append_iso_time(out, record.timestamp_ms, false);
    out += "  ";
    const auto complain = [&](const Error& error) {
      append_text(out, "not decodable: ", error.text());
      has_failed_ = true;
    };
    if (is_control) {
      const auto control = decode_control_record(record);
      out += "control ";
      control ? append_members_text(out, *control) : complain(control.error());
    } else {
      const auto decoded = decode_internal_record(partition.topic, record);
      decoded ? append_decoded_text(out, *decoded) : complain(decoded.error());
    }
    out += '\n';
  }

  /// The same as a JSON object.
  void append_decoded(std::string& out, const TopicPartition& partition,
                      const record::RecordView& record, bool is_control) {
    out += "{\"topic\":";
    append_json_string(out, partition.topic);
    append_text(out, ",\"partition\":", partition.partition.value,
                ",\"offset\":", record.offset.value, ",\"timestamp\":", record.timestamp_ms);
    const auto part = [&](std::string_view name, const std::optional<DecodedPart>& decoded) {
      append_text(out, ",\"", name, "\":");
      if (!decoded) {
        out += "null";
        return;
      }
      append_text(out, "{\"name\":\"", decoded->name, "\",\"type\":", decoded->type,
                  ",\"version\":", decoded->version, ",\"data\":", decoded->json, '}');
    };
    std::optional<Error> error;
    if (is_control) {
      const auto control = decode_control_record(record);
      if (control)
        append_text(out, ",\"control\":", *control);
      else
        error = control.error();
    } else {
      const auto decoded = decode_internal_record(partition.topic, record);
      if (decoded) {
        if (partition.topic != kMetadataTopic) part("key", decoded->key);
        part("value", decoded->value);
      } else {
        error = decoded.error();
      }
    }
    if (error) {
      out += ",\"error\":";
      append_json_string(out, error->text());
      out += ",\"key\":";
      append_json_bytes(out, record.key);
      out += ",\"value\":";
      append_json_bytes(out, record.value);
      has_failed_ = true;
    }
    out += "}\n";
  }

  Context& context_;
  const Args& args_;
  StopSignals signals_;
  storage::PosixFileSystem fs_;
  record::RecordReader reader_{storage::LogScan::kBytesMax};
  Range offsets_, times_;
  std::optional<RecordFilter> filter_;
  bool is_json_ = false;
  bool has_failed_ = false;
  int64_t walked_ = 0;
  std::optional<Exit> stopped_;
};

Result<Exit> run_inspect(Context& context, const Args& args) {
  return Inspect(context, args).run();
}

}  // namespace

extern const Command kInspectCommand;
constinit const Command kInspectCommand = {
    .path = "inspect",
    .usage = "[OPTION...] PATH...",
    .summary = "Show what files of logs hold",
    .description =
        "A PATH is a file of any kind that a broker writes, a partition's directory or a data "
        "directory. Reads only, and works on what a broker refuses.",
    .examples =
        "spool inspect data/orders-0\n"
        "spool inspect --records --offsets 100:200 data/orders-0",
    .options = kInspectRows,
    .operands_max = -1,
    .run = run_inspect,
};

}  // namespace spool::cli
