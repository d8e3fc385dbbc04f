#include "cli/io/record_filter.h"

#include <re2/re2.h>

#include <algorithm>
#include <functional>

#include "cli/io/json_reader.h"
#include "core/base/text.h"

namespace spool::cli {

namespace {

using Bytes = std::optional<BytesView>;

Result<std::shared_ptr<RE2>> compile(std::string_view option, std::string_view pattern) {
  // Latin-1 makes every byte a character: values are bytes, and need not be UTF-8.
  RE2::Options options;
  options.set_log_errors(false);
  const bool is_ascii = std::ranges::all_of(pattern, [](char c) { return (c & 0x80) == 0; });
  if (is_ascii) options.set_encoding(RE2::Options::EncodingLatin1);
  auto out = std::make_shared<RE2>(re2::StringPiece(pattern.data(), pattern.size()), options);
  if (!out->ok())
    return fail(ErrorCode::invalid_argument,
                concat("--", option, ": '", pattern, "': ", out->error()));
  return out;
}

bool matches(const RE2& pattern, std::string_view text) {
  return RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), pattern);
}

bool matches(const RE2& pattern, const Bytes& bytes) {
  return bytes && matches(pattern, as_text(*bytes));
}

bool any_header_matches(const RE2& pattern, const record::RecordView& record) {
  record::HeaderCursor cursor(record);
  while (const auto header = cursor.next())
    if (matches(pattern, header->value)) return true;
  return false;
}

/// A JSON value as text to match: strings without their quotes.
bool json_matches(const RE2& pattern, std::string_view raw) {
  std::string scratch;
  JsonReader reader(raw, scratch);
  std::string_view text;
  if (raw.starts_with('"') && reader.read_string(text)) return matches(pattern, text);
  return matches(pattern, raw);
}

struct SizeRange {
  int64_t min = 0;
  int64_t max = INT64_MAX;
};

std::optional<SizeRange> parse_size_range(std::string_view text) {
  const size_t colon = text.find(':');
  SizeRange out;
  const auto read = [](std::string_view part, int64_t& bound) {
    const auto parsed = parse_int<int64_t>(part);
    if (parsed) bound = *parsed;
    return part.empty() || (parsed && *parsed >= 0);
  };
  if (colon == text.npos) {
    if (text.empty() || !read(text, out.min)) return std::nullopt;
    out.max = out.min;
    return out;
  }
  if (!read(text.substr(0, colon), out.min) || !read(text.substr(colon + 1), out.max))
    return std::nullopt;
  return out;
}

}  // namespace

struct RecordFilter::Condition {
  std::function<bool(const record::RecordView&)> holds;
};

RecordFilter::RecordFilter() = default;
RecordFilter::RecordFilter(RecordFilter&&) noexcept = default;
RecordFilter& RecordFilter::operator=(RecordFilter&&) noexcept = default;
RecordFilter::~RecordFilter() = default;

Result<RecordFilter> RecordFilter::make(const RecordFilterOptions& options) {
  RecordFilter out;
  out.is_inverted_ = options.is_inverted;
  const auto add = [&](std::function<bool(const record::RecordView&)> holds) {
    out.conditions_.push_back(std::make_unique<Condition>(Condition{std::move(holds)}));
  };
  for (const std::string& text : options.key) {
    TRY_ASSIGN(const auto pattern, compile("key", text));
    add([pattern](const record::RecordView& record) { return matches(*pattern, record.key); });
  }
  for (const std::string& text : options.value) {
    TRY_ASSIGN(const auto pattern, compile("value", text));
    add([pattern](const record::RecordView& record) { return matches(*pattern, record.value); });
  }
  for (const std::string& text : options.match) {
    TRY_ASSIGN(const auto pattern, compile("match", text));
    add([pattern](const record::RecordView& record) {
      return matches(*pattern, record.key) || matches(*pattern, record.value) ||
             any_header_matches(*pattern, record);
    });
  }
  for (const std::string& text : options.header) {
    const size_t equals = text.find('=');
    std::shared_ptr<RE2> pattern;
    if (equals != text.npos) {
      TRY_ASSIGN(pattern, compile("header", text.substr(equals + 1)));
    }
    add([name = text.substr(0, equals), pattern](const record::RecordView& record) {
      record::HeaderCursor cursor(record);
      while (const auto header = cursor.next())
        if (as_text(header->key) == name && (!pattern || matches(*pattern, header->value)))
          return true;
      return false;
    });
  }
  for (const std::string& text : options.json_pointer) {
    const size_t equals = text.find('=');
    const std::string pointer = text.substr(0, equals);
    if (!pointer.empty() && pointer[0] != '/')
      return fail(ErrorCode::invalid_argument,
                  concat("--json-pointer: '", pointer, "' does not begin with '/'"));
    std::shared_ptr<RE2> pattern;
    if (equals != text.npos) {
      TRY_ASSIGN(pattern, compile("json-pointer", text.substr(equals + 1)));
    }
    add([pointer, pattern](const record::RecordView& record) {
      if (!record.value) return false;
      const auto found = find_by_pointer(as_text(*record.value), pointer);
      return found && (!pattern || json_matches(*pattern, *found));
    });
  }
  if (options.size) {
    const auto range = parse_size_range(*options.size);
    if (!range)
      return fail(ErrorCode::invalid_argument,
                  concat("--size: '", *options.size, "' is not N, A:B, A: or :B"));
    add([range = *range](const record::RecordView& record) {
      const auto size = static_cast<int64_t>(record.value ? record.value->size() : 0);
      return size >= range.min && size <= range.max;
    });
  }
  return out;
}

bool RecordFilter::admits(const record::RecordView& record) const {
  const bool holds = std::ranges::all_of(
      conditions_, [&](const auto& condition) { return condition->holds(record); });
  return holds != is_inverted_;
}

}  // namespace spool::cli
