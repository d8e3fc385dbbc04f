#include "core/protocol/json.h"

#include <charconv>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "core/base/text.h"
#include "core/protocol/field_access.h"

namespace spool::protocol {
namespace {

using Json = nlohmann::json;

/// "MaxWaitMs" is written "maxWaitMs".
void append_key(std::string& out, std::string_view name) {
  out += '"';
  out += static_cast<char>(name[0] >= 'A' && name[0] <= 'Z' ? name[0] - 'A' + 'a' : name[0]);
  out += name.substr(1);
  out += "\":";
}

std::string key_of(std::string_view name) {
  std::string key(name);
  if (key[0] >= 'A' && key[0] <= 'Z') key[0] = static_cast<char>(key[0] - 'A' + 'a');
  return key;
}

/// JSON has no words for these; Kafka's library writes them as text.
constexpr std::string_view kNotANumber = "NaN";
constexpr std::string_view kInfinity = "Infinity";
constexpr std::string_view kMinusInfinity = "-Infinity";

void append_double(std::string& out, double value) {
  if (std::isnan(value)) return append_text(out, '"', kNotANumber, '"');
  if (std::isinf(value)) return append_text(out, '"', value > 0 ? kInfinity : kMinusInfinity, '"');
  char digits[32];
  const auto [end, error] = std::to_chars(digits, digits + sizeof digits, value);
  std::string_view text(digits, static_cast<size_t>(end - digits));
  out += text;
  if (text.find_first_of(".e") == std::string_view::npos) out += ".0";
}

class JsonWriter {
 public:
  JsonWriter(std::string& out, int16_t version) : out_(out), version_(version) {}

  bool structure(const StructInfo& info, const void* from);
  const Field* failed() const { return failed_; }

 private:
  bool value(const Field& field, const void* from);
  bool array(const Field& field, const void* from);
  void text(const std::string* from);
  void base64(BytesView from) { append_text(out_, '"', base64_encode(as_text(from)), '"'); }
  bool null() {
    out_ += "null";
    return true;
  }
  template <class T>
  bool number(const void* from) {
    append_text(out_, detail::as<T>(from));
    return true;
  }

  std::string& out_;
  const int16_t version_;
  const Field* failed_ = nullptr;
};

bool JsonWriter::structure(const StructInfo& info, const void* from) {
  out_ += '{';
  bool is_first = true;
  for (const Field& field : info) {
    const void* at = member(field, from);
    if (!field.versions.has(version_)) {
      if (field.is_ignorable || is_default(field, at)) continue;
      failed_ = &field;
      return false;
    }
    if (field.is_tagged(version_) && is_default(field, at)) continue;
    if (!is_first) out_ += ',';
    is_first = false;
    append_key(out_, field.name);
    if (!value(field, at)) return false;
  }
  out_ += '}';
  return true;
}

bool JsonWriter::value(const Field& field, const void* from) {
  switch (field.kind) {
    case Kind::boolean:
      return number<bool>(from);
    case Kind::int8:
      return number<int8_t>(from);
    case Kind::int16:
      return number<int16_t>(from);
    case Kind::uint16:
      return number<uint16_t>(from);
    case Kind::int32:
      return number<int32_t>(from);
    case Kind::uint32:
      return number<uint32_t>(from);
    case Kind::int64:
      return number<int64_t>(from);
    case Kind::float64:
      append_double(out_, detail::as<double>(from));
      return true;
    case Kind::uuid:
      append_text(out_, '"', detail::as<Uuid>(from).to_string(), '"');
      return true;
    case Kind::string:
      text(string_at(field, from));
      return true;
    case Kind::bytes: {
      const BytesView* view = bytes_at(field, from);
      if (view == nullptr) return null();
      base64(*view);
      return true;
    }
    case Kind::records: {
      const auto& records = detail::as<Records>(from);
      if (records.is_null) return null();
      base64(records.bytes);
      return true;
    }
    case Kind::array:
      return array(field, from);
    case Kind::structure: {
      const void* inner = field.is_optional ? field.optional->get(from) : from;
      return inner == nullptr ? null() : structure(*field.info, inner);
    }
  }
  return false;
}

bool JsonWriter::array(const Field& field, const void* from) {
  const void* vector = array_at(field, from);
  if (vector == nullptr) return null();
  const Field element = element_of(field);
  const auto* at = static_cast<const uint8_t*>(field.array->data(vector));
  out_ += '[';
  for (size_t i = 0, count = field.array->size(vector); i < count; ++i, at += field.array->stride) {
    if (i > 0) out_ += ',';
    if (!value(element, at)) return false;
  }
  out_ += ']';
  return true;
}

void JsonWriter::text(const std::string* from) {
  if (from == nullptr) {
    null();
    return;
  }
  // The library's writer escapes what must be escaped and replaces what is not UTF-8.
  out_ += Json(*from).dump(-1, ' ', false, Json::error_handler_t::replace);
}

class JsonReader {
 public:
  JsonReader(int16_t version, Arena& arena) : version_(version), arena_(arena) {}

