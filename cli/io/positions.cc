#include "cli/io/positions.h"

#include "cli/io/file_text.h"
#include "cli/io/json_reader.h"
#include "cli/io/json_text.h"
#include "core/base/text.h"

namespace spool::cli {

Result<Positions> Positions::open(std::string path) {
  Positions out(std::move(path));
  const auto text = read_file(out.path_);
  if (!text && text.error().code() == ErrorCode::not_found) return out;
  if (!text) return fail(text.error());
  if (const Status parsed = out.parse(*text); !parsed)
    return fail(ErrorCode::parse_error,
                concat(out.path_, " holds no positions: ", parsed.error().text()));
  return out;
}

Status Positions::parse(std::string_view text) {
  std::string scratch;
  scratch.reserve(text.size());
  JsonReader reader(text, scratch);
  bool has_positions = false;
  const bool is_read = reader.read_object([&](std::string_view name) {
    if (name != "positions") return reader.skip();
    has_positions = true;
    return reader.read_array([&] {
      std::string_view topic;
      int64_t partition = -1, offset = -1;
      const bool is_position = reader.read_object([&](std::string_view member) {
        if (member == "topic") return reader.read_string(topic);
        if (member == "partition") return reader.read_int(partition);
        if (member == "offset") return reader.read_int(offset);
        return reader.skip();
      });
      if (!is_position) return false;
      if (topic.empty() || partition < 0 || partition > INT32_MAX || offset < 0)
        return reader.fail_with("a position needs topic, partition and offset");
      offsets_[{std::string(topic), static_cast<int32_t>(partition)}] = offset;
      return true;
    });
  });
  if (!is_read || !reader.is_at_end()) return fail(reader.error());
  if (!has_positions) return fail(ErrorCode::parse_error, "\"positions\" is missing");
  return {};
}

std::optional<Offset> Positions::find(std::string_view topic, Partition partition) const {
  const auto found = offsets_.find(std::pair(std::string(topic), partition.value));
  if (found == offsets_.end()) return std::nullopt;
  return Offset(found->second);
}

void Positions::set(std::string_view topic, Partition partition, Offset next) {
  int64_t& offset = offsets_.try_emplace({std::string(topic), partition.value}, -1).first->second;
  is_changed_ = is_changed_ || offset != next.value;
  offset = next.value;
}

Status Positions::save(bool is_durable) {
  if (!is_changed_) return {};
  std::string text = "{\"version\":1,\"positions\":[";
  bool is_first = true;
  for (const auto& [partition, offset] : offsets_) {
    text += is_first ? "\n{\"topic\":" : ",\n{\"topic\":";
    append_json_string(text, partition.first);
    append_text(text, ",\"partition\":", partition.second, ",\"offset\":", offset, "}");
    is_first = false;
  }
  text += "\n]}\n";
  TRY(replace_file(path_, text, is_durable));
  is_changed_ = false;
  return {};
}

}  // namespace spool::cli
