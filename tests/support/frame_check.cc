// Checks the codec against frames that Kafka's own classes made. Every line of every *.jsonl file
// in the folders named is decoded and encoded to the same bytes; where it has JSON, ours is the
// same, and read back gives the same bytes. Lines with a correlation id are whole frames: size,
// header, body. See scripts/check_frames.

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "core/base/text.h"
#include "core/base/varint.h"
#include "core/protocol/codec.h"
#include "core/protocol/json.h"
#include "core/protocol/messages/header.h"
#include "core/protocol/registry.h"

namespace spool::protocol {
namespace {

using Json = nlohmann::json;
using Message = std::unique_ptr<void, void (*)(void*)>;

Message make(const Schema& schema) { return {schema.create(), schema.destroy}; }

Buffer from_hex(const std::string& text) {
  Buffer out;
  for (size_t i = 0; i + 1 < text.size(); i += 2)
    out.push_back(static_cast<uint8_t>(std::stoi(text.substr(i, 2), nullptr, 16)));
  return out;
}

struct Tally {
  std::set<std::string> messages;
  std::set<std::pair<std::string, int>> versions;
  std::map<std::string, int> not_described;
  int frames = 0;
  int differences = 0;
};

/// Kafka prints the record sets of recorded traffic as empty text: so they become here before the
/// comparison.
void blank_records(Json& ours, const Json& theirs) {
  if (ours.is_object() && theirs.is_object()) {
    for (auto& [key, value] : ours.items()) {
      const auto other = theirs.find(key);
      if (other == theirs.end()) continue;
      if (key == "records" && *other == "" && value.is_string()) value = "";
      blank_records(value, *other);
    }
  } else if (ours.is_array() && theirs.is_array() && ours.size() == theirs.size()) {
    for (size_t i = 0; i < ours.size(); ++i) blank_records(ours[i], theirs[i]);
  }
}

/// Everything that can be wrong with one line ends here, as a text.
using Problem = std::string;

Problem check_body(const Schema& schema, int16_t version, BytesView body, const Json* json,
                   bool is_recorded, bool has_unknown_tags) {
  Message message = make(schema);
  size_t consumed = 0;
  if (Status done = decode_message(schema, message.get(), body, version, &consumed); !done)
    return concat("decode: ", done.error().text());
  if (consumed != body.size()) return concat(body.size() - consumed, " bytes left over");

  Buffer encoded;
  if (Status done = encode_message(schema, message.get(), version, encoded, nullptr); !done)
    return concat("encode: ", done.error().text());
  if (!std::ranges::equal(encoded, body))
    return concat("encoded differently: ", hex(as_text(encoded)));
  if (encoded_size_of(schema, message.get(), version).value_or(0) != body.size())
    return "counted differently";
  if (json == nullptr) return {};

  std::string text;
  if (Status done = message_to_json(schema, message.get(), version, text); !done)
    return concat("to JSON: ", done.error().text());
  Json ours = Json::parse(text);
  if (is_recorded) blank_records(ours, *json);
  if (ours != *json) return concat("other JSON: ", text);
  if (has_unknown_tags) return {};  // Kafka's JSON has no place for them

  Arena arena;
  Message again = make(schema);
  if (Status done = message_from_json(schema, again.get(), text, version, arena); !done)
    return concat("from JSON: ", done.error().text());
  Buffer from_json;
  if (Status done = encode_message(schema, again.get(), version, from_json, nullptr); !done)
    return concat("encode what JSON said: ", done.error().text());
  return std::ranges::equal(from_json, body)
             ? Problem{}
             : concat("JSON gives other bytes: ", hex(as_text(from_json)));
}

/// What stands in front of a record in its log.
Problem check_framed(const MessageInfo& info, int16_t version, BytesView body, BytesView framed) {
  Buffer expected;
  if (info.type == MessageType::metadata) {
    append_uvarint(expected, 1);
    append_uvarint(expected, static_cast<uint64_t>(info.api_key));
    append_uvarint(expected, static_cast<uint64_t>(version));
  } else {
    append_be(expected, info.type == MessageType::coordinator_key ? info.api_key : version);
  }
  append(expected, body);
  return std::ranges::equal(expected, framed) ? Problem{} : "framed differently";
}

Problem check_header(const Schema& schema, int16_t header_version, BytesView frame,
                     const Json& line, BytesView& body) {
  Message header = make(schema);
  size_t consumed = 0;
  if (Status done = decode_message(schema, header.get(), frame, header_version, &consumed); !done)
    return concat("header: ", done.error().text());
  Buffer encoded;
  if (Status done = encode_message(schema, header.get(), header_version, encoded, nullptr); !done)
    return concat("header: ", done.error().text());
  if (!std::ranges::equal(encoded, frame.first(consumed))) return "header encoded differently";
  const bool is_request = schema.message->name == "RequestHeader";
  const int32_t correlation_id = is_request
                                     ? static_cast<RequestHeader*>(header.get())->correlation_id
                                     : static_cast<ResponseHeader*>(header.get())->correlation_id;
  if (correlation_id != line.at("correlationId")) return "another correlation id";
  body = frame.subspan(consumed);
  return {};
}

Problem check_frame(const Schema& schema, int16_t version, BytesView frame, const Json& line) {
  const MessageInfo& info = *schema.message;
  if (frame.size() < 4 || load_be<int32_t>(frame.data()) != static_cast<int64_t>(frame.size()) - 4)
    return "the size in front is another";
  const bool is_request = info.type == MessageType::request;
  const int16_t header_version = is_request ? request_header_version(info.key(), version)
                                            : response_header_version(info.key(), version);
  if (header_version != line.at("headerVersion")) return concat("header version ", header_version);
  BytesView body;
  const Schema& header = is_request ? schema_of<RequestHeader>() : schema_of<ResponseHeader>();
  if (Problem problem = check_header(header, header_version, frame.subspan(4), line, body);
      !problem.empty())
    return problem;
  const auto json = line.find("json");
  return check_body(schema, version, body, json == line.end() ? nullptr : &*json, true, false);
}

Problem check_line(const MessageEntry& entry, const Json& line) {
  const auto version = line.at("version").get<int16_t>();
  const Buffer bytes = from_hex(line.at("hex"));
  if (line.contains("correlationId")) return check_frame(entry.schema(), version, bytes, line);
  if (line.value("flexible", false) != entry.info->flexible.has(version))
    return "flexible is another";
  const Json& json = line.at("json");
  if (Problem problem = check_body(entry.schema(), version, bytes, &json, false,
                                   line.value("variant", "") == "unknownTags");
      !problem.empty())
    return problem;
  if (!line.contains("framedHex")) return {};
  return check_framed(*entry.info, version, bytes, from_hex(line.at("framedHex")));
}

void check_file(const std::filesystem::path& path, Tally& tally) {
  std::ifstream in(path);
  for (std::string text; std::getline(in, text);) {
    const Json line = Json::parse(text, nullptr, false);
    if (line.is_discarded() || !line.contains("name")) {
      ++tally.differences;
      std::printf("%s: a line is not a frame\n", path.c_str());
      continue;
    }
    const std::string name = line.at("name");
    const MessageEntry* entry = find_message(name);
    if (entry == nullptr) {
      ++tally.not_described[name];
      continue;
    }
    ++tally.frames;
    tally.messages.insert(name);
    tally.versions.insert({name, line.at("version").get<int>()});
    if (Problem problem = check_line(*entry, line); !problem.empty()) {
      ++tally.differences;
      std::printf("%s v%d %s: %s\n", name.c_str(), line.at("version").get<int>(),
                  line.value("variant", "frame").c_str(), problem.substr(0, 400).c_str());
    }
  }
}

}  // namespace
}  // namespace spool::protocol

int main(int argc, char** argv) {
  using namespace spool::protocol;
  Tally tally;
  for (int i = 1; i < argc; ++i)
    for (const auto& file : std::filesystem::recursive_directory_iterator(argv[i]))
      if (file.path().extension() == ".jsonl") check_file(file.path(), tally);
  for (const auto& [name, lines] : tally.not_described)
    std::printf("not described: %s (%d frames)\n", name.c_str(), lines);
  std::printf("messages %zu, versions %zu, frames %d, differences %d\n", tally.messages.size(),
              tally.versions.size(), tally.frames, tally.differences);
  return tally.differences == 0 && tally.frames > 0 ? 0 : 1;
}
