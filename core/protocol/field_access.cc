#include "core/protocol/field_access.h"

#include <algorithm>

namespace spool::protocol {
namespace {

bool is_default_structure(const StructInfo& info, const void* from) {
  return unknown_tags(info, from).empty() &&
         std::all_of(info.begin(), info.end(),
                     [&](const Field& field) { return is_default(field, member(field, from)); });
}

/// `value` is nullptr for null; `size` counts what is there.
bool is_default_sized(const Field& field, const void* value, size_t size) {
  return field.default_value.is_null ? value == nullptr : value != nullptr && size == 0;
}

}  // namespace

bool is_default(const Field& field, const void* from) {
  const int64_t number = field.default_value.number;
  switch (field.kind) {
    case Kind::boolean:
      return detail::as<bool>(from) == (number != 0);
    case Kind::int8:
      return detail::as<int8_t>(from) == number;
    case Kind::int16:
      return detail::as<int16_t>(from) == number;
    case Kind::uint16:
      return detail::as<uint16_t>(from) == number;
    case Kind::int32:
      return detail::as<int32_t>(from) == number;
    case Kind::uint32:
      return detail::as<uint32_t>(from) == number;
    case Kind::int64:
      return detail::as<int64_t>(from) == number;
    case Kind::float64:
      return detail::as<double>(from) == static_cast<double>(number);
    case Kind::uuid:
      return detail::as<Uuid>(from).is_zero();
    case Kind::records:
      return detail::as<Records>(from).is_null;
    case Kind::string: {
      const std::string* text = string_at(field, from);
      return is_default_sized(field, text, text != nullptr ? text->size() : 0);
    }
    case Kind::bytes: {
      const BytesView* view = bytes_at(field, from);
      return is_default_sized(field, view, view != nullptr ? view->size() : 0);
    }
    case Kind::array: {
      const void* vector = array_at(field, from);
      return is_default_sized(field, vector, vector != nullptr ? field.array->size(vector) : 0);
    }
    case Kind::structure: {
      if (!field.is_optional) return is_default_structure(*field.info, from);
      const void* inner = field.optional->get(from);
      if (field.default_value.is_null || inner == nullptr)
        return field.default_value.is_null && inner == nullptr;
      return is_default_structure(*field.info, inner);
    }
  }
  return false;
}

}  // namespace spool::protocol
