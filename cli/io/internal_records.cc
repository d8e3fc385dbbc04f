#include "cli/io/internal_records.h"

#include <memory>

#include "core/base/text.h"
#include "core/base/varint.h"
#include "core/protocol/codec.h"
#include "core/protocol/json.h"
#include "core/protocol/records/control.h"
#include "core/protocol/registry.h"
#include "core/record/control.h"

namespace spool::cli {

namespace {

constexpr uint32_t kMetadataFrameVersion = 1;

Result<DecodedPart> decode_part(const protocol::MessageEntry& entry, BytesView body,
                                int16_t version) {
  if (!entry.info->versions.has(version))
    return fail(ErrorCode::unsupported, concat(entry.info->name, " version ", version));
  const protocol::Schema& schema = entry.schema();
  const std::unique_ptr<void, void (*)(void*)> message(schema.create(), schema.destroy);
  TRY(protocol::decode_message(schema, message.get(), body, version, nullptr));
  DecodedPart part{.name = entry.info->name, .type = entry.info->api_key, .version = version};
  TRY(protocol::message_to_json(schema, message.get(), version, part.json));
  return part;
}

Result<DecodedPart> decode_coordinator_part(std::string_view topic, protocol::MessageType type,
                                            int16_t record_type, BytesView body, int16_t version) {
  const protocol::MessageEntry* const entry = protocol::find_record(topic, type, record_type);
  if (entry == nullptr)
    return fail(ErrorCode::unsupported, concat("record type ", record_type, " of ", topic));
  return decode_part(*entry, body, version);
}

template <class M>
Result<std::string> control_json(BytesView value) {
  if (value.size() < 2) return fail(ErrorCode::parse_error, "control record without a version");
  const auto version = load_be<int16_t>(value.data());
  TRY_ASSIGN(const M message, protocol::decode<M>(value, version));
  return protocol::to_json(message, version);
}

std::string_view control_name(record::ControlType type) {
  switch (type) {
    case record::ControlType::abort:
      return "ABORT";
    case record::ControlType::commit:
      return "COMMIT";
    case record::ControlType::leader_change:
      return "LEADER_CHANGE";
    case record::ControlType::snapshot_header:
      return "SNAPSHOT_HEADER";
    case record::ControlType::snapshot_footer:
      return "SNAPSHOT_FOOTER";
    case record::ControlType::kraft_version:
      return "KRAFT_VERSION";
    case record::ControlType::kraft_voters:
      return "KRAFT_VOTERS";
  }
  return "UNKNOWN";
}

}  // namespace

bool is_internal_topic(std::string_view topic) {
  return topic == kOffsetsTopic || topic == kTransactionsTopic || topic == kShareTopic ||
         topic == kMetadataTopic;
}

Result<MetadataFrame> parse_metadata_frame(const record::RecordView& record) {
  if (!record.value) return fail(ErrorCode::parse_error, "metadata record without a value");
  const uint8_t* at = record.value->data();
  const uint8_t* const end = at + record.value->size();
  uint32_t frame = 0, type = 0, version = 0;
  if (!read_uvarint(at, end, frame) || frame != kMetadataFrameVersion)
    return fail(ErrorCode::parse_error, concat("metadata frame version ", frame));
  const bool is_read = read_uvarint(at, end, type) && read_uvarint(at, end, version);
  if (!is_read || type > 0x7fff || version > 0x7fff)
    return fail(ErrorCode::parse_error, "metadata record without type and version");
  return MetadataFrame{static_cast<int16_t>(type), static_cast<int16_t>(version),
                       BytesView(at, static_cast<size_t>(end - at))};
}

Result<DecodedRecord> decode_internal_record(std::string_view topic,
                                             const record::RecordView& record) {
  DecodedRecord out;
  if (topic == kMetadataTopic) {
    TRY_ASSIGN(const MetadataFrame frame, parse_metadata_frame(record));
    TRY_ASSIGN(out.value, decode_coordinator_part(topic, protocol::MessageType::metadata,
                                                  frame.type, frame.body, frame.version));
    return out;
  }
  if (!record.key || record.key->size() < 2)
    return fail(ErrorCode::parse_error, "a coordinator's record without a type");
  const auto type = load_be<int16_t>(record.key->data());
  TRY_ASSIGN(out.key, decode_coordinator_part(topic, protocol::MessageType::coordinator_key, type,
                                              record.key->subspan(2), 0));
  if (!record.value) return out;
  if (record.value->size() < 2)
    return fail(ErrorCode::parse_error, "a coordinator's value without a version");
  const auto version = load_be<int16_t>(record.value->data());
  TRY_ASSIGN(out.value, decode_coordinator_part(topic, protocol::MessageType::coordinator_value,
                                                type, record.value->subspan(2), version));
  return out;
}

void append_decoded_text(std::string& out, const DecodedRecord& record) {
  const std::optional<DecodedPart>& named = record.key ? record.key : record.value;
  std::string_view name = named ? named->name : std::string_view();
  if (record.key && name.ends_with("Key")) name.remove_suffix(3);
  out += name;
  if (record.key) {
    out += ' ';
    append_members_text(out, record.key->json);
    out += ':';
  }
  out += ' ';
  if (record.value)
    append_members_text(out, record.value->json);
  else
    out += "deleted";
}

void append_members_text(std::string& out, std::string_view json) {
  int depth = 0;
  bool is_in_string = false;
  std::string_view name;
  size_t from = 1;  // of the name or value that is being read
  const auto put = [&](std::string_view value) {
    const bool is_word = value.size() > 2 && value.front() == '"' &&
                         value.find_first_of(" \\=", 1) == std::string_view::npos;
    if (is_word) value = value.substr(1, value.size() - 2);
    append_text(out, name, '=', value);
  };
  for (size_t at = 0; at < json.size(); ++at) {
    const char c = json[at];
    if (is_in_string) {
      if (c == '\\') ++at;
      is_in_string = c != '"';
    } else if (c == '"') {
      is_in_string = true;
    } else if (c == '{' || c == '[') {
      ++depth;
    } else if (c == '}' || c == ']') {
      if (--depth == 0 && at > from) put(json.substr(from, at - from));
    } else if (depth == 1 && c == ':') {
      name = json.substr(from + 1, at - from - 2);
      from = at + 1;
    } else if (depth == 1 && c == ',') {
      put(json.substr(from, at - from));
      out += ' ';
      from = at + 1;
    }
  }
}

Result<std::string> decode_control_message(const record::RecordView& record) {
  TRY_ASSIGN(const auto type, record::control_type(record));
  const BytesView value = record.value.value_or(BytesView());
  if (type == record::ControlType::leader_change)
    return control_json<protocol::LeaderChangeMessage>(value);
  if (type == record::ControlType::snapshot_header)
    return control_json<protocol::SnapshotHeaderRecord>(value);
  if (type == record::ControlType::snapshot_footer)
    return control_json<protocol::SnapshotFooterRecord>(value);
  if (type == record::ControlType::kraft_version)
    return control_json<protocol::KRaftVersionRecord>(value);
  if (type == record::ControlType::kraft_voters) return control_json<protocol::VotersRecord>(value);
  return fail(ErrorCode::unsupported, "no KRaft control record");
}

Result<std::string> decode_control_record(const record::RecordView& record) {
  TRY_ASSIGN(const auto type, record::control_type(record));
  if (!type)
    return concat("{\"type\":\"UNKNOWN\",\"data\":{\"type\":",
                  load_be<int16_t>(record.key->data() + 2), "}}");
  std::string data;
  if (*type == record::ControlType::abort || *type == record::ControlType::commit) {
    TRY_ASSIGN(const auto marker, record::parse_end_txn_marker(record));
    data = concat("{\"coordinatorEpoch\":", marker.coordinator_epoch, '}');
  } else {
    TRY_ASSIGN(data, decode_control_message(record));
  }
  return concat("{\"type\":\"", control_name(*type), "\",\"data\":", data, '}');
}

}  // namespace spool::cli
