#pragma once

/// Records for tests of what prints and reads them.

#include <optional>
#include <string>
#include <vector>

#include "cli/io/input_record.h"
#include "cli/io/shown_record.h"
#include "core/base/varint.h"

namespace spool::cli::testing {

using MaybeText = std::optional<std::string>;

/// A record that owns its bytes.
struct OwnedRecord {
  std::string topic = "t";
  int32_t partition = 0;
  int64_t timestamp_ms = 0;
  MaybeText key;
  MaybeText value;
  std::vector<std::pair<std::string, MaybeText>> headers;

  bool operator==(const OwnedRecord&) const = default;

  static std::optional<BytesView> view(const MaybeText& text) {
    return text ? std::optional(as_bytes(*text)) : std::nullopt;
  }
  static MaybeText text(const std::optional<BytesView>& bytes) {
    return bytes ? MaybeText(std::string(as_text(*bytes))) : std::nullopt;
  }

  /// Calls f(ShownRecord) with views that live for the call.
  template <class F>
  void show(F&& f) const {
    Buffer encoded;
    const auto add = [&](const MaybeText& field) {
      append_varint(encoded, field ? static_cast<int32_t>(field->size()) : -1);
      if (field) append(encoded, as_bytes(*field));
    };
    for (const auto& [name, header] : headers) {
      add(name);
      add(header);
    }
    record::RecordView record;
    record.offset = Offset(7);
    record.timestamp_ms = timestamp_ms;
    record.key = view(key);
    record.value = view(value);
    record.headers = encoded;
    record.headers_count = static_cast<int32_t>(headers.size());
    f(ShownRecord{topic, Partition(partition), record, record::TimestampType::create_time,
                  LeaderEpoch(3)});
  }

  static OwnedRecord of(const InputRecord& input) {
    OwnedRecord out;
    out.topic = input.topic.value_or("t");
    out.partition = input.partition.value_or(Partition(0)).value;
    out.timestamp_ms = input.timestamp_ms.value_or(0);
    out.key = text(input.key);
    out.value = text(input.value);
    for (const auto& header : input.headers)
      out.headers.emplace_back(std::string(as_text(header.key)), text(header.value));
    return out;
  }
};

/// Every record of `stream`, given to the cutter in pieces of `step` bytes. What is wrong with one
/// record, or with the stream, is in `problems`.
struct Reading {
  std::vector<OwnedRecord> records;
  std::vector<std::string> problems;
};
inline Reading read_all(RecordCutter& cutter, std::string_view stream, size_t step) {
  Reading out;
  InputRecord input;
  size_t begin = 0, end = 0;
  while (begin < stream.size()) {
    input.clear();
    const auto cut = cutter.cut(stream.substr(begin, end - begin), end == stream.size(), input);
    if (begin == end && end < stream.size()) {
      end = std::min(stream.size(), end + step);
      continue;
    }
    if (!cut) {
      out.problems.push_back(std::string(cut.error().text()));
      return out;
    }
    if (cut->kind == RecordCutter::Cut::Kind::more) {
      if (end == stream.size()) {
        out.problems.push_back("wants more than there is");
        return out;
      }
      end = std::min(stream.size(), end + step);
      continue;
    }
    if (cut->kind == RecordCutter::Cut::Kind::record) out.records.push_back(OwnedRecord::of(input));
    if (cut->kind == RecordCutter::Cut::Kind::bad)
      out.problems.push_back(std::string(cut->problem.text()));
    begin += cut->taken;
    if (begin == end) end = std::min(stream.size(), end + step);
  }
  if (const Status finished = cutter.finish(); !finished)
    out.problems.push_back(std::string(finished.error().text()));
  return out;
}

/// Records of every kind of key, value and header: null, empty, text, JSON, bytes, long ones,
/// duplicate headers.
inline std::vector<OwnedRecord> every_kind(uint32_t seed, size_t count) {
  const std::string bytes("\xff\0\n\r\t\"\\,'\x7f\x80\xc3\x28", 13);
  const MaybeText kinds[] = {std::nullopt,
                             "",
                             "plain",
                             "with, comma",
                             "\"quoted\"",
                             "\\N",
                             "NULL",
                             "line\nend\r\n",
                             "tab\t",
                             "{\"a\": [1, \"\\u00e9\"]}",
                             "\u00e9\U0001F600",
                             "7",
                             "null",
                             bytes,
                             std::string(70'000, 'x'),
                             "{\"b64\":\"AA==\"}",
                             " lead and trail "};
  const auto next = [&] {
    seed = seed * 1664525 + 1013904223;
    return seed >> 8;
  };
  const auto any = [&]() -> const MaybeText& { return kinds[next() % std::size(kinds)]; };
  std::vector<OwnedRecord> out;
  for (size_t i = 0; i < count; ++i) {
    OwnedRecord& record = out.emplace_back();
    record.topic = next() % 4 == 0 ? "other.topic" : "t";
    record.partition = static_cast<int32_t>(next() % 5);
    record.timestamp_ms = next() % 3 == 0 ? 0 : 1'700'000'000'000 + next();
    record.key = any();
    record.value = any();
    for (size_t headers = next() % 4; headers > 0; --headers) {
      const MaybeText& name = any();
      record.headers.emplace_back(name.value_or("same"), any());
    }
  }
  return out;
}

}  // namespace spool::cli::testing
