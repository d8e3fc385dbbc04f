#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/bytes.h"

namespace spool {

/// 16 bytes; the text form is Base64 with the URL alphabet without padding, always 22 characters (storage-format 0.4).
struct Uuid {
  std::array<uint8_t, 16> bytes{};

  static Uuid from_halves(uint64_t high, uint64_t low);
  /// nullopt unless `text` is exactly the 22-character form.
  static std::optional<Uuid> parse(std::string_view text);
  /// Random, never reserved (the first 100 values) and never starting with '-'. `random16` supplies the bytes and is
  /// called again while the result is not usable.
  template <class RandomBytes>
  static Uuid random(RandomBytes&& random16) {
    for (;;) {
      Uuid id;
      random16(id.bytes);
      id.bytes[6] = static_cast<uint8_t>((id.bytes[6] & 0x0f) | 0x40);
      id.bytes[8] = static_cast<uint8_t>((id.bytes[8] & 0x3f) | 0x80);
      if (id.to_string()[0] != '-') return id;
    }
  }

  std::string to_string() const;
  bool is_zero() const { return *this == Uuid{}; }
  auto operator<=>(const Uuid&) const = default;
};

inline constexpr Uuid kZeroUuid{};
/// The topic id of __cluster_metadata; the same bits mean "unassigned" as a directory id.
inline constexpr Uuid kOneUuid{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}};

}  // namespace spool

template <>
struct std::hash<spool::Uuid> {
  size_t operator()(const spool::Uuid& id) const noexcept {
    uint64_t halves[2];
    std::memcpy(halves, id.bytes.data(), sizeof halves);
    return halves[0] ^ (halves[1] * 0x9e3779b97f4a7c15u);
  }
};
