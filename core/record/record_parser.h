#pragma once

/// One record of a v2 batch (storage-format 2.2), parsed in place. In a header of its own because
/// three loops that run per record (cursor, validation, compaction) inline it.
///
///   length varint | attributes int8 | timestamp delta varlong | offset delta varint
///   key length varint, key | value length varint, value | header count varint
///   per header: key length varint, key | value length varint, value
///
/// Valid: every length lies inside the record and the record's length is exactly what its fields
/// use. A key or value length below 0 is null; header keys are never null.

#include <cstdint>

#include "core/base/bytes.h"
#include "core/base/varint.h"

namespace spool::record {

/// The fields as encoded; pointers into the batch. A null key or value has a null pointer, an empty
/// one has not.
struct RawRecord {
  int64_t timestamp_delta = 0;
  int32_t offset_delta = 0;
  int32_t headers_count = 0;
  const uint8_t* key = nullptr;
  size_t key_bytes = 0;
  const uint8_t* value = nullptr;
  size_t value_bytes = 0;
  const uint8_t* headers = nullptr;  ///< up to the record's end
  size_t headers_bytes = 0;
};

namespace parser_detail {

// Nearly all numbers of a record have one byte or two.
inline bool read_length(const uint8_t*& at, const uint8_t* end, int32_t& out) {
  if (end - at >= 2) [[likely]] {
    if (at[0] < 0x80) {
      out = unzigzag32(*at++);
      return true;
    }
    if (at[1] < 0x80) {
      out = unzigzag32((at[0] & 0x7fu) | uint32_t{at[1]} << 7);
      at += 2;
      return true;
    }
  }
  return read_varint(at, end, out);
}

inline bool read_delta(const uint8_t*& at, const uint8_t* end, int64_t& out) {
  if (at != end && *at < 0x80) [[likely]] {
    out = unzigzag64(*at++);
    return true;
  }
  return read_varlong(at, end, out);
}

inline bool read_nullable(const uint8_t*& at, const uint8_t* end, const uint8_t*& data,
                          size_t& size) {
  int32_t length;
  if (!read_length(at, end, length)) return false;
  if (length < 0) {
    data = nullptr;
    size = 0;
    return true;
  }
  if (length > end - at) return false;
  data = at;
  size = static_cast<size_t>(length);
  at += length;
  return true;
}

inline bool skip_headers(const uint8_t*& at, const uint8_t* end, int32_t count) {
  for (; count > 0; --count) {
    int32_t key_length;
    if (!read_length(at, end, key_length) || key_length < 0 || key_length > end - at) return false;
    at += key_length;
    const uint8_t* value;
    size_t value_bytes;
    if (!read_nullable(at, end, value, value_bytes)) return false;
  }
  return true;
}

}  // namespace parser_detail

/// Parses the record at `begin` and moves `begin` behind it. False when it breaks a rule; `begin` is
/// then anywhere.
inline bool parse_record(const uint8_t*& begin, const uint8_t* end, RawRecord& out) {
  using namespace parser_detail;
  const uint8_t* at = begin;
  int32_t length;
  if (!read_length(at, end, length) || length < 1 || length > end - at) return false;
  const uint8_t* const record_end = at + length;
  ++at;  // attributes: no bit is defined
  if (!read_delta(at, record_end, out.timestamp_delta)) return false;
  if (!read_length(at, record_end, out.offset_delta)) return false;
  if (!read_nullable(at, record_end, out.key, out.key_bytes)) return false;
  if (!read_nullable(at, record_end, out.value, out.value_bytes)) return false;
  if (!read_length(at, record_end, out.headers_count)) return false;
  if (out.headers_count < 0 || out.headers_count > record_end - at) return false;
  out.headers = at;
  out.headers_bytes = static_cast<size_t>(record_end - at);
  // The next record is found by this one's length: it need not wait for the fields.
  begin = record_end;
  return skip_headers(at, record_end, out.headers_count) && at == record_end;
}

}  // namespace spool::record
