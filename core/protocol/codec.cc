#include "core/protocol/codec.h"

#include <algorithm>
#include <bit>
#include <string>

#include "core/base/check.h"
#include "core/base/text.h"
#include "core/base/varint.h"
#include "core/protocol/field_access.h"

namespace spool::protocol {
namespace {

/// Elements reserved ahead of decoding them; beyond it an array grows as a vector does.
constexpr int64_t kReserveElementsMax = 1024;
constexpr int64_t kNullLength = -1;
/// Also where the length is compact (as in Kafka).
constexpr int64_t kStringBytesMax = 0x7fff;
constexpr int64_t kLengthMax = 0x7fffffff;

/// Reads one body. Every function returns false on the first defect, after noting what and where.
class Decoder {
 public:
  Decoder(BytesView body, int16_t version, bool is_flexible)
      : begin_(body.data()),
        at_(body.data()),
        end_(body.data() + body.size()),
        version_(version),
        is_flexible_(is_flexible) {}

  bool structure(const StructInfo& info, void* to);
  size_t consumed() const { return static_cast<size_t>(at_ - begin_); }
  std::string problem() const {
    return concat(field_ != nullptr ? field_->name : "tagged fields", ": ", reason_, " at byte ",
                  consumed());
  }

 private:
  bool value(const Field& field, void* to);
  bool tagged_value(const Field& field, void* to);
  bool string(const Field& field, void* to);
  bool bytes(const Field& field, void* to);
  bool records(const Field& field, void* to);
  bool array(const Field& field, void* to);
  bool elements(const Field& field, void* vector, int64_t count);
  bool nullable_structure(const Field& field, void* to);
  bool tagged_fields(const StructInfo& info, void* to);
  bool tagged_field(const StructInfo& info, void* to);

  bool is_compact(const Field& field) const { return is_flexible_ && !field.is_always_classic; }
  int64_t left() const { return end_ - at_; }
  bool fail(const char* reason) {
    reason_ = reason;
    return false;
  }

  template <class T>
  bool number(void* to) {
    if (left() < static_cast<int64_t>(sizeof(T))) return fail("the bytes end");
    const T value = load_be<T>(at_);
    std::memcpy(to, &value, sizeof value);
    at_ += sizeof(T);
    return true;
  }

  bool uvarint(uint32_t& out) {
    if (left() > 0 && *at_ < 0x80) {
      out = *at_++;
      return true;
    }
    return read_uvarint(at_, end_, out) || fail("a varint is cut off or too long");
  }

  /// Length of a string, of bytes or of an array. Kafka takes every negative number for null.
  template <class Classic>
  bool length(const Field& field, int64_t& out) {
    if (is_compact(field)) {
      uint32_t raw;
      if (!uvarint(raw)) return false;
      out = static_cast<int32_t>(raw - 1);
    } else {
      Classic raw;
      if (!number<Classic>(&raw)) return false;
      out = raw;
    }
    if (out < 0) out = kNullLength;
    return out <= left() || fail("a length exceeds the bytes left");
  }

  bool may_be_null(const Field& field) {
    return (field.is_optional || field.kind == Kind::records) && field.nullable.has(version_)
               ? true
               : fail("null where it may not be");
  }

