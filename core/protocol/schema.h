#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/uuid.h"
#include "core/protocol/api_key.h"

/// The vocabulary of message descriptions. A message is a struct that serves all its versions;
/// inside it stands its table, one row a field, which is the only description of its format. The
/// interpreters (codec.h, json.h) walk the rows; nothing is generated and nothing is decoded by
/// hand.
///
///   struct Voter {
///     int32_t voter_id = -1;
///     std::vector<UnknownTag> unknown_tags;
///
///     SPOOL_TABLE(Voter,
///       SPOOL_FIELD(voter_id, "VoterId", {.versions = {0}, .default_value = -1}))
///   };
///
/// What a row does not say follows from the member's C++ type: int32_t is int32, std::string a
/// string, BytesView bytes, Records a record set, std::vector an array, a struct with a table a
/// structure, std::optional of these one that may be null. Rows stand in wire order.
namespace spool::protocol {

/// A tagged field that this build does not know: kept as it came, written back by encode().
struct UnknownTag {
  uint32_t tag = 0;
  Buffer bytes;
  bool operator==(const UnknownTag&) const = default;
};

/// A record set on the wire: the bytes of whole batches, or null. To send file ranges without
/// reading them, leave their length in external_bytes: they follow `bytes` on the wire, encode()
/// counts them in the length it writes and reports the place as a Splice. Decoded records borrow
/// from the frame.
struct Records {
  BytesView bytes;
  bool is_null = true;
  int64_t external_bytes = 0;
};

/// An inclusive range of versions; {3} is "3 and later", {3, 5} ends, kNever is empty.
struct Versions {
  int16_t min = 0;
  int16_t max = std::numeric_limits<int16_t>::max();
  constexpr bool has(int16_t version) const { return version >= min && version <= max; }
  constexpr bool is_empty() const { return max < min; }
  bool operator==(const Versions&) const = default;
};
inline constexpr Versions kNever{0, -1};

enum class Kind : uint8_t {
  boolean,
  int8,
  int16,
  uint16,
  int32,
  uint32,
  int64,
  float64,
  uuid,
  string,
  bytes,
  records,
  structure,
  array,
};

struct NullDefault {};
inline constexpr NullDefault kNull{};

/// A field's value when the wire does not carry it. Kafka uses numbers (false is 0), null, and else
/// "zero or empty".
struct Default {
  int64_t number = 0;
  bool is_null = false;
  constexpr Default() = default;
  constexpr Default(int64_t n) : number(n) {}                   // NOLINT: rows read as numbers
  constexpr Default(NullDefault) : number(0), is_null(true) {}  // NOLINT
};

/// The written part of a row.
struct FieldSpec {
  Versions versions = {0};     ///< that have the field
  Versions nullable = kNever;  ///< in which it may be null; the member is then an optional
  int tag = -1;                ///< number in the tagged section, -1 for an ordinary field
  Versions tagged = {0};  ///< with `tag`: in which it is tagged (elsewhere it is an ordinary field)
  Default default_value = {};
  bool is_ignorable = false;  ///< a version without the field may silently drop a non-default value
  bool is_always_classic =
      false;  ///< classic lengths even in flexible versions (client_id of the request header)
};

struct StructInfo;

/// What the interpreters need of a std::vector whose element type they do not know.
struct ArrayOps {
  size_t stride;
  size_t (*size)(const void* vector);
  const void* (*data)(const void* vector);
  void (*clear)(void* vector);
  void (*reserve)(void* vector, size_t count);
  /// Grows to `count` default elements and returns the first.
  void* (*resize)(void* vector, size_t count);
  void* (*append)(void* vector);
};

/// The same of a std::optional around a vector or a structure.
struct OptionalOps {
  const void* (*get)(const void* optional);  ///< the value, or nullptr
  void* (*emplace)(void* optional);          ///< a fresh value in place
  void (*reset)(void* optional);
};

/// One row.
struct Field {
  uint32_t offset = 0;
  Kind kind = Kind::boolean;
  Kind element = Kind::boolean;  ///< of an array
  bool is_optional = false;
  bool is_ignorable = false;
  bool is_always_classic = false;
  Versions versions;
  Versions nullable;
  Versions tagged;
  int16_t tag = -1;
  Default default_value;
  const StructInfo* info = nullptr;  ///< of a structure or of an array's structures
  const ArrayOps* array = nullptr;
  const OptionalOps* optional = nullptr;  ///< only for optional arrays and structures
  std::string_view name;                  ///< Kafka's, e.g. "MaxWaitMs"

