#pragma once

/// A metadata record as the value of a log record (kraft 1.1, storage-format 7.5):
///
///   uvarint  frame version, 1
///   uvarint  record type, e.g. 2 for TopicRecord
///   uvarint  version of the body
///   body     flexible message, see core/protocol/records/metadata.h
///
/// Valid: all three numbers known to this release, the body decodes, nothing left over. An unknown
/// type or version is an error and not skipped: a reader that skips what it does not know has a
/// different image from the writer's.

#include <cstdint>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/error.h"
#include "core/protocol/records/metadata.h"

namespace spool::broker {

struct MetadataRecord {
  using Body = std::variant<
      protocol::NoOpRecord, protocol::RegisterBrokerRecord, protocol::UnregisterBrokerRecord,
      protocol::TopicRecord, protocol::PartitionRecord, protocol::ConfigRecord,
      protocol::PartitionChangeRecord, protocol::FenceBrokerRecord, protocol::UnfenceBrokerRecord,
      protocol::RemoveTopicRecord, protocol::DelegationTokenRecord,
      protocol::UserScramCredentialRecord, protocol::FeatureLevelRecord,
      protocol::ClientQuotaRecord, protocol::ProducerIdsRecord,
      protocol::BrokerRegistrationChangeRecord, protocol::AccessControlEntryRecord,
      protocol::RemoveAccessControlEntryRecord, protocol::ZkMigrationStateRecord,
      protocol::RemoveUserScramCredentialRecord, protocol::BeginTransactionRecord,
      protocol::EndTransactionRecord, protocol::AbortTransactionRecord,
      protocol::RemoveDelegationTokenRecord, protocol::RegisterControllerRecord,
      protocol::ClearElrRecord, protocol::UnregisterControllerRecord>;

  MetadataRecord() = default;
  template <class T>
    requires(!std::is_same_v<std::remove_cvref_t<T>, MetadataRecord>)
  MetadataRecord(T&& record)  // NOLINT: a record of any type is a metadata record
      : body(std::forward<T>(record)) {}

  /// e.g. "TopicRecord"
  std::string_view name() const;
  /// nullptr when the record is of another type.
  template <class T>
  const T* as() const {
    return std::get_if<T>(&body);
  }

  Body body;
};

/// Byte fields of the result view into `value`.
/// errors  unsupported: unknown frame version, type or version (the text names them);
/// corrupt_message: the body does
///         not decode or does not fill the value
Result<MetadataRecord> decode_record(BytesView value);

/// The version at which Kafka writes the record under a metadata.version (storage-format 7.6).
int16_t record_version(const MetadataRecord& record, int16_t metadata_version);

/// Appends the value. errors: unsupported_version: a field is set that metadata_version cannot
/// carry
Status encode_record(const MetadataRecord& record, int16_t metadata_version, Buffer& out);

}  // namespace spool::broker