  const uint8_t* begin_;
  const uint8_t* at_;
  const uint8_t* end_;
  const int16_t version_;
  const bool is_flexible_;
  int depth_ = 0;
  const Field* field_ = nullptr;
  const char* reason_ = "";
};

bool Decoder::structure(const StructInfo& info, void* to) {
  CHECK(++depth_ <= kNestingMax);
  for (const Field& field : info) {
    if (!field.versions.has(version_) || field.is_tagged(version_)) continue;
    field_ = &field;
    if (!value(field, member(field, to))) return false;
  }
  if (is_flexible_ && !tagged_fields(info, to)) return false;
  --depth_;
  return true;
}

bool Decoder::value(const Field& field, void* to) {
  switch (field.kind) {
    case Kind::boolean: {
      uint8_t byte;
      if (!number<uint8_t>(&byte)) return false;
      *static_cast<bool*>(to) = byte != 0;
      return true;
    }
    case Kind::int8:
      return number<int8_t>(to);
    case Kind::int16:
      return number<int16_t>(to);
    case Kind::uint16:
      return number<uint16_t>(to);
    case Kind::int32:
      return number<int32_t>(to);
    case Kind::uint32:
      return number<uint32_t>(to);
    case Kind::int64:
      return number<int64_t>(to);
    case Kind::float64:
      return number<uint64_t>(to);
    case Kind::uuid:
      if (left() < 16) return fail("the bytes end");
      std::memcpy(to, at_, 16);
      at_ += 16;
      return true;
    case Kind::string:
      return string(field, to);
    case Kind::bytes:
      return bytes(field, to);
    case Kind::records:
      return records(field, to);
    case Kind::array:
      return array(field, to);
    case Kind::structure:
      return field.is_optional ? nullable_structure(field, to) : structure(*field.info, to);
  }
  return false;
}

bool Decoder::string(const Field& field, void* to) {
  int64_t size;
  if (!length<int16_t>(field, size)) return false;
  if (size == kNullLength) {
    if (!may_be_null(field)) return false;
    static_cast<std::optional<std::string>*>(to)->reset();
    return true;
  }
  if (size > kStringBytesMax) return fail("a string is longer than 32767 bytes");
  std::string& text = field.is_optional ? static_cast<std::optional<std::string>*>(to)->emplace()
                                        : *static_cast<std::string*>(to);
  text.assign(reinterpret_cast<const char*>(at_), static_cast<size_t>(size));
  at_ += size;
  return true;
}

bool Decoder::bytes(const Field& field, void* to) {
  int64_t size;
  if (!length<int32_t>(field, size)) return false;
  if (size == kNullLength) {
    if (!may_be_null(field)) return false;
    static_cast<std::optional<BytesView>*>(to)->reset();
    return true;
  }
  const BytesView view(at_, static_cast<size_t>(size));
  if (field.is_optional)
    static_cast<std::optional<BytesView>*>(to)->emplace(view);
  else
    *static_cast<BytesView*>(to) = view;
  at_ += size;
  return true;
}

bool Decoder::records(const Field& field, void* to) {
  int64_t size;
  if (!length<int32_t>(field, size)) return false;
  auto& out = *static_cast<Records*>(to);
  out = Records{};
  if (size == kNullLength) return may_be_null(field);
  out.is_null = false;
  out.bytes = BytesView(at_, static_cast<size_t>(size));
  at_ += size;
  return true;
}

bool Decoder::array(const Field& field, void* to) {
  int64_t count;
  // An element takes at least one byte, so that the bytes left bound the count as they bound a
  // length.
  if (!length<int32_t>(field, count)) return false;
  if (count == kNullLength) {
    if (!may_be_null(field)) return false;
    field.optional->reset(to);
    return true;
  }
  if (count > kArrayElementsMax) return fail("an array has more than 1000000 elements");
  void* vector = field.is_optional ? field.optional->emplace(to) : to;
  return elements(field, vector, count);
}

bool Decoder::elements(const Field& field, void* vector, int64_t count) {
  const ArrayOps& ops = *field.array;
  ops.clear(vector);
  if (const size_t size = fixed_size(field.element); size != 0) {
    if (count * static_cast<int64_t>(size) > left()) return fail("a length exceeds the bytes left");
    if (count == 0) return true;
    auto* to = static_cast<uint8_t*>(ops.resize(vector, static_cast<size_t>(count)));
    const Field element = element_of(field);
    for (int64_t i = 0; i < count; ++i, to += size)
      if (!value(element, to)) return false;
    return true;
  }
  ops.reserve(vector, static_cast<size_t>(std::min(count, kReserveElementsMax)));
  if (field.element == Kind::structure) {
    for (int64_t i = 0; i < count; ++i)
      if (!structure(*field.info, ops.append(vector))) return false;
    return true;
  }
  const Field element = element_of(field);
  for (int64_t i = 0; i < count; ++i)
    if (!value(element, ops.append(vector))) return false;
  return true;
}

bool Decoder::nullable_structure(const Field& field, void* to) {
  int8_t marker;
  if (!number<int8_t>(&marker)) return false;
  if (marker >= 0) return structure(*field.info, field.optional->emplace(to));
  if (!may_be_null(field)) return false;
  field.optional->reset(to);
  return true;
}

bool Decoder::tagged_fields(const StructInfo& info, void* to) {
  uint32_t count;
  if (!uvarint(count)) return false;
  if (count == 0) return true;
  field_ = nullptr;
  if (count > kTaggedFieldsMax) return fail("there are more than 10000 tagged fields");
  for (uint32_t i = 0; i < count; ++i)
    if (!tagged_field(info, to)) return false;
  return true;
}

bool Decoder::tagged_field(const StructInfo& info, void* to) {
  field_ = nullptr;
  uint32_t tag;
  uint32_t size;
  if (!uvarint(tag) || !uvarint(size)) return false;
  if (static_cast<int64_t>(size) > left()) return fail("a length exceeds the bytes left");
  for (const Field& field : info) {
    if (field.tag < 0 || static_cast<uint32_t>(field.tag) != tag) continue;
    field_ = &field;
    if (!field.versions.has(version_) || !field.is_tagged(version_))
      return fail("not a field of this version");
    // The field sees its own bytes only, and has to use all of them.
    const uint8_t* outer_end = end_;
    end_ = at_ + size;
    if (!tagged_value(field, member(field, to))) return false;
    if (at_ != end_) return fail("a tagged field is shorter than its size says");
    end_ = outer_end;
    return true;
  }
  unknown_tags(info, to).push_back({tag, Buffer(at_, at_ + size)});
  at_ += size;
  return true;
}

/// As value(), but for a structure: one that came before under the same tag leaves no trace, and
/// one that may be null is announced by a uvarint.
bool Decoder::tagged_value(const Field& field, void* to) {
  if (field.kind != Kind::structure) return value(field, to);
  if (!field.is_optional) {
    field.info->reset(to);
    return structure(*field.info, to);
  }
  uint32_t marker;
  if (!uvarint(marker)) return false;
  if (marker != 0) return structure(*field.info, field.optional->emplace(to));
  if (!may_be_null(field)) return false;
  field.optional->reset(to);
  return true;
}

/// Where an encoder puts its bytes: at the end of a buffer, which grows in large steps and is cut
/// at the end.
class Writer {
 public:
  Writer(Buffer& out, std::vector<Splice>* splices)
      : out_(out), size_(out.size()), splices_(splices) {}
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  uint8_t* grow(size_t count) {
    if (out_.size() - size_ < count)
      out_.resize(std::max({out_.size() * 2, size_ + count, size_t{256}}));
    uint8_t* at = out_.data() + size_;
    size_ += count;
    return at;
  }
  void give_back(size_t count) { size_ -= count; }
  bool splice(int64_t external_bytes) {
    if (splices_ == nullptr) return false;
    splices_->push_back({size_, external_bytes});
    return true;
  }
  void cut(size_t size) { out_.resize(size); }
  size_t size() const { return size_; }

