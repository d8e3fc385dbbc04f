#include "core/storage/checkpoint.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <ctime>
#include <map>

#include "core/base/text.h"

namespace spool::storage {

namespace {

constexpr std::string_view kWhiteSpace = " \t\r\f\v";

std::vector<std::string_view> split_lines(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    lines.push_back(line);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return lines;
}

std::vector<std::string_view> split_tokens(std::string_view line) {
  std::vector<std::string_view> tokens;
  for (;;) {
    const size_t begin = line.find_first_not_of(kWhiteSpace);
    if (begin == std::string_view::npos) return tokens;
    line.remove_prefix(begin);
    const size_t end = std::min(line.find_first_of(kWhiteSpace), line.size());
    tokens.push_back(line.substr(0, end));
    line.remove_prefix(end);
  }
}

std::unexpected<Error> bad_line(size_t line_index, std::string_view line, std::string_view what) {
  return fail(ErrorCode::parse_error, concat("line ", line_index + 1, " '", line, "': ", what));
}

// Lines of entries of a checkpoint, each of `token_count` tokens; `take` returns false for numbers
// that are none.
template <class Take>
Status parse_checkpoint(std::string_view text, size_t token_count, Take take) {
  const auto lines = split_lines(text);
  if (lines.empty()) return {};
  const auto version = parse_int<int32_t>(trim(lines[0]));
  if (version != 0) return bad_line(0, lines[0], "unknown checkpoint version");
  if (lines.size() < 2) return {};
  const auto count = parse_int<int64_t>(trim(lines[1]));
  if (!count) return bad_line(1, lines[1], "not a number of entries");
  size_t index = 2;
  for (; index < lines.size() && !lines[index].empty(); ++index) {
    const auto tokens = split_tokens(lines[index]);
    if (tokens.size() != token_count)
      return bad_line(index, lines[index], concat("expected ", token_count, " fields"));
    if (!take(tokens)) return bad_line(index, lines[index], "not a number");
  }
  if (*count != static_cast<int64_t>(index) - 2)
    return fail(ErrorCode::parse_error,
                concat(*count, " entries declared, ", index - 2, " lines there"));
  return {};
}

// Java's Properties: a key ends at the first unescaped '=', ':' or white space.
std::string unescape_property(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      out += text[i];
      continue;
    }
    switch (const char escaped = text[++i]) {
      case 't':
        out += '\t';
        break;
      case 'n':
        out += '\n';
        break;
      case 'r':
        out += '\r';
        break;
      case 'f':
        out += '\f';
        break;
      default:
        out += escaped;
    }
  }
  return out;
}

size_t property_key_end(std::string_view line) {
  for (size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '\\')
      ++i;
    else if (line[i] == '=' || line[i] == ':' || line[i] == ' ' || line[i] == '\t')
      return i;
  }
  return line.size();
}

std::map<std::string, std::string> parse_properties(std::string_view text) {
  std::map<std::string, std::string> properties;
  for (std::string_view line : split_lines(text)) {
    line = trim(line);
    if (line.empty() || line[0] == '#' || line[0] == '!') continue;
    const size_t key_end = property_key_end(line);
    std::string_view value = trim(line.substr(key_end));
    if (!value.empty() && (value[0] == '=' || value[0] == ':')) value = trim(value.substr(1));
    properties[unescape_property(line.substr(0, key_end))] = unescape_property(value);
  }
  return properties;
}

std::string escape_property(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\' || c == '=' || c == ':' || c == '#' || c == '!') out += '\\';
    out += c;
  }
  return out;
}

Result<int32_t> number_property(const std::map<std::string, std::string>& properties,
                                const std::string& key) {
  const auto found = properties.find(key);
  if (found == properties.end()) return fail(ErrorCode::parse_error, concat(key, " is missing"));
  const auto value = parse_int<int32_t>(found->second);
  if (!value) return fail(ErrorCode::parse_error, concat(key, " is not a number: ", found->second));
  return *value;
}

// "Fri Nov 20 22:40:13 UTC 2026", as java.util.Date prints it.
std::string java_date(int64_t ms) {
  const std::time_t seconds = static_cast<std::time_t>(ms / 1000);
  std::tm utc{};
  ::gmtime_r(&seconds, &utc);
  char text[64];
  const size_t size = std::strftime(text, sizeof text, "%a %b %d %H:%M:%S UTC %Y", &utc);
  return std::string(text, size);
}

}  // namespace

Result<OffsetCheckpoint> parse_offset_checkpoint(std::string_view text) {
  OffsetCheckpoint offsets;
  TRY(parse_checkpoint(text, 3, [&](const std::vector<std::string_view>& tokens) {
    const auto partition = parse_int<int32_t>(tokens[1]);
    const auto offset = parse_int<int64_t>(tokens[2]);
    if (!partition || !offset) return false;
    offsets[{std::string(tokens[0]), Partition(*partition)}] = Offset(*offset);
    return true;
  }));
  return offsets;
}

