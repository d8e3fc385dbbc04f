#include "cli/io/record_frames.h"

#include "core/base/crc.h"
#include "core/base/text.h"
#include "core/base/varint.h"

namespace spool::cli {

namespace {

constexpr std::string_view kMagic = "\x89spoolF\x01";
constexpr uint64_t kFrameBytesMax = size_t{1} << 30;
constexpr size_t kTopicsMax = 1 << 20;

void append_uvarint_text(std::string& out, uint64_t n) {
  uint8_t bytes[kVarlongBytesMax];
  const uint8_t* const end = write_uvarint(bytes, n);
  out.append(reinterpret_cast<const char*>(bytes), static_cast<size_t>(end - bytes));
}

void append_varint_text(std::string& out, int64_t n) { append_uvarint_text(out, zigzag64(n)); }

void append_nullable(std::string& out, const std::optional<BytesView>& bytes) {
  append_uvarint_text(out, bytes ? bytes->size() + 1 : 0);
  if (bytes) out += as_text(*bytes);
}

/// Takes values off the front of a frame's body; is_good() turns false when it ends too early.
class BodyReader {
 public:
  explicit BodyReader(std::string_view body)
      : at_(as_bytes(body).data()), end_(at_ + body.size()) {}

  uint64_t uvarint() {
    uint64_t n = 0;
    is_good_ = is_good_ && read_uvarlong(at_, end_, n);
    return is_good_ ? n : 0;
  }
  int64_t varint() { return unzigzag64(uvarint()); }
  void skip_byte() {
    is_good_ = is_good_ && at_ < end_;
    if (is_good_) ++at_;
  }
  std::optional<BytesView> nullable() {
    const uint64_t size = uvarint();
    if (size == 0) return std::nullopt;
    is_good_ = is_good_ && size - 1 <= static_cast<uint64_t>(end_ - at_);
    if (!is_good_) return std::nullopt;
    const BytesView out(at_, static_cast<size_t>(size - 1));
    at_ += out.size();
    return out;
  }
  bool is_good() const { return is_good_; }
  bool is_at_end() const { return at_ == end_; }

