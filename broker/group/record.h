#pragma once

/// Records of __consumer_offsets as bytes (storage-format 7.1, 7.2).
///
///   key    int16 record type, then the key message, classic encoding
///   value  int16 message version, then the value message; null deletes the key

#include <optional>
#include <span>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/error.h"
#include "core/protocol/codec.h"
#include "core/protocol/records/group.h"

namespace spool::broker::group {

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

/// Where a coordinator's records go: a partition of __consumer_offsets, or a test's memory.
class Journal {
 public:
  virtual ~Journal() = default;
  /// Appends all of the records in one batch, or none. In the log when it returns; what has to be
  /// on stable storage before an answer leaves is the owner's business. wall_ms  the records'
  /// timestamp errors   message_too_large: more than one batch may hold; kafka_storage_error and
  /// friends
  virtual Status append(const RecordList& records, int64_t wall_ms) = 0;
  /// Appends records that need not become visible together, in as many batches as it takes.
  virtual Status append_split(const RecordList& records, int64_t wall_ms) = 0;
};

}  // namespace spool::broker::group
