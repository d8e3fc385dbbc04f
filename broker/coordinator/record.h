#pragma once

/// Records of the coordinators' topics as bytes (storage-format 7.1).
///
///   key    int16 record type, then the key message, classic encoding
///   value  int16 message version, then the value message; null deletes the key

#include <optional>
#include <span>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/error.h"
#include "core/base/text.h"
#include "core/base/types.h"
#include "core/protocol/codec.h"
#include "core/record/control.h"

namespace spool::broker::coordinator {

struct Record {
  Buffer key;
  std::optional<Buffer> value;
};

/// Records that become visible together or not at all. Strings that a record cannot carry (longer
/// than 32,767 bytes where the schema is classic) make the list unusable; append() then fails with
/// what was wrong.
class RecordList {
 public:
  template <class Key, class Value>
  void add(const Key& key, const Value& value, int16_t version = Value::kInfo.versions.max) {
    Record& record = records_.emplace_back();
    encode_key(key, record);
    Buffer& bytes = record.value.emplace();
    append_be(bytes, version);
    note(protocol::encode(value, version, bytes));
  }
  template <class Key>
  void remove(const Key& key) {
    encode_key(key, records_.emplace_back());
  }
  void add_all(RecordList other) {
    for (Record& record : other.records_) records_.push_back(std::move(record));
    note(std::move(other.status_));
  }

  bool empty() const { return records_.empty(); }
  std::span<const Record> records() const { return records_; }
  const Status& status() const { return status_; }

 private:
  template <class Key>
  void encode_key(const Key& key, Record& record) {
    append_be(record.key, Key::kInfo.api_key);
    note(protocol::encode(key, 0, record.key));
  }
  void note(Status status) {
    if (status_ && !status) status_ = std::move(status);
  }

  std::vector<Record> records_;
  Status status_;
};

/// The value message of a record that is no tombstone.
template <class Value>
Result<Value> decode_value(BytesView bytes) {
  if (bytes.size() < sizeof(int16_t))
    return fail(ErrorCode::corrupt_message, "the value is too short for its version");
  const auto version = load_be<int16_t>(bytes.data());
  if (!Value::kInfo.versions.has(version))
    return fail(ErrorCode::corrupt_message, concat(Value::kInfo.name, " has no version ", version));
  return protocol::decode<Value>(bytes.subspan(sizeof(int16_t)), version);
}

/// Who writes inside a transaction.
struct Producer {
  ProducerId id = kNoProducerId;
  ProducerEpoch epoch = kNoProducerEpoch;

  bool operator==(const Producer&) const = default;
};

/// Where a coordinator's records go: a partition of its topic, or a test's memory.
///
/// All of append...(): in the log when it returns; what has to be on stable storage before an
/// answer leaves is the owner's business. wall_ms  the records' timestamp
/// errors  message_too_large: more than one batch may hold; kafka_storage_error and friends
class Journal {
 public:
  virtual ~Journal() = default;
  /// Appends all of the records in one batch, or none.
  /// producer  makes the batch one of its transaction: pending until a marker
  /// returns  the offset of the first
  /// errors  invalid_producer_epoch: the transaction is of an epoch that has passed
  virtual Result<Offset> append(const RecordList& records, int64_t wall_ms, Producer producer) = 0;
  /// Appends records that need not become visible together, in as many batches as it takes.
  virtual Status append_split(const RecordList& records, int64_t wall_ms) = 0;
  /// Ends the producer's transaction in this partition.
  /// errors  invalid_producer_epoch, transaction_coordinator_fenced: it is not the newest
  virtual Status append_marker(Producer producer, const record::EndTxnMarker& marker,
                               int64_t wall_ms) = 0;
};

}  // namespace spool::broker::coordinator