 private:
  Buffer& out_;
  size_t size_;
  std::vector<Splice>* splices_;
};

/// The other place: nowhere. Only counts.
class Counter {
 public:
  void count(size_t bytes) { size_ += bytes; }
  bool splice(int64_t) { return true; }
  size_t size() const { return size_; }

 private:
  size_t size_ = 0;
};

template <class Sink>
class Encoder {
 public:
  Encoder(Sink& sink, int16_t version, bool is_flexible)
      : sink_(sink), version_(version), is_flexible_(is_flexible) {}

  bool structure(const StructInfo& info, const void* from);
  Error problem(std::string_view where) const {
    return Error(code_, concat(where, ": ", field_ != nullptr ? field_->name : "tagged fields",
                               ": ", reason_));
  }

 private:
  template <class Other>
  friend class Encoder;

  bool value(const Field& field, const void* from);
  bool tagged_value(const Field& field, const void* from);
  bool string(const Field& field, const void* from);
  bool bytes(const Field& field, const void* from);
  bool records(const Field& field, const Records& from);
  bool array(const Field& field, const void* from);
  bool nullable_structure(const Field& field, const void* from);
  bool tagged_fields(const StructInfo& info, const void* from);
  bool known_tag(const Field& field, const void* from);

  bool is_compact(const Field& field) const { return is_flexible_ && !field.is_always_classic; }
  bool fail(ErrorCode code, const char* reason) {
    code_ = code;
    reason_ = reason;
    return false;
  }

