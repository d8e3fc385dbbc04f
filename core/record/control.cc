#include "core/record/control.h"

#include <array>

#include "core/base/check.h"
#include "core/base/text.h"

namespace spool::record {

namespace {

constexpr size_t kKeyBytes = 4;
constexpr size_t kMarkerValueBytes = 6;

}  // namespace

Result<std::optional<ControlType>> control_type(const RecordView& record) {
  if (!record.key || record.key->size() < kKeyBytes)
    return fail(ErrorCode::invalid_record, "control record with a key of less than 4 bytes");
  const auto version = load_be<int16_t>(record.key->data());
  if (version < 0)
    return fail(ErrorCode::invalid_record, concat("control record of version ", version));
  const auto type = load_be<int16_t>(record.key->data() + 2);
  if (type < 0 || type > static_cast<int16_t>(ControlType::kraft_voters)) return std::nullopt;
  return static_cast<ControlType>(type);
}

Result<EndTxnMarker> parse_end_txn_marker(const RecordView& record) {
  TRY_ASSIGN(const std::optional<ControlType> type, control_type(record));
  if (type != ControlType::abort && type != ControlType::commit)
    return fail(ErrorCode::invalid_record, "control record is no transaction marker");
  if (!record.value || record.value->size() < kMarkerValueBytes)
    return fail(ErrorCode::invalid_record, "transaction marker with a value of less than 6 bytes");
  const auto version = load_be<int16_t>(record.value->data());
  if (version < 0)
    return fail(ErrorCode::invalid_record, concat("transaction marker of version ", version));
  return EndTxnMarker{type == ControlType::commit, load_be<int32_t>(record.value->data() + 2)};
}

void append_control(BatchBuilder& builder, int64_t timestamp_ms, ControlType type,
                    BytesView value) {
  std::array<uint8_t, kKeyBytes> key{};
  store_be(key.data() + 2, static_cast<int16_t>(type));
  builder.append(timestamp_ms, BytesView(key), value);
}

Buffer make_end_txn_marker(Offset base_offset, LeaderEpoch leader_epoch, ProducerId producer_id,
                           ProducerEpoch producer_epoch, int64_t timestamp_ms,
                           const EndTxnMarker& marker) {
  BatchOptions options;
  options.base_offset = base_offset;
  options.leader_epoch = leader_epoch;
  options.producer_id = producer_id;
  options.producer_epoch = producer_epoch;
  options.is_transactional = true;
  options.is_control = true;
  BatchBuilder builder(options);
  std::array<uint8_t, kMarkerValueBytes> value{};
  store_be(value.data() + 2, marker.coordinator_epoch);
  append_control(builder, timestamp_ms, marker.is_commit ? ControlType::commit : ControlType::abort,
                 value);
  compress::Compressor compressor;
  Result<Buffer> batch = builder.finish(compressor);
  CHECK(batch.has_value());  // one small uncompressed record
  return std::move(*batch);
}

}  // namespace spool::record