  constexpr bool is_tagged(int16_t version) const { return tag >= 0 && tagged.has(version); }
};

/// A struct as the interpreters see it.
struct StructInfo {
  const Field* fields = nullptr;
  uint32_t field_count = 0;
  uint32_t unknown_tags_offset = 0;
  bool has_tagged_fields = false;
  void (*reset)(void* structure) = nullptr;  ///< assigns a fresh value

  const Field* begin() const { return fields; }
  const Field* end() const { return fields + field_count; }
};

enum class MessageType : uint8_t {
  request,
  response,
  header,
  data,
  coordinator_key,
  coordinator_value,
  metadata
};

enum Listeners : uint8_t {
  kNoListener = 0,
  kBrokerListener = 1,
  kControllerListener = 2,
  kAnyListener = 3
};

/// What is said once for a message; every message has it as M::kInfo.
struct MessageInfo {
  std::string_view name;
  MessageType type = MessageType::data;
  int16_t api_key =
      -1;  ///< of a request or response; the record type of metadata and coordinator records
  Versions versions = kNever;  ///< that exist
  Versions flexible = kNever;  ///< with compact lengths and tagged fields
  Listeners listeners =
      kNoListener;  ///< that serve the request in Kafka; kBrokerListener is what a client sees
  bool is_newest_unstable = false;  ///< Kafka does not offer the newest version by default

