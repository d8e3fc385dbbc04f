#pragma once

/// Records of Kafka's internal topics, decoded (storage-format 7.1, 7.5). A coordinator's key is an
/// int16 record type and the key's fields, its value an int16 version and the value's fields; a
/// metadata record's value is three uvarints (frame version 1, type, version) and the body.

#include <optional>
#include <string>
#include <string_view>

#include "core/base/bytes.h"
#include "core/base/error.h"
#include "core/record/batch.h"

namespace spool::cli {

inline constexpr std::string_view kOffsetsTopic = "__consumer_offsets";
inline constexpr std::string_view kTransactionsTopic = "__transaction_state";
inline constexpr std::string_view kShareTopic = "__share_group_state";
inline constexpr std::string_view kMetadataTopic = "__cluster_metadata";

bool is_internal_topic(std::string_view topic);

/// A metadata record's envelope; the body is borrowed.
struct MetadataFrame {
  int16_t type = 0;
  int16_t version = 0;
  BytesView body;
};
/// errors  parse_error: no value, or not frame version 1
Result<MetadataFrame> parse_metadata_frame(const record::RecordView& record);

/// Half of a decoded record.
struct DecodedPart {
  std::string_view name;  ///< Kafka's name of the schema, e.g. "OffsetCommitValue"
  int16_t type = 0;       ///< record type
  int16_t version = 0;
  std::string json;  ///< Kafka's JSON of the fields
};

struct DecodedRecord {
  std::optional<DecodedPart> key;    ///< metadata records have none
  std::optional<DecodedPart> value;  ///< nullopt: a tombstone
};

/// errors  unsupported: a type or version that this release does not know; parse_error: not
/// decodable
Result<DecodedRecord> decode_internal_record(std::string_view topic,
                                             const record::RecordView& record);

/// The same for people: "OffsetCommit group=g topic=orders partition=0: offset=7 metadata=", with
/// "deleted" for a tombstone; what is nested stays JSON.
void append_decoded_text(std::string& out, const DecodedRecord& record);

/// The members of a JSON object as "name=value name=value", strings that are one word without their
/// quotes.
void append_members_text(std::string& out, std::string_view json);

/// The message of a KRaft control record (leader change, snapshot header and footer, version,
/// voters) as Kafka's JSON. errors: unsupported: a marker or an unknown type
Result<std::string> decode_control_message(const record::RecordView& record);

/// The message in a control record as {"type":...}: markers, leader changes, snapshot headers.
Result<std::string> decode_control_record(const record::RecordView& record);

}  // namespace spool::cli