std::string format_offset_checkpoint(const OffsetCheckpoint& offsets) {
  std::vector<const OffsetCheckpoint::value_type*> sorted;
  sorted.reserve(offsets.size());
  for (const auto& entry : offsets) sorted.push_back(&entry);
  std::ranges::sort(sorted, {},
                    [](const auto* entry) -> const TopicPartition& { return entry->first; });
  std::string out = concat("0\n", offsets.size(), '\n');
  for (const auto* entry : sorted)
    append_text(out, entry->first.topic, ' ', entry->first.partition.value, ' ',
                entry->second.value, '\n');
  return out;
}

Result<std::vector<EpochStart>> parse_epoch_checkpoint(std::string_view text) {
  std::vector<EpochStart> epochs;
  TRY(parse_checkpoint(text, 2, [&](const std::vector<std::string_view>& tokens) {
    const auto epoch = parse_int<int32_t>(tokens[0]);
    const auto start = parse_int<int64_t>(tokens[1]);
    if (!epoch || !start) return false;
    epochs.push_back({LeaderEpoch(*epoch), Offset(*start)});
    return true;
  }));
  return epochs;
}

std::string format_epoch_checkpoint(const std::vector<EpochStart>& epochs) {
  std::string out = concat("0\n", epochs.size(), '\n');
  for (const EpochStart& epoch : epochs)
    append_text(out, epoch.leader_epoch.value, ' ', epoch.start_offset.value, '\n');
  return out;
}

Result<Uuid> parse_partition_metadata(std::string_view text) {
  const auto lines = split_lines(text);
  if (lines.size() < 2) return fail(ErrorCode::parse_error, "fewer than two lines");
  const auto version_tokens = split_tokens(lines[0]);
  const auto id_tokens = split_tokens(lines[1]);
  if (version_tokens.size() != 2) return bad_line(0, lines[0], "expected two fields");
  if (id_tokens.size() != 2) return bad_line(1, lines[1], "expected two fields");
  const auto version = parse_int<int32_t>(version_tokens[1]);
  if (!version || *version < 0) return bad_line(0, lines[0], "not a version");
  const auto topic_id = Uuid::parse(id_tokens[1]);
  if (!topic_id || topic_id->is_zero()) return bad_line(1, lines[1], "not a topic id");
  return *topic_id;
}

std::string format_partition_metadata(const Uuid& topic_id) {
  return concat("version: 0\ntopic_id: ", topic_id.to_string());
}

Result<MetaProperties> parse_meta_properties(std::string_view text) {
  const auto properties = parse_properties(text);
  MetaProperties meta;
  meta.version = 0;
  if (properties.contains("version")) {
    TRY_ASSIGN(meta.version, number_property(properties, "version"));
  }
  if (meta.version < 0 || meta.version > 1)
    return fail(ErrorCode::parse_error, concat("unknown version ", meta.version));
  TRY_ASSIGN(meta.node_id,
             number_property(properties, meta.version == 0 ? "broker.id" : "node.id"));
  const auto cluster_id = properties.find("cluster.id");
  if (cluster_id != properties.end()) meta.cluster_id = cluster_id->second;
  if (meta.version == 1 && meta.cluster_id.empty())
    return fail(ErrorCode::parse_error, "cluster.id is missing");
  const auto directory_id = properties.find("directory.id");
  if (directory_id != properties.end()) {
    meta.directory_id = Uuid::parse(directory_id->second);
    if (!meta.directory_id)
      return fail(ErrorCode::parse_error, concat("directory.id is no id: ", directory_id->second));
  }
  return meta;
}

std::string format_meta_properties(const MetaProperties& meta, int64_t written_ms) {
  std::string out = concat("#\n#", java_date(written_ms), "\nnode.id=", meta.node_id, '\n');
  if (meta.directory_id) append_text(out, "directory.id=", meta.directory_id->to_string(), '\n');
  append_text(out, "version=1\ncluster.id=", escape_property(meta.cluster_id), '\n');
  return out;
}

int64_t parse_clean_shutdown_epoch(std::string_view text) {
  // Kafka reads JSON here; one number is all that is ever in it, and whatever cannot be read means
  // -1.
  constexpr std::string_view kKey = "\"brokerEpoch\"";
  const size_t key = text.find(kKey);
  if (key == std::string_view::npos) return -1;
  std::string_view rest = trim(text.substr(key + kKey.size()));
  if (!rest.starts_with(':')) return -1;
  rest = trim(rest.substr(1));
  const size_t end = rest.find_first_not_of("-0123456789");
  return parse_int<int64_t>(rest.substr(0, end)).value_or(-1);
}

std::string format_clean_shutdown(int64_t broker_epoch) {
  return concat("{\"version\":0,\"brokerEpoch\":", broker_epoch, '}');
}

}  // namespace spool::storage