  template <class T>
  void number(T value) {
    if constexpr (std::is_same_v<Sink, Counter>)
      sink_.count(sizeof value);
    else
      store_be(sink_.grow(sizeof value), value);
  }
  void uvarint(uint64_t value) {
    if constexpr (std::is_same_v<Sink, Counter>) {
      sink_.count(static_cast<size_t>(uvarint_size(value)));
    } else {
      uint8_t* at = sink_.grow(kVarlongBytesMax);
      sink_.give_back(static_cast<size_t>(at + kVarlongBytesMax - write_uvarint(at, value)));
    }
  }
  void raw(const void* from, size_t size) {
    if constexpr (std::is_same_v<Sink, Counter>)
      sink_.count(size);
    else if (size != 0)
      std::memcpy(sink_.grow(size), from, size);
  }

  template <class Classic>
  bool length(const Field& field, int64_t size) {
    if (size > (std::is_same_v<Classic, int16_t> ? kStringBytesMax : kLengthMax - 1))
      return fail(ErrorCode::invalid_argument, "too long");
    if (is_compact(field))
      uvarint(static_cast<uint64_t>(size + 1));
    else
      number(static_cast<Classic>(size));
    return true;
  }
  template <class Classic>
  bool null(const Field& field) {
    if (!field.nullable.has(version_))
      return fail(ErrorCode::invalid_argument, "null where it may not be");
    return length<Classic>(field, kNullLength);
  }

