#pragma once

#include "core/protocol/schema.h"

/// How the interpreters reach into a struct through its rows. Internal to this folder.
namespace spool::protocol {

inline void* member(const Field& field, void* structure) {
  return static_cast<uint8_t*>(structure) + field.offset;
}
inline const void* member(const Field& field, const void* structure) {
  return static_cast<const uint8_t*>(structure) + field.offset;
}

inline std::vector<UnknownTag>& unknown_tags(const StructInfo& info, void* structure) {
  return *reinterpret_cast<std::vector<UnknownTag>*>(static_cast<uint8_t*>(structure) +
                                                     info.unknown_tags_offset);
}
inline const std::vector<UnknownTag>& unknown_tags(const StructInfo& info, const void* structure) {
  return *reinterpret_cast<const std::vector<UnknownTag>*>(static_cast<const uint8_t*>(structure) +
                                                           info.unknown_tags_offset);
}

/// Bytes of a kind whose wire form and memory form have one fixed size; 0 for the others.
constexpr size_t fixed_size(Kind kind) {
  switch (kind) {
    case Kind::boolean:
    case Kind::int8:
      return 1;
    case Kind::int16:
    case Kind::uint16:
      return 2;
    case Kind::int32:
    case Kind::uint32:
      return 4;
    case Kind::int64:
    case Kind::float64:
      return 8;
    case Kind::uuid:
      return 16;
    default:
      return 0;
  }
}

/// An array's elements as a field of their own: never null, never tagged.
inline Field element_of(const Field& array) {
  Field element;
  element.kind = array.element;
  element.info = array.info;
  element.name = array.name;
  element.is_always_classic = array.is_always_classic;
  element.nullable = kNever;
  return element;
}

// The values of fields that may be null; nullptr is null.
inline const std::string* string_at(const Field& field, const void* from) {
  if (!field.is_optional) return static_cast<const std::string*>(from);
  const auto& text = detail::as<std::optional<std::string>>(from);
  return text ? &*text : nullptr;
}
inline const BytesView* bytes_at(const Field& field, const void* from) {
  if (!field.is_optional) return static_cast<const BytesView*>(from);
  const auto& view = detail::as<std::optional<BytesView>>(from);
  return view ? &*view : nullptr;
}
inline const void* array_at(const Field& field, const void* from) {
  return field.is_optional ? field.optional->get(from) : from;
}

/// Whether the field has the value that its absence means.
bool is_default(const Field& field, const void* from);

}  // namespace spool::protocol
