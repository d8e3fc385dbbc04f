#include "core/record/batch.h"

#include <limits>

#include "core/base/check.h"
#include "core/base/crc.h"
#include "core/base/text.h"
#include "core/record/record_parser.h"

namespace spool::record {

namespace {

std::optional<BytesView> optional_view(const uint8_t* data, size_t size) {
  if (data == nullptr) return std::nullopt;
  return BytesView(data, size);
}

}  // namespace

BatchView::BatchView(BytesView bytes) {
  CHECK(bytes.size() >= kBatchHeaderBytes);
  const int64_t size = int64_t{load_be<int32_t>(bytes.data() + 8)} + int64_t{kEntryFrameBytes};
  CHECK(size >= int64_t{kBatchHeaderBytes} && size <= static_cast<int64_t>(bytes.size()));
  bytes_ = bytes.first(static_cast<size_t>(size));
}

bool BatchView::is_crc_valid() const { return crc32c(bytes_.subspan(kCrcStart)) == crc(); }

int32_t BatchView::last_sequence() const {
  const int32_t base = base_sequence();
  return base == -1 ? -1 : advance_sequence(base, last_offset_delta());
}

void set_base_offset(MutableBytes batch, Offset base_offset) {
  store_be(batch.data(), base_offset.value);
}

void set_leader_epoch(MutableBytes batch, LeaderEpoch leader_epoch) {
  store_be(batch.data() + 12, leader_epoch.value);
}

void set_producer(MutableBytes batch, ProducerId producer_id, ProducerEpoch producer_epoch,
                  int32_t base_sequence, bool is_transactional) {
  const auto attributes = static_cast<uint16_t>(BatchView(batch).attributes());
  store_be<uint16_t>(batch.data() + 21,
                     static_cast<uint16_t>((attributes & ~16u) | (is_transactional ? 16u : 0u)));
  store_be(batch.data() + 43, producer_id.value);
  store_be(batch.data() + 51, producer_epoch.value);
  store_be(batch.data() + 53, base_sequence);
  update_crc(batch);
}

void update_crc(MutableBytes batch) {
  const BatchView view(batch);
  store_be<uint32_t>(batch.data() + 17, crc32c(view.bytes().subspan(kCrcStart)));
}

int32_t advance_sequence(int32_t sequence, int32_t by) {
  constexpr int64_t kPeriod = int64_t{std::numeric_limits<int32_t>::max()} + 1;
  const int64_t sum = int64_t{sequence} + by;
  return static_cast<int32_t>(sum >= kPeriod ? sum - kPeriod : sum);
}

std::optional<HeaderView> HeaderCursor::next() {
  if (left_ <= 0) return std::nullopt;
  --left_;
  const uint8_t* at = rest_.data();
  const uint8_t* const end = at + rest_.size();
  HeaderView header;
  const uint8_t* data;
  size_t size;
  CHECK(parser_detail::read_nullable(at, end, data, size));
  header.key = BytesView(data, size);
  CHECK(parser_detail::read_nullable(at, end, data, size));
  header.value = optional_view(data, size);
  rest_ = BytesView(at, static_cast<size_t>(end - at));
  return header;
}

RecordCursor::RecordCursor(const BatchView& batch, BytesView records)
    : rest_(records),
      base_offset_(batch.base_offset()),
      base_timestamp_(batch.base_timestamp()),
      append_time_(batch.max_timestamp()),
      is_append_time_(batch.timestamp_type() == TimestampType::log_append_time),
      base_sequence_(batch.base_sequence()),
      count_(batch.records_count()) {}

Status RecordCursor::status() const {
  if (count_ < 0) return fail(ErrorCode::invalid_record, concat("negative record count ", count_));
  if (is_malformed_ && rest_.empty())
    return fail(ErrorCode::invalid_record, concat("only ", index_, " of ", count_, " records"));
  if (is_malformed_)
    return fail(ErrorCode::invalid_record,
                concat("record ", index_, " of ", count_, " is malformed"));
  if (!rest_.empty())
    return fail(ErrorCode::invalid_record,
                concat(rest_.size(), " bytes left over after ", count_, " records"));
  return {};
}

Result<std::optional<RecordView>> RecordCursor::next() {
  std::optional<RecordView> record(std::in_place);
  if (next(*record)) return record;
  TRY(status());
  return std::nullopt;
}

}  // namespace spool::record
