#include "broker/metadata/record_codec.h"

#include <string>

#include "broker/metadata/levels.h"
#include "core/base/text.h"
#include "core/base/varint.h"
#include "core/protocol/codec.h"

namespace spool::broker {
namespace {

constexpr uint32_t kFrameVersion = 1;

template <class T>
Result<MetadataRecord> decode_body(uint32_t version, BytesView body) {
  if (version > static_cast<uint32_t>(T::kInfo.versions.max))
    return fail(ErrorCode::unsupported, concat(T::kInfo.name, " version ", version,
                                               "; the newest known is ", T::kInfo.versions.max));
  size_t consumed = 0;
  Result<T> record = protocol::decode<T>(body, static_cast<int16_t>(version), &consumed);
  if (!record) return fail(ErrorCode::corrupt_message, std::string(record.error().text()));
  if (consumed != body.size())
    return fail(ErrorCode::corrupt_message,
                concat(T::kInfo.name, ": ", body.size() - consumed, " bytes left over"));
  return MetadataRecord(std::move(*record));
}

template <size_t kIndex = 0>
Result<MetadataRecord> decode_type(uint32_t type, uint32_t version, BytesView body) {
  if constexpr (kIndex < std::variant_size_v<MetadataRecord::Body>) {
    using T = std::variant_alternative_t<kIndex, MetadataRecord::Body>;
    if (type == static_cast<uint32_t>(T::kInfo.api_key)) return decode_body<T>(version, body);
    return decode_type<kIndex + 1>(type, version, body);
  } else {
    return fail(ErrorCode::unsupported,
                concat("unknown metadata record type ", type, " version ", version));
  }
}

int16_t version_of(const protocol::RegisterBrokerRecord&, int16_t level) {
  if (level >= kLevelCordonedDirs) return 4;
  if (level >= kLevelDirectories) return 3;
  return level >= kLevelMigration ? 2 : 1;
}

int16_t partition_version(int16_t level) {
  return level >= kLevelElr ? 2 : level >= kLevelDirectories ? 1 : 0;
}
int16_t version_of(const protocol::PartitionRecord&, int16_t level) {
  return partition_version(level);
}
int16_t version_of(const protocol::PartitionChangeRecord&, int16_t level) {
  return partition_version(level);
}

// The lowest that carries what is set, whatever the level: so Kafka writes it.
int16_t version_of(const protocol::BrokerRegistrationChangeRecord& record, int16_t) {
  if (record.cordoned_log_dirs) return 3;
  if (!record.log_dirs.empty()) return 2;
  return record.in_controlled_shutdown != 0 ? 1 : 0;
}

template <class T>
int16_t version_of(const T&, int16_t) {
  static_assert(T::kInfo.versions.max == 0, "a record with several versions needs its rule");
  return 0;
}

}  // namespace

std::string_view MetadataRecord::name() const {
  return std::visit(
      [](const auto& record) { return std::remove_cvref_t<decltype(record)>::kInfo.name; }, body);
}

Result<MetadataRecord> decode_record(BytesView value) {
  const uint8_t* at = value.data();
  const uint8_t* const end = at + value.size();
  uint32_t frame, type, version;
  if (!read_uvarint(at, end, frame))
    return fail(ErrorCode::corrupt_message, "metadata record without a frame");
  if (frame != kFrameVersion)
    return fail(ErrorCode::unsupported,
                concat("metadata record of frame version ", frame, "; known is 1"));
  if (!read_uvarint(at, end, type) || !read_uvarint(at, end, version))
    return fail(ErrorCode::corrupt_message, "metadata record ends in its frame");
  return decode_type(type, version, BytesView(at, end));
}

int16_t record_version(const MetadataRecord& record, int16_t metadata_version) {
  return std::visit([&](const auto& body) { return version_of(body, metadata_version); },
                    record.body);
}

Status encode_record(const MetadataRecord& record, int16_t metadata_version, Buffer& out) {
  return std::visit(
      [&](const auto& body) -> Status {
        const int16_t version = version_of(body, metadata_version);
        const size_t begin = out.size();
        append_uvarint(out, kFrameVersion);
        append_uvarint(out, static_cast<uint64_t>(body.kInfo.api_key));
        append_uvarint(out, static_cast<uint64_t>(version));
        Status encoded = protocol::encode(body, version, out);
        if (!encoded) out.resize(begin);
        return encoded;
      },
      record.body);
}

}  // namespace spool::broker
