#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace spool {

/// Borrowed bytes. Whoever holds one says what keeps the bytes alive.
using BytesView = std::span<const uint8_t>;
/// Borrowed bytes that may be changed.
using MutableBytes = std::span<uint8_t>;
/// Owned bytes; moved, rarely copied.
using Buffer = std::vector<uint8_t>;

inline BytesView as_bytes(std::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}
inline std::string_view as_text(BytesView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}
inline Buffer to_buffer(BytesView bytes) { return Buffer(bytes.begin(), bytes.end()); }
inline void append(Buffer& out, BytesView bytes) {
  out.insert(out.end(), bytes.begin(), bytes.end());
}

/// Reads a big-endian integer. `from` must have sizeof(T) readable bytes.
template <class T>
T load_be(const uint8_t* from) {
  T value;
  std::memcpy(&value, from, sizeof value);
  if constexpr (sizeof(T) == 2) return static_cast<T>(__builtin_bswap16(static_cast<uint16_t>(value)));
  if constexpr (sizeof(T) == 4) return static_cast<T>(__builtin_bswap32(static_cast<uint32_t>(value)));
  if constexpr (sizeof(T) == 8) return static_cast<T>(__builtin_bswap64(static_cast<uint64_t>(value)));
  return value;
}

/// Writes a big-endian integer. `to` must have sizeof(T) writable bytes.
template <class T>
void store_be(uint8_t* to, T value) {
  T swapped = load_be<T>(reinterpret_cast<const uint8_t*>(&value));
  std::memcpy(to, &swapped, sizeof swapped);
}

template <class T>
void append_be(Buffer& out, T value) {
  const size_t at = out.size();
  out.resize(at + sizeof value);
  store_be(out.data() + at, value);
}

static_assert(std::endian::native == std::endian::little, "load_be and store_be assume a little-endian machine");

}  // namespace spool