  Sink& sink_;
  const int16_t version_;
  const bool is_flexible_;
  const Field* field_ = nullptr;
  const char* reason_ = "";
  ErrorCode code_ = ErrorCode::invalid_argument;
};

template <class Sink>
bool Encoder<Sink>::structure(const StructInfo& info, const void* from) {
  for (const Field& field : info) {
    field_ = &field;
    if (!field.versions.has(version_)) {
      if (field.is_ignorable || is_default(field, member(field, from))) continue;
      return fail(ErrorCode::unsupported_version, "has a value that this version cannot carry");
    }
    if (field.is_tagged(version_)) continue;
    if (!value(field, member(field, from))) return false;
  }
  if (is_flexible_) return tagged_fields(info, from);
  field_ = nullptr;
  return unknown_tags(info, from).empty() ||
         fail(ErrorCode::unsupported_version, "this version has no tagged fields");
}

template <class Sink>
bool Encoder<Sink>::value(const Field& field, const void* from) {
  switch (field.kind) {
    case Kind::boolean:
      number(static_cast<uint8_t>(detail::as<bool>(from)));
      return true;
    case Kind::int8:
      number(detail::as<int8_t>(from));
      return true;
    case Kind::int16:
      number(detail::as<int16_t>(from));
      return true;
    case Kind::uint16:
      number(detail::as<uint16_t>(from));
      return true;
    case Kind::int32:
      number(detail::as<int32_t>(from));
      return true;
    case Kind::uint32:
      number(detail::as<uint32_t>(from));
      return true;
    case Kind::int64:
      number(detail::as<int64_t>(from));
      return true;
    case Kind::float64:
      number(std::bit_cast<uint64_t>(detail::as<double>(from)));
      return true;
    case Kind::uuid:
      raw(from, 16);
      return true;
    case Kind::string:
      return string(field, from);
    case Kind::bytes:
      return bytes(field, from);
    case Kind::records:
      return records(field, detail::as<Records>(from));
    case Kind::array:
      return array(field, from);
    case Kind::structure:
      return field.is_optional ? nullable_structure(field, from) : structure(*field.info, from);
  }
  return false;
}

/// What is there to be read by people: it may quote names as long as the wire carries, and then is
/// too long itself. Any other string means something whole or not at all.
bool is_prose(const Field& field) { return field.name.ends_with("ErrorMessage"); }

/// What a string has room for, in whole characters of UTF-8.
std::string_view cut_prose(std::string_view text) {
  if (text.size() <= kStringBytesMax) return text;
  const auto is_inside = [&](size_t at) { return (text[at] & 0xc0) == 0x80; };
  size_t size = kStringBytesMax;
  while (size > 0 && is_inside(size)) --size;
  return text.substr(0, size);
}

template <class Sink>
bool Encoder<Sink>::string(const Field& field, const void* from) {
  const std::string* text = string_at(field, from);
  if (text == nullptr) return null<int16_t>(field);
  const std::string_view carried = is_prose(field) ? cut_prose(*text) : *text;
  if (!length<int16_t>(field, static_cast<int64_t>(carried.size()))) return false;
  raw(carried.data(), carried.size());
  return true;
}

template <class Sink>
bool Encoder<Sink>::bytes(const Field& field, const void* from) {
  const BytesView* view = bytes_at(field, from);
  if (view == nullptr) return null<int32_t>(field);
  if (!length<int32_t>(field, static_cast<int64_t>(view->size()))) return false;
  raw(view->data(), view->size());
  return true;
}

template <class Sink>
bool Encoder<Sink>::records(const Field& field, const Records& from) {
  if (from.is_null) return null<int32_t>(field);
  if (from.external_bytes < 0 || from.external_bytes > kLengthMax)
    return fail(ErrorCode::invalid_argument, "too long");
  if (!length<int32_t>(field, static_cast<int64_t>(from.bytes.size()) + from.external_bytes))
    return false;
  raw(from.bytes.data(), from.bytes.size());
  return from.external_bytes == 0 || sink_.splice(from.external_bytes) ||
         fail(ErrorCode::invalid_argument, "has external bytes, and the caller takes none");
}

template <class Sink>
bool Encoder<Sink>::array(const Field& field, const void* from) {
  const void* vector = array_at(field, from);
  if (vector == nullptr) return null<int32_t>(field);
  const ArrayOps& ops = *field.array;
  const size_t count = ops.size(vector);
  if (!length<int32_t>(field, static_cast<int64_t>(count))) return false;
  const auto* at = static_cast<const uint8_t*>(ops.data(vector));
  const Field element = element_of(field);
  for (size_t i = 0; i < count; ++i, at += ops.stride)
    if (!value(element, at)) return false;
  return true;
}

template <class Sink>
bool Encoder<Sink>::nullable_structure(const Field& field, const void* from) {
  if (const void* inner = field.optional->get(from)) {
    number(int8_t{1});
    return structure(*field.info, inner);
  }
  if (!field.nullable.has(version_))
    return fail(ErrorCode::invalid_argument, "null where it may not be");
  number(int8_t{-1});
  return true;
}

/// Known and unknown fields, ascending by tag.
template <class Sink>
bool Encoder<Sink>::tagged_fields(const StructInfo& info, const void* from) {
  const std::vector<UnknownTag>& unknown = unknown_tags(info, from);
  if (!info.has_tagged_fields && unknown.empty()) {
    number(uint8_t{0});
    return true;
  }
  struct Entry {
    uint32_t tag;
    size_t index;  // keeps equal tags, which only unknown fields can have, in their order
    const Field* field;
    const UnknownTag* unknown;
  };
  std::vector<Entry> entries;
  for (const Field& field : info)
    if (field.versions.has(version_) && field.is_tagged(version_) &&
        !is_default(field, member(field, from)))
      entries.push_back({static_cast<uint32_t>(field.tag), entries.size(), &field, nullptr});
  for (const UnknownTag& each : unknown)
    entries.push_back({each.tag, entries.size(), nullptr, &each});
  std::ranges::sort(entries, {},
                    [](const Entry& entry) { return std::pair(entry.tag, entry.index); });
  uvarint(entries.size());
  for (const Entry& entry : entries) {
    uvarint(entry.tag);
    if (entry.field != nullptr) {
      if (!known_tag(*entry.field, member(*entry.field, from))) return false;
    } else {
      uvarint(entry.unknown->bytes.size());
      raw(entry.unknown->bytes.data(), entry.unknown->bytes.size());
    }
  }
  return true;
}

/// Size and value. The size comes first on the wire, so the value is counted before it is written.
template <class Sink>
bool Encoder<Sink>::known_tag(const Field& field, const void* from) {
  Counter counter;
  Encoder<Counter> sizer(counter, version_, is_flexible_);
  sizer.field_ = field_ = &field;
  if (!sizer.tagged_value(field, from)) {
    field_ = sizer.field_;
    return fail(sizer.code_, sizer.reason_);
  }
  uvarint(counter.size());
  return tagged_value(field, from);
}

template <class Sink>
bool Encoder<Sink>::tagged_value(const Field& field, const void* from) {
  if (field.kind != Kind::structure || !field.is_optional) return value(field, from);
  const void* inner = field.optional->get(from);
  uvarint(inner != nullptr ? 1 : 0);
  if (inner != nullptr) return structure(*field.info, inner);
  return field.nullable.has(version_) ||
         fail(ErrorCode::invalid_argument, "null where it may not be");
}

std::string name_and_version(const MessageInfo& info, int16_t version) {
  return concat(info.name, " v", version);
}

Status check_version(const MessageInfo& info, int16_t version) {
  if (info.versions.has(version)) return {};
  return fail(ErrorCode::unsupported_version,
              concat(name_and_version(info, version), ": versions ", info.versions.min, " to ",
                     info.versions.max, " exist"));
}

}  // namespace

Status decode_message(const Schema& schema, void* message, BytesView body, int16_t version,
                      size_t* consumed) {
  const MessageInfo& info = *schema.message;
  TRY(check_version(info, version));
  Decoder decoder(body, version, info.flexible.has(version));
  if (!decoder.structure(*schema.root, message))
    return fail(ErrorCode::parse_error,
                concat(name_and_version(info, version), ": ", decoder.problem()));
  if (consumed != nullptr) *consumed = decoder.consumed();
  return {};
}

Status encode_message(const Schema& schema, const void* message, int16_t version, Buffer& out,
                      std::vector<Splice>* splices) {
  const MessageInfo& info = *schema.message;
  TRY(check_version(info, version));
  const size_t size_before = out.size();
  const size_t splices_before = splices != nullptr ? splices->size() : 0;
  Writer writer(out, splices);
  Encoder<Writer> encoder(writer, version, info.flexible.has(version));
  if (encoder.structure(*schema.root, message)) {
    writer.cut(writer.size());
    return {};
  }
  writer.cut(size_before);
  if (splices != nullptr) splices->resize(splices_before);
  return fail(encoder.problem(name_and_version(info, version)));
}

Result<size_t> encoded_size_of(const Schema& schema, const void* message, int16_t version) {
  const MessageInfo& info = *schema.message;
  TRY(check_version(info, version));
  Counter counter;
  Encoder<Counter> encoder(counter, version, info.flexible.has(version));
  if (!encoder.structure(*schema.root, message))
    return fail(encoder.problem(name_and_version(info, version)));
  return counter.size();
}

}  // namespace spool::protocol
