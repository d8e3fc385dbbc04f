#include "cli/io/group_offsets.h"

#include "cli/io/json_reader.h"
#include "cli/io/json_text.h"
#include "core/base/text.h"

namespace spool::cli {

std::string group_offsets_to_json(const std::vector<GroupOffset>& offsets) {
  std::string out = "{\"version\":1,\"offsets\":[";
  std::string_view separator = "\n";
  for (const GroupOffset& one : offsets) {
    append_text(out, separator, "{\"group\":");
    append_json_string(out, one.group);
    out += ",\"topic\":";
    append_json_string(out, one.partition.topic);
    append_text(out, ",\"partition\":", one.partition.partition.value,
                ",\"offset\":", one.offset ? concat(*one.offset) : "null",
                ",\"leader_epoch\":", one.leader_epoch, ",\"metadata\":");
    append_json_string(out, one.metadata);
    out += '}';
    separator = ",\n";
  }
  return out + "\n]}\n";
}

namespace {

/// RFC 4180: quoted when it has to be.
std::string csv_cell(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + '"';
}

/// The cells of one line; nullopt when a quote is not closed, or stands where none can.
std::optional<std::vector<std::string>> csv_cells(std::string_view line) {
  std::vector<std::string> out(1);
  bool is_quoted = false;
  for (size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (is_quoted && c == '"' && i + 1 < line.size() && line[i + 1] == '"')
      out.back() += line[++i];
    else if (c == '"' && (is_quoted || out.back().empty()))
      is_quoted = !is_quoted;
    else if (c == '"')
      return std::nullopt;
    else if (c == ',' && !is_quoted)
      out.emplace_back();
    else
      out.back() += c;
  }
  return is_quoted ? std::nullopt : std::optional(std::move(out));
}

Result<GroupOffset> parse_row(std::string_view line, std::string_view group) {
  const auto cells = csv_cells(line);
  const size_t count = cells ? cells->size() : 0;
  if (count != 3 && count != 4)
    return fail(ErrorCode::parse_error,
                "expected topic,partition,offset or group,topic,partition,offset");
  const std::string* const at = cells->data() + (count - 3);
  GroupOffset out;
  out.group = count == 4 ? (*cells)[0] : std::string(group);
  if (out.group.empty())
    return fail(ErrorCode::invalid_argument,
                "the row names no group, and the command line neither");
  const auto partition = parse_int<int32_t>(trim(at[1]));
  const auto offset = parse_int<int64_t>(trim(at[2]));
  if (at[0].empty() || !partition || *partition < 0)
    return fail(ErrorCode::parse_error, concat("'", at[0], ',', at[1], "' is no partition"));
  if (!offset || *offset < 0)
    return fail(ErrorCode::parse_error, concat("'", at[2], "' is no offset"));
  out.partition = {at[0], Partition(*partition)};
  out.offset = *offset;
  return out;
}

Result<std::vector<GroupOffset>> parse_csv(std::string_view text, std::string_view group) {
  std::vector<GroupOffset> out;
  size_t number = 0;
  for (std::string_view line : split(text, '\n')) {
    ++number;
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (trim(line).empty()) continue;
    auto row = parse_row(line, group);
    if (!row) return fail(row.error().with_context(concat("line ", number)));
    out.push_back(*std::move(row));
  }
  return out;
}

class JsonOffsets {
 public:
  explicit JsonOffsets(std::string_view text) : reader_(text, scratch_) {
    scratch_.reserve(text.size());
  }

  Result<std::vector<GroupOffset>> read() {
    bool has_offsets = false;
    const bool is_read = reader_.read_object([&](std::string_view name) {
      if (name != "offsets") return reader_.skip();
      has_offsets = true;
      return reader_.read_array([&] { return read_one(); });
    });
    if (!is_read || !reader_.is_at_end()) return fail(reader_.error());
    if (!has_offsets) return fail(ErrorCode::parse_error, "\"offsets\" is missing");
    return std::move(out_);
  }

 private:
  bool read_one() {
    std::string_view group, topic, metadata;
    int64_t partition = -1, offset = -1, leader_epoch = -1;
    const bool is_read = reader_.read_object([&](std::string_view name) {
      if (name == "group") return reader_.read_string(group);
      if (name == "topic") return reader_.read_string(topic);
      if (name == "metadata") return reader_.read_string(metadata);
      if (name == "partition") return reader_.read_int(partition);
      if (name == "leader_epoch") return reader_.read_int(leader_epoch);
      if (name == "offset")
        return reader_.peek() == 'n' ? reader_.read_null() : reader_.read_int(offset);
      return reader_.skip();
    });
    if (!is_read) return false;
    if (group.empty() || topic.empty()) return reader_.fail_with("group or topic is missing");
    if (partition < 0 || partition > INT32_MAX) return reader_.fail_with("no partition's number");
    if (leader_epoch < -1 || leader_epoch > INT32_MAX) return reader_.fail_with("no leader epoch");
    out_.push_back({std::string(group),
                    {std::string(topic), Partition(static_cast<int32_t>(partition))},
                    offset < 0 ? std::nullopt : std::optional(offset),
                    static_cast<int32_t>(leader_epoch),
                    std::string(metadata)});
    return true;
  }

  std::string scratch_;
  JsonReader reader_;
  std::vector<GroupOffset> out_;
};

}  // namespace

std::string group_offsets_to_csv(const std::vector<GroupOffset>& offsets, bool with_group) {
  std::string out;
  for (const GroupOffset& one : offsets) {
    if (!one.offset) continue;
    if (with_group) append_text(out, csv_cell(one.group), ',');
    append_text(out, csv_cell(one.partition.topic), ',', one.partition.partition.value, ',',
                *one.offset, '\n');
  }
  return out;
}

Result<std::vector<GroupOffset>> parse_group_offsets(std::string_view text,
                                                     std::string_view group) {
  if (trim(text).starts_with('{')) return JsonOffsets(text).read();
  return parse_csv(text, group);
}

}  // namespace spool::cli
