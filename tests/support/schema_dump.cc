// Prints our message tables as JSON, for scripts/check_schema.py to compare with Kafka's
// definitions.

#include <cstdio>
#include <string>

#include "core/base/text.h"
#include "core/protocol/registry.h"

namespace spool::protocol {
namespace {

constexpr std::string_view kKindNames[] = {"bool",   "int8",    "int16",   "uint16", "int32",
                                           "uint32", "int64",   "float64", "uuid",   "string",
                                           "bytes",  "records", "struct",  "array"};
constexpr std::string_view kTypeNames[] = {
    "request", "response", "header", "data", "coordinator-key", "coordinator-value", "metadata"};

std::string_view name_of(Kind kind) { return kKindNames[static_cast<size_t>(kind)]; }

std::string json(const Versions& versions) {
  if (versions.is_empty()) return "null";
  return concat('[', versions.min, ',', versions.max, ']');
}

std::string json(const StructInfo& info);

std::string json(const Field& field) {
  const bool is_array = field.kind == Kind::array;
  std::string out = concat(
      "{\"name\":\"", field.name, "\",\"type\":\"", is_array ? "[]" : "",
      name_of(is_array ? field.element : field.kind), "\",\"versions\":", json(field.versions),
      ",\"nullable\":", json(field.nullable), ",\"optional\":", field.is_optional,
      ",\"tag\":", field.tag, ",\"tagged\":", json(field.tag < 0 ? kNever : field.tagged),
      ",\"default\":", field.default_value.number, ",\"defaultNull\":", field.default_value.is_null,
      ",\"ignorable\":", field.is_ignorable, ",\"classic\":", field.is_always_classic);
  if (field.info != nullptr) append_text(out, ",\"fields\":", json(*field.info));
  return out + '}';
}

std::string json(const StructInfo& info) {
  std::string out = "[";
  for (const Field& field : info) append_text(out, out.size() > 1 ? "," : "", json(field));
  return out + ']';
}

std::string json(const MessageEntry& entry) {
  const MessageInfo& info = *entry.info;
  return concat("{\"name\":\"", info.name, "\",\"type\":\"",
                kTypeNames[static_cast<size_t>(info.type)], "\",\"apiKey\":", info.api_key,
                ",\"versions\":", json(info.versions), ",\"flexible\":", json(info.flexible),
                ",\"broker\":", (info.listeners & kBrokerListener) != 0,
                ",\"controller\":", (info.listeners & kControllerListener) != 0,
                ",\"unstable\":", info.is_newest_unstable, ",\"topic\":\"", entry.topic,
                "\",\"fields\":", json(*entry.schema().root), '}');
}

}  // namespace
}  // namespace spool::protocol

int main() {
  const char* separator = "[";
  for (const auto& entry : spool::protocol::all_messages()) {
    std::printf("%s%s\n", separator, spool::protocol::json(entry).c_str());
    separator = ",";
  }
  std::puts("]");
}