 private:
  const uint8_t* at_;
  const uint8_t* end_;
  bool is_good_ = true;
};

/// Reads a uvarint at `at`; false when the bytes end inside it or it has too many.
enum class Varint : uint8_t { good, more, bad };
Varint read_size(std::string_view bytes, size_t& at, uint64_t& out) {
  const uint8_t* const begin = as_bytes(bytes).data();
  const uint8_t* from = begin + at;
  if (read_uvarlong(from, begin + bytes.size(), out)) {
    at = static_cast<size_t>(from - begin);
    return Varint::good;
  }
  return bytes.size() - at >= static_cast<size_t>(kVarlongBytesMax) ? Varint::bad : Varint::more;
}

}  // namespace

void FrameWriter::sum(std::string_view bytes) { crc_ = crc32c(as_bytes(bytes), crc_); }

void FrameWriter::begin(std::string& out) {
  out += kMagic;
  sum(kMagic);
}

void FrameWriter::append(std::string& out, const ShownRecord& shown) {
  const size_t begin = out.size();
  auto topic = topics_.find(shown.topic);
  if (topic == topics_.end()) {
    topic = topics_.emplace(shown.topic, topics_.size()).first;
    out += 'T';
    append_uvarint_text(out, shown.topic.size());
    out += shown.topic;
  }
  const record::RecordView& record = shown.record;
  body_.clear();
  append_uvarint_text(body_, topic->second);
  append_varint_text(body_, shown.partition.value);
  append_varint_text(body_, record.offset.value);
  append_varint_text(body_, record.timestamp_ms);
  body_ += static_cast<char>(shown.timestamp_type);
  append_varint_text(body_, shown.leader_epoch.value);
  append_nullable(body_, record.key);
  append_nullable(body_, record.value);
  append_uvarint_text(body_, static_cast<uint64_t>(record.headers_count));
  record::HeaderCursor cursor(record);
  while (const auto header = cursor.next()) {
    append_nullable(body_, header->key);
    append_nullable(body_, header->value);
  }
  out += 'R';
  append_uvarint_text(out, body_.size());
  out += body_;
  ++count_;
  sum(std::string_view(out).substr(begin));
}

void FrameWriter::end(std::string& out) {
  const size_t begin = out.size();
  out += 'E';
  append_uvarint_text(out, static_cast<uint64_t>(count_));
  sum(std::string_view(out).substr(begin));
  for (int i = 0; i < 4; ++i) out += static_cast<char>(crc_ >> (8 * i) & 0xff);
}

std::unexpected<Error> FrameCutter::cut_short() const {
  return fail(ErrorCode::parse_error,
              concat("the frames were cut: they end without an end behind record ", count_));
}

Result<RecordCutter::Cut> FrameCutter::cut(std::string_view bytes, bool is_end, InputRecord& out) {
  if (has_ended_) return fail(ErrorCode::parse_error, "something follows the end of the frames");
  TRY_ASSIGN(Cut cut, cut_frame(bytes, is_end, out));
  if (cut.kind == Cut::Kind::more && is_end) return cut_short();
  // The end frame's sum has been taken already, without its own checksum.
  if (!has_ended_) crc_ = crc32c(as_bytes(bytes.substr(0, cut.taken)), crc_);
  return cut;
}

Result<RecordCutter::Cut> FrameCutter::cut_frame(std::string_view bytes, bool is_end,
                                                 InputRecord& out) {
  if (!has_begun_) {
    const std::string_view begin = bytes.substr(0, kMagic.size());
    if (!kMagic.starts_with(begin))
      return fail(ErrorCode::parse_error,
                  "these are no frames: 'consume --output frames' makes them");
    if (begin.size() < kMagic.size()) return more();
    has_begun_ = true;
    return nothing(kMagic.size());
  }
  if (bytes[0] == 'E') return read_end(bytes, is_end);
  if (bytes[0] != 'T' && bytes[0] != 'R')
    return fail(ErrorCode::parse_error,
                concat("the frames are damaged behind record ", count_, ": no frame begins with 0x",
                       hex(bytes.substr(0, 1))));
  size_t at = 1;
  uint64_t size = 0;
  const Varint read = read_size(bytes, at, size);
  if (read == Varint::more) return more();
  if (read == Varint::bad || size > kFrameBytesMax)
    return fail(ErrorCode::parse_error,
                concat("the frames are damaged behind record ", count_, ": an impossible length"));
  if (bytes.size() - at < size) return more();
  const std::string_view body = bytes.substr(at, size);
  at += size;
  if (bytes[0] == 'T') {
    if (topics_.size() == kTopicsMax)
      return fail(ErrorCode::parse_error, "the frames name too many topics");
    topics_.emplace_back(body);
    return nothing(at);
  }
  if (const Status record = read_record(body, out); !record)
    return fail(record.error().with_context(concat("frame of record ", count_ + 1)));
  ++count_;
  return taken_record(at);
}

Status FrameCutter::read_record(std::string_view body, InputRecord& out) {
  BodyReader reader(body);
  const uint64_t topic = reader.uvarint();
  const int64_t partition = reader.varint();
  (void)reader.varint();  // offset
  out.timestamp_ms = reader.varint();
  reader.skip_byte();     // timestamp type
  (void)reader.varint();  // leader epoch
  out.key = reader.nullable();
  out.value = reader.nullable();
  out.has_key = true;
  const uint64_t headers = reader.uvarint();
  for (uint64_t i = 0; i < headers && reader.is_good(); ++i) {
    const auto name = reader.nullable();
    const auto value = reader.nullable();
    if (!name) return fail(ErrorCode::parse_error, "a header without a name");
    out.headers.push_back({*name, value});
  }
  if (!reader.is_good() || !reader.is_at_end())
    return fail(ErrorCode::parse_error, "its parts do not fill it");
  if (topic >= topics_.size()) return fail(ErrorCode::parse_error, "of no topic");
  if (partition < 0 || partition > INT32_MAX)
    return fail(ErrorCode::parse_error, "of an impossible partition");
  out.topic = topics_[topic];
  out.partition = Partition(static_cast<int32_t>(partition));
  return {};
}

Result<RecordCutter::Cut> FrameCutter::read_end(std::string_view bytes, bool) {
  size_t at = 1;
  uint64_t count = 0;
  const Varint read = read_size(bytes, at, count);
  if (read == Varint::bad) return fail(ErrorCode::parse_error, "the end of the frames is damaged");
  if (read == Varint::more || bytes.size() - at < 4) return more();
  const uint32_t sum = crc32c(as_bytes(bytes.substr(0, at)), crc_);
  uint32_t stored = 0;
  for (int i = 0; i < 4; ++i)
    stored |= uint32_t{static_cast<uint8_t>(bytes[at + static_cast<size_t>(i)])} << (8 * i);
  if (count != static_cast<uint64_t>(count_))
    return fail(ErrorCode::parse_error,
                concat("the frames are damaged: ", count_, " records, and the end says ", count));
  if (sum != stored)
    return fail(ErrorCode::parse_error, "the frames are damaged: their checksum does not match");
  has_ended_ = true;
  return nothing(at + 4);
}

Status FrameCutter::finish() {
  if (!has_ended_) return cut_short();
  return {};
}

}  // namespace spool::cli
