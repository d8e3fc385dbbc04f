#pragma once

#include <cstdint>

#include "core/base/bytes.h"

/// Base-128 integers, least significant group first (storage-format: uvarint at most 5 bytes, varlong at most 10).
/// Readers take a cursor and an end and return false, leaving the cursor anywhere, when the bytes run out or the
/// encoding is longer than its type allows.
namespace spool {

inline constexpr int kUvarintBytesMax = 5;
inline constexpr int kVarlongBytesMax = 10;

inline constexpr uint32_t zigzag32(int32_t n) {
  return (static_cast<uint32_t>(n) << 1) ^ static_cast<uint32_t>(n >> 31);
}
inline constexpr int32_t unzigzag32(uint32_t n) {
  return static_cast<int32_t>((n >> 1) ^ (0u - (n & 1)));
}
inline constexpr uint64_t zigzag64(int64_t n) {
  return (static_cast<uint64_t>(n) << 1) ^ static_cast<uint64_t>(n >> 63);
}
inline constexpr int64_t unzigzag64(uint64_t n) {
  return static_cast<int64_t>((n >> 1) ^ (uint64_t{0} - (n & 1)));
}

inline bool read_uvarint(const uint8_t*& at, const uint8_t* end, uint32_t& out) {
  uint32_t value = 0;
  for (int shift = 0; shift < 35; shift += 7) {
    if (at == end) return false;
    const uint8_t byte = *at++;
    value |= static_cast<uint32_t>(byte & 0x7f) << shift;
    if (byte < 0x80) {
      out = value;
      return true;
    }
  }
  return false;
}

inline bool read_uvarlong(const uint8_t*& at, const uint8_t* end, uint64_t& out) {
  uint64_t value = 0;
  for (int shift = 0; shift < 70; shift += 7) {
    if (at == end) return false;
    const uint8_t byte = *at++;
    value |= static_cast<uint64_t>(byte & 0x7f) << shift;
    if (byte < 0x80) {
      out = value;
      return true;
    }
  }
  return false;
}

inline bool read_varint(const uint8_t*& at, const uint8_t* end, int32_t& out) {
  uint32_t raw;
  if (!read_uvarint(at, end, raw)) return false;
  out = unzigzag32(raw);
  return true;
}

inline bool read_varlong(const uint8_t*& at, const uint8_t* end, int64_t& out) {
  uint64_t raw;
  if (!read_uvarlong(at, end, raw)) return false;
  out = unzigzag64(raw);
  return true;
}

inline constexpr int uvarint_size(uint64_t n) {
  int size = 1;
  while (n >= 0x80) {
    n >>= 7;
    ++size;
  }
  return size;
}

/// Writes at most 10 bytes (5 for values below 2^32); returns the end.
inline uint8_t* write_uvarint(uint8_t* to, uint64_t n) {
  while (n >= 0x80) {
    *to++ = static_cast<uint8_t>(n | 0x80);
    n >>= 7;
  }
  *to++ = static_cast<uint8_t>(n);
  return to;
}
inline uint8_t* write_varint(uint8_t* to, int32_t n) { return write_uvarint(to, zigzag32(n)); }
inline uint8_t* write_varlong(uint8_t* to, int64_t n) { return write_uvarint(to, zigzag64(n)); }

inline void append_uvarint(Buffer& out, uint64_t n) {
  uint8_t bytes[kVarlongBytesMax];
  out.insert(out.end(), bytes, write_uvarint(bytes, n));
}
inline void append_varint(Buffer& out, int32_t n) { append_uvarint(out, zigzag32(n)); }
inline void append_varlong(Buffer& out, int64_t n) { append_uvarint(out, zigzag64(n)); }

}  // namespace spool