  constexpr ApiKey key() const { return static_cast<ApiKey>(api_key); }
};

/// A message with its type erased, for tools and tests that handle any of them.
struct Schema {
  const MessageInfo* message;
  const StructInfo* root;
  void* (*create)();
  void (*destroy)(void* message);
};

namespace detail {

template <class T>
struct IsOptional : std::false_type {};
template <class T>
struct IsOptional<std::optional<T>> : std::true_type {};
template <class T>
struct IsVector : std::false_type {};
template <class T>
struct IsVector<std::vector<T>> : std::true_type {};

template <class T>
constexpr Kind kind_of() {
  if constexpr (std::is_same_v<T, bool>)
    return Kind::boolean;
  else if constexpr (std::is_same_v<T, int8_t>)
    return Kind::int8;
  else if constexpr (std::is_same_v<T, int16_t>)
    return Kind::int16;
  else if constexpr (std::is_same_v<T, uint16_t>)
    return Kind::uint16;
  else if constexpr (std::is_same_v<T, int32_t>)
    return Kind::int32;
  else if constexpr (std::is_same_v<T, uint32_t>)
    return Kind::uint32;
  else if constexpr (std::is_same_v<T, int64_t>)
    return Kind::int64;
  else if constexpr (std::is_same_v<T, double>)
    return Kind::float64;
  else if constexpr (std::is_same_v<T, Uuid>)
    return Kind::uuid;
  else if constexpr (std::is_same_v<T, std::string>)
    return Kind::string;
  else if constexpr (std::is_same_v<T, BytesView>)
    return Kind::bytes;
  else if constexpr (std::is_same_v<T, Records>)
    return Kind::records;
  else if constexpr (IsVector<T>::value)
    return Kind::array;
  else
    return Kind::structure;
}

template <class V>
V& as(void* p) {
  return *static_cast<V*>(p);
}
template <class V>
const V& as(const void* p) {
  return *static_cast<const V*>(p);
}

template <class V>
inline constexpr ArrayOps kArrayOps{
    .stride = sizeof(typename V::value_type),
    .size = [](const void* v) { return as<V>(v).size(); },
    .data = [](const void* v) { return static_cast<const void*>(as<V>(v).data()); },
    .clear = [](void* v) { as<V>(v).clear(); },
    .reserve = [](void* v, size_t count) { as<V>(v).reserve(count); },
    .resize =
        [](void* v, size_t count) {
          as<V>(v).resize(count);
          return static_cast<void*>(as<V>(v).data());
        },
    .append = [](void* v) { return static_cast<void*>(&as<V>(v).emplace_back()); },
};

template <class O>
inline constexpr OptionalOps kOptionalOps{
    .get = [](const void* o) { return as<O>(o) ? static_cast<const void*>(&*as<O>(o)) : nullptr; },
    // With an argument, because Clang holds a nested struct not default-constructible once it has
    // looked at it from within its class.
    .emplace =
        [](void* o) { return static_cast<void*>(&as<O>(o).emplace(typename O::value_type{})); },
    .reset = [](void* o) { as<O>(o).reset(); },
};

template <class... Rows>
constexpr std::array<Field, sizeof...(Rows)> make_table(const Rows&... rows) {
  return {rows...};
}

template <class T>
inline constexpr auto kFields = T::fields();

template <class T>
constexpr bool any_tagged() {
  for (const Field& field : kFields<T>)
    if (field.tag >= 0) return true;
  return false;
}

template <class T>
inline constexpr StructInfo kStructInfo{
    .fields = kFields<T>.data(),
    .field_count = static_cast<uint32_t>(kFields<T>.size()),
    .unknown_tags_offset = T::kUnknownTagsOffset(),
    .has_tagged_fields = any_tagged<T>(),
    .reset = [](void* structure) { as<T>(structure) = T{}; },
};

template <class Member>
constexpr Field make_field(size_t offset, std::string_view name, FieldSpec spec = {}) {
  Field field;
  field.offset = static_cast<uint32_t>(offset);
  field.name = name;
  field.versions = spec.versions;
  field.nullable = spec.nullable;
  field.tag = static_cast<int16_t>(spec.tag);
  field.tagged = spec.tagged;
  field.default_value = spec.default_value;
  field.is_ignorable = spec.is_ignorable;
  field.is_always_classic = spec.is_always_classic;
  auto describe = [&]<class T>(std::type_identity<T>) {
    field.kind = kind_of<T>();
    if constexpr (kind_of<T>() == Kind::structure) field.info = &kStructInfo<T>;
    if constexpr (kind_of<T>() == Kind::array) {
      using Element = typename T::value_type;
      field.array = &kArrayOps<T>;
      field.element = kind_of<Element>();
      if constexpr (kind_of<Element>() == Kind::structure) field.info = &kStructInfo<Element>;
    }
  };
  if constexpr (IsOptional<Member>::value) {
    using T = typename Member::value_type;
    field.is_optional = true;
    describe(std::type_identity<T>{});
    if constexpr (kind_of<T>() == Kind::structure || kind_of<T>() == Kind::array)
      field.optional = &kOptionalOps<Member>;
  } else {
    describe(std::type_identity<Member>{});
  }
  return field;
}

}  // namespace detail

/// The table of message M. Defined for every message in the library (schema_of.h, schemas_*.cc), so
/// that a file which decodes a message does not compile its table again.
template <class M>
const Schema& schema_of();

}  // namespace spool::protocol

/// The table of a struct, inside the struct, after its members. It is a function because only a
/// function body sees the struct complete; the rows are a constant all the same.
#define SPOOL_TABLE(Struct, ...)                                                          \
  using Self = Struct;                                                                    \
  static constexpr uint32_t kUnknownTagsOffset() { return offsetof(Self, unknown_tags); } \
  static constexpr auto fields() { return ::spool::protocol::detail::make_table(__VA_ARGS__); }

/// A row: SPOOL_FIELD(max_wait_ms, "MaxWaitMs", {.versions = {0}}).
#define SPOOL_FIELD(member, wire_name, ...)                      \
  ::spool::protocol::detail::make_field<decltype(Self::member)>( \
      offsetof(Self, member), wire_name, ::spool::protocol::FieldSpec __VA_ARGS__)