  bool structure(const StructInfo& info, const Json& from, void* to);
  std::string problem() const {
    return concat(field_ != nullptr ? field_->name : "the message", ": ", reason_);
  }

 private:
  bool field(const Field& field, const Json& from, void* to);
  bool value(const Field& field, const Json& from, void* to);
  bool string(const Field& field, const Json& from, void* to);
  bool bytes(const Field& field, const Json& from, void* to);
  bool array(const Field& field, const Json& from, void* to);
  bool float64(const Json& from, void* to);
  bool null(const Field& field, void* to);

  bool fail(std::string_view reason) {
    reason_ = reason;
    return false;
  }

  template <class T>
  bool number(const Json& from, void* to) {
    if (!from.is_number_integer()) return fail("should be a whole number");
    const bool is_large = from.is_number_unsigned() &&
                          from.get<uint64_t>() > uint64_t{std::numeric_limits<int64_t>::max()};
    const int64_t value = is_large ? 0 : from.get<int64_t>();
    if (is_large || value < std::numeric_limits<T>::min() || value > std::numeric_limits<T>::max())
      return fail("is out of range");
    *static_cast<T*>(to) = static_cast<T>(value);
    return true;
  }

  const int16_t version_;
  Arena& arena_;
  const Field* field_ = nullptr;
  std::string_view reason_;
};

bool JsonReader::structure(const StructInfo& info, const Json& from, void* to) {
  if (!from.is_object()) return fail("should be an object");
  for (const Field& each : info) {
    if (!each.versions.has(version_)) continue;
    field_ = &each;
    const auto found = from.find(key_of(each.name));
    if (found == from.end()) {
      if (each.is_tagged(version_)) continue;
      return fail("is missing");
    }
    if (!field(each, *found, member(each, to))) return false;
  }
  return true;
}

bool JsonReader::field(const Field& field, const Json& from, void* to) {
  return from.is_null() ? null(field, to) : value(field, from, to);
}

bool JsonReader::null(const Field& field, void* to) {
  if (!field.nullable.has(version_)) return fail("may not be null");
  switch (field.kind) {
    case Kind::string:
      static_cast<std::optional<std::string>*>(to)->reset();
      return true;
    case Kind::bytes:
      static_cast<std::optional<BytesView>*>(to)->reset();
      return true;
    case Kind::records:
      *static_cast<Records*>(to) = Records{};
      return true;
    case Kind::array:
    case Kind::structure:
      field.optional->reset(to);
      return true;
    default:
      return fail("may not be null");
  }
}

bool JsonReader::value(const Field& field, const Json& from, void* to) {
  switch (field.kind) {
    case Kind::boolean:
      if (!from.is_boolean()) return fail("should be true or false");
      *static_cast<bool*>(to) = from.get<bool>();
      return true;
    case Kind::int8:
      return number<int8_t>(from, to);
    case Kind::int16:
      return number<int16_t>(from, to);
    case Kind::uint16:
      return number<uint16_t>(from, to);
    case Kind::int32:
      return number<int32_t>(from, to);
    case Kind::uint32:
      return number<uint32_t>(from, to);
    case Kind::int64:
      return number<int64_t>(from, to);
    case Kind::float64:
      return float64(from, to);
    case Kind::uuid: {
      const auto id =
          from.is_string() ? Uuid::parse(from.get_ref<const std::string&>()) : std::nullopt;
      if (!id) return fail("should be a uuid of 22 characters");
      *static_cast<Uuid*>(to) = *id;
      return true;
    }
    case Kind::string:
      return string(field, from, to);
    case Kind::bytes:
    case Kind::records:
      return bytes(field, from, to);
    case Kind::array:
      return array(field, from, to);
    case Kind::structure:
      return structure(*field.info, from, field.is_optional ? field.optional->emplace(to) : to);
  }
  return false;
}

bool JsonReader::string(const Field& field, const Json& from, void* to) {
  if (!from.is_string()) return fail("should be text");
  const auto& text = from.get_ref<const std::string&>();
  if (field.is_optional)
    *static_cast<std::optional<std::string>*>(to) = text;
  else
    *static_cast<std::string*>(to) = text;
  return true;
}

bool JsonReader::bytes(const Field& field, const Json& from, void* to) {
  auto decoded =
      from.is_string() ? base64_decode(from.get_ref<const std::string&>()) : std::nullopt;
  if (!decoded) return fail("should be Base64 text");
  const BytesView view = arena_.keep(std::move(*decoded));
  if (field.kind == Kind::records)
    *static_cast<Records*>(to) = Records{.bytes = view, .is_null = false};
  else if (field.is_optional)
    *static_cast<std::optional<BytesView>*>(to) = view;
  else
    *static_cast<BytesView*>(to) = view;
  return true;
}

bool JsonReader::array(const Field& field, const Json& from, void* to) {
  if (!from.is_array()) return fail("should be an array");
  void* vector = field.is_optional ? field.optional->emplace(to) : to;
  field.array->clear(vector);
  const Field element = element_of(field);
  for (const Json& each : from) {
    field_ = &field;
    if (each.is_null()) return fail("has a null element");
    if (!value(element, each, field.array->append(vector))) return false;
  }
  return true;
}

bool JsonReader::float64(const Json& from, void* to) {
  double& out = *static_cast<double*>(to);
  if (from.is_number()) {
    out = from.get<double>();
    return true;
  }
  if (from == kNotANumber)
    out = std::numeric_limits<double>::quiet_NaN();
  else if (from == kInfinity)
    out = std::numeric_limits<double>::infinity();
  else if (from == kMinusInfinity)
    out = -std::numeric_limits<double>::infinity();
  else
    return fail("should be a number");
  return true;
}

Status check_json_version(const MessageInfo& info, int16_t version) {
  if (info.versions.has(version)) return {};
  return fail(ErrorCode::unsupported_version, concat(info.name, " has no version ", version));
}

}  // namespace

Status message_to_json(const Schema& schema, const void* message, int16_t version,
                       std::string& out) {
  const MessageInfo& info = *schema.message;
  TRY(check_json_version(info, version));
  JsonWriter writer(out, version);
  if (writer.structure(*schema.root, message)) return {};
  return fail(ErrorCode::unsupported_version,
              concat(info.name, " v", version, ": ", writer.failed()->name,
                     ": has a value that this version cannot carry"));
}

Status message_from_json(const Schema& schema, void* message, std::string_view json,
                         int16_t version, Arena& arena) {
  const MessageInfo& info = *schema.message;
  TRY(check_json_version(info, version));
  const Json parsed = Json::parse(json, nullptr, /*allow_exceptions=*/false);
  if (parsed.is_discarded()) return fail(ErrorCode::parse_error, concat(info.name, ": not JSON"));
  JsonReader reader(version, arena);
  if (reader.structure(*schema.root, parsed, message)) return {};
  return fail(ErrorCode::parse_error, concat(info.name, " v", version, ": ", reader.problem()));
}

}  // namespace spool::protocol
