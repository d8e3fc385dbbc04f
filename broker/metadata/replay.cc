#include "broker/metadata/replay.h"

#include <string>

#include "broker/metadata/record_codec.h"
#include "core/base/text.h"
#include "core/protocol/codec.h"
#include "core/protocol/records/control.h"
#include "core/record/entry.h"

namespace spool::broker {
namespace {

Error at_offset(const Error& error, Offset offset) {
  return error.with_context(concat("offset ", offset.value));
}

template <class T>
Result<T> decode_control(BytesView value) {
  Result<T> message = protocol::decode<T>(value, 0);
  if (!message) return fail(ErrorCode::corrupt_message, std::string(message.error().text()));
  if (message->version != 0)
    return fail(ErrorCode::unsupported,
                concat(T::kInfo.name, " version ", message->version, "; known is 0"));
  return message;
}

Status read_voters(BytesView value, QuorumImage& quorum) {
  TRY_ASSIGN(const auto message, decode_control<protocol::VotersRecord>(value));
  quorum.voters.clear();
  for (const auto& voter : message.voters) {
    VoterImage& image = quorum.voters.emplace_back();
    image.id = voter.voter_id;
    image.directory_id = voter.voter_directory_id;
    for (const auto& endpoint : voter.endpoints)
      image.endpoints.push_back(
          {.name = endpoint.name, .host = endpoint.host, .port = endpoint.port});
  }
  return {};
}

Status read_leader_change(BytesView value, QuorumImage& quorum) {
  TRY_ASSIGN(const auto message, decode_control<protocol::LeaderChangeMessage>(value));
  quorum.last_leader_voters.clear();
  for (const auto& voter : message.voters) quorum.last_leader_voters.push_back(voter.voter_id);
  return {};
}

}  // namespace

Status apply_control(record::ControlType type, BytesView value, QuorumImage& quorum) {
  switch (type) {
    case record::ControlType::leader_change:
      return read_leader_change(value, quorum);
    case record::ControlType::kraft_version: {
      TRY_ASSIGN(const auto message, decode_control<protocol::KRaftVersionRecord>(value));
      if (message.kraft_version < 0 || message.kraft_version > 1)
        return fail(ErrorCode::unsupported,
                    concat("kraft.version ", message.kraft_version, "; known are 0 and 1"));
      quorum.kraft_version = message.kraft_version;
      return {};
    }
    case record::ControlType::kraft_voters:
      return read_voters(value, quorum);
    case record::ControlType::snapshot_header:
    case record::ControlType::snapshot_footer:
      return {};
    case record::ControlType::abort:
    case record::ControlType::commit:
      break;
  }
  return fail(ErrorCode::unsupported, "a transaction marker, which has no place in a metadata log");
}

Status Replay::add(const record::BatchView& batch) {
  TRY(add_records(batch));
  image_.advance(batch.last_offset() + 1, batch.leader_epoch().value, batch.max_timestamp());
  return {};
}

Status Replay::add_snapshot_batch(const record::BatchView& batch) { return add_records(batch); }

void Replay::advance(Offset end_offset, int32_t raft_epoch, int64_t timestamp_ms) {
  image_.advance(end_offset, raft_epoch, timestamp_ms);
}

Status Replay::add_records(const record::BatchView& batch) {
  Status status;
  const auto one = [&](const record::RecordView& record) {
    if (batch.is_control()) {
      status = add_control(record);
      if (!status) status = fail(at_offset(status.error(), record.offset));
    } else if (!record.value) {
      status = fail(ErrorCode::corrupt_message,
                    concat("offset ", record.offset.value, ": a record without a value"));
    } else {
      status = add_value(record.offset, *record.value);
    }
    return status.has_value();
  };
  const record::EntryView entry{batch.bytes()};
  if (Status walked = reader_.for_each(entry, one); !walked)
    return fail(at_offset(walked.error(), batch.base_offset()));
  return status;
}

Status Replay::add_control(const record::RecordView& record) {
  TRY_ASSIGN(const auto type, record::control_type(record));
  if (!type) return fail(ErrorCode::unsupported, "a control record of unknown type");
  if (!record.value) return fail(ErrorCode::corrupt_message, "a control record without a value");
  return apply_control(*type, *record.value, quorum_);
}

Status Replay::add_value(Offset offset, BytesView value) {
  Result<MetadataRecord> record = decode_record(value);
  if (!record) return fail(at_offset(record.error(), offset));
  const bool is_begin = record->as<protocol::BeginTransactionRecord>() != nullptr;
  const bool is_end = record->as<protocol::EndTransactionRecord>() != nullptr;
  const bool is_abort = record->as<protocol::AbortTransactionRecord>() != nullptr;
  if ((is_begin && transaction_) || ((is_end || is_abort) && !transaction_))
    return fail(ErrorCode::corrupt_message,
                concat("offset ", offset.value, ": ", record->name(),
                       is_begin ? " inside" : " outside", " a metadata transaction"));
  if (is_begin) {
    transaction_.emplace();
  } else if (is_abort) {
    transaction_.reset();
  } else if (is_end) {
    return end_transaction();
  } else if (transaction_) {
    transaction_->emplace_back(offset, to_buffer(value));
  } else {
    return apply(offset, *record);
  }
  return {};
}

Status Replay::apply(Offset offset, const MetadataRecord& record) {
  Status applied = image_.apply(record, nullptr);
  if (applied) return applied;
  return fail(at_offset(applied.error().with_context(record.name()), offset));
}

Status Replay::end_transaction() {
  const auto records = std::move(*transaction_);
  transaction_.reset();
  for (const auto& [offset, value] : records) {
    TRY_ASSIGN(const MetadataRecord record, decode_record(value));
    TRY(apply(offset, record));
  }
  return {};
}

}  // namespace spool::broker
