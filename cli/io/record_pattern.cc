#include "cli/io/record_pattern.h"

#include <re2/re2.h>

#include <algorithm>

#include "cli/io/json_reader.h"
#include "core/base/text.h"
#include "core/client/start_offset.h"

namespace spool::cli {

namespace {

/// An unfinished record is looked at again only when it has grown by a third: see RowCutter.
constexpr size_t kLongRecordBytes = 1 << 20;
constexpr int64_t kHeadersMax = 1 << 20;
/// No number has more characters.
constexpr size_t kNumberCharsMax = 20;

bool is_text_token(char token) { return std::string_view("sktyh").contains(token); }

template <class T>
int64_t load_number(std::string_view bytes, bool is_big) {
  T value;
  if (is_big)
    value = load_be<T>(as_bytes(bytes).data());
  else
    std::memcpy(&value, bytes.data(), sizeof value);
  return value;
}

int64_t binary_number(NumberForm form, std::string_view bytes) {
  switch (form) {
    case NumberForm::be8:
      return load_number<int8_t>(bytes, true);
    case NumberForm::be16:
      return load_number<int16_t>(bytes, true);
    case NumberForm::be32:
      return load_number<int32_t>(bytes, true);
    case NumberForm::be64:
      return load_number<int64_t>(bytes, true);
    case NumberForm::le16:
      return load_number<int16_t>(bytes, false);
    case NumberForm::le32:
      return load_number<int32_t>(bytes, false);
    default:
      return load_number<int64_t>(bytes, false);
  }
}

/// How an attempt to take something ended.
enum class Taken : uint8_t { good, more, bad };

}  // namespace

struct PatternCutter::Step {
  FormatPart part;
  bool is_sized = false;  ///< a size token stood before it
  bool is_last = false;   ///< nothing stands behind it: it goes on to the end
  std::string stop;       ///< the literal text behind it, when it has no size of its own
  std::shared_ptr<RE2> pattern;
  std::vector<Step> inner;
};

/// One attempt to read one record.
struct PatternCutter::Run {
  std::string_view bytes;
  bool is_end;
  const LineRules& rules;
  InputRecord& out;
  std::string& kept;
  size_t at = 0;
  int64_t key_size = 0;
  int64_t value_size = 0;
  int64_t header_count = 0;
  std::string problem;

  Taken fail_with(std::string text) {
    problem = std::move(text);
    return Taken::bad;
  }
  std::string_view rest() const { return bytes.substr(at); }
  BytesView keep(std::string_view decoded) {
    const size_t begin = kept.size();
    kept += decoded;
    return as_bytes(std::string_view(kept).substr(begin));
  }

  Taken take_literal(std::string_view literal);
  Taken take_number(const Step& step, int64_t& number);
  Taken take_text(const Step& step, int64_t size, std::string_view& text);
  Taken take_bytes(const Step& step, int64_t size, std::optional<BytesView>& field);
  Taken take_field(const Step& step);
  Taken take_headers(const Step& step);
  Taken take_inner(const Step& step);
  Taken take_time(const Step& step);
  Taken take(const Step& step);
};

PatternCutter::PatternCutter() = default;
PatternCutter::~PatternCutter() = default;

Result<std::vector<PatternCutter::Step>> PatternCutter::compile(
    const std::vector<FormatPart>& parts, bool is_inner) {
  std::vector<Step> steps;
  bool has_value_size = false, has_key_size = false, has_count = false;
  for (size_t i = 0; i < parts.size(); ++i) {
    Step step{.part = parts[i]};
    const char token = step.part.token;
    if (token == 'S') has_value_size = true;
    if (token == 'K') has_key_size = true;
    if (token == 'H') has_count = true;
    step.is_sized = (token == 's' && has_value_size) || (token == 'k' && has_key_size) ||
                    (token == 'h' && !step.part.inner.empty());
    const bool is_followed_by_text = i + 1 < parts.size() && parts[i + 1].token == 0;
    if (is_followed_by_text) step.stop = parts[i + 1].literal;
    step.is_last = i + 1 == parts.size() && !is_inner;
    if (token == 'h' && step.part.has_name)
      return fail(ErrorCode::invalid_argument, "%h[NAME] is for records that are printed");
    if (token == 'h' && !step.part.inner.empty()) {
      if (!has_count)
        return fail(ErrorCode::invalid_argument,
                    "%h{...} needs the number of headers, %H, before it");
      TRY_ASSIGN(step.inner, compile(step.part.inner, true));
    }
    if (step.part.pattern) {
      step.pattern = std::make_shared<RE2>(*step.part.pattern, RE2::Quiet);
      if (!step.pattern->ok())
        return fail(ErrorCode::invalid_argument,
                    concat("%", token, "{re:", *step.part.pattern, "}: ", step.pattern->error()));
    }
    const bool has_end = step.is_sized || step.pattern || is_followed_by_text || step.is_last ||
                         step.part.bytes == BytesForm::json;
    if ((is_text_token(token) || (token == 'T' && step.part.time != TimeForm::number)) && !has_end)
      return fail(ErrorCode::invalid_argument,
                  concat("nothing says where %", token,
                         " ends: put a size (%S, %K) before it or text behind it"));
    steps.push_back(std::move(step));
  }
  return steps;
}

Result<std::unique_ptr<RecordCutter>> PatternCutter::make(std::string_view format,
                                                          LineRules rules) {
  TRY_ASSIGN(const auto parts, parse_format(format));
  std::unique_ptr<PatternCutter> cutter(new PatternCutter());
  auto steps = compile(parts, false);
  if (!steps) return fail(steps.error().with_context(concat("format '", format, "'")));
  const bool has_token =
      std::ranges::any_of(*steps, [](const Step& step) { return step.part.token != 0; });
  if (!has_token)
    return fail(ErrorCode::invalid_argument, concat("format '", format, "': it has no token"));
  cutter->steps_ = std::move(*steps);
  cutter->rules_ = std::move(rules);
  return std::unique_ptr<RecordCutter>(std::move(cutter));
}

Taken PatternCutter::Run::take_literal(std::string_view literal) {
  const std::string_view here = rest().substr(0, literal.size());
  if (here == literal) {
    at += literal.size();
    return Taken::good;
  }
  if (here.size() < literal.size() && literal.starts_with(here) && !is_end) return Taken::more;
  // The last record needs no line end.
  if (here.empty() && is_end && literal == "\n") return Taken::good;
  return fail_with(concat("'", literal == "\n" ? std::string_view("\\n") : literal,
                          "' is missing behind character ", at));
}

Taken PatternCutter::Run::take_number(const Step& step, int64_t& number) {
  const size_t width = number_bytes(step.part.number);
  if (width > 0) {
    if (rest().size() < width)
      return is_end ? fail_with("the input ends inside a number") : Taken::more;
    number = binary_number(step.part.number, rest().substr(0, width));
    at += width;
    return Taken::good;
  }
  const bool is_hex = step.part.number == NumberForm::hex;
  const std::string_view digits = is_hex ? "0123456789abcdefABCDEF" : "-0123456789";
  const size_t most = step.part.digits > 0 ? static_cast<size_t>(step.part.digits)
                                           : (is_hex ? 16 : kNumberCharsMax);
  const std::string_view window = rest().substr(0, most);
  const size_t end = std::min(window.find_first_not_of(digits), window.size());
  const bool may_go_on = end == window.size() && window.size() < most;
  if (may_go_on && !is_end) return Taken::more;
  const auto [stop, error] =
      std::from_chars(window.data(), window.data() + end, number, is_hex ? 16 : 10);
  if (error != std::errc{} || stop != window.data() + end)
    return fail_with(concat("a number is missing behind character ", at));
  at += end;
  return Taken::good;
}

Taken PatternCutter::Run::take_text(const Step& step, int64_t size, std::string_view& text) {
  if (step.is_sized) {
    if (size < 0) return Taken::good;
    if (rest().size() < static_cast<uint64_t>(size))
      return is_end ? fail_with("the input ends inside a record") : Taken::more;
    text = rest().substr(0, static_cast<size_t>(size));
    at += text.size();
    return Taken::good;
  }
  if (step.pattern != nullptr) {
    re2::StringPiece match;
    const re2::StringPiece here(rest().data(), rest().size());
    if (!step.pattern->Match(here, 0, here.size(), RE2::ANCHOR_START, &match, 1))
      return is_end ? fail_with(concat("behind character ", at, ": '", step.pattern->pattern(),
                                       "' does not match"))
                    : Taken::more;
    // What ends where the bytes end may match more when there are more.
    if (match.size() == here.size() && !is_end) return Taken::more;
    text = rest().substr(0, match.size());
    at += text.size();
    return Taken::good;
  }
  const size_t end = step.stop.empty() ? rest().npos : rest().find(step.stop);
  if (end == rest().npos && !is_end) return Taken::more;
  const bool is_optional = step.stop.empty() || step.stop == "\n";
  if (end == rest().npos && !is_optional)
    return fail_with(concat("'", step.stop, "' is missing behind character ", at));
  text = rest().substr(0, end);
  at += text.size();
  return Taken::good;
}

Taken PatternCutter::Run::take_bytes(const Step& step, int64_t size,
                                     std::optional<BytesView>& field) {
  field.reset();
  if (step.is_sized && size < 0) return Taken::good;
  std::string_view text;
  if (step.part.bytes == BytesForm::json && !step.is_sized) {
    std::string scratch;
    JsonReader reader(rest(), scratch);
    if (!reader.skip(&text)) {
      const bool may_go_on = !is_end && reader.position() >= rest().size();
      return may_go_on ? Taken::more : fail_with(std::string(reader.error().text()));
    }
    if (reader.position() == rest().size() && !is_end) return Taken::more;
    at += reader.position();
    field = as_bytes(text);
    return Taken::good;
  }
  if (const Taken taken = take_text(step, size, text); taken != Taken::good) return taken;
  const bool is_null_text = step.part.null_text && text == *step.part.null_text;
  if (!step.is_sized && (is_null_text || !rules.field(text))) return Taken::good;
  if (step.part.bytes != BytesForm::hex && step.part.bytes != BytesForm::base64) {
    field = as_bytes(text);
    return Taken::good;
  }
  const bool is_hex = step.part.bytes == BytesForm::hex;
  const auto decoded = is_hex ? hex_decode(text) : base64_decode(text);
  if (!decoded)
    return fail_with(
        concat("'", text.substr(0, 40), "' is not ", is_hex ? "hexadecimal" : "Base64"));
  field = keep(*decoded);
  return Taken::good;
}

Taken PatternCutter::Run::take_headers(const Step& step) {
  if (!step.inner.empty()) return take_inner(step);
  std::string_view text;
  if (const Taken taken = take_text(step, 0, text); taken != Taken::good) return taken;
  if (text.empty()) return Taken::good;
  for (const std::string_view header : split(text, ',')) {
    const size_t equals = header.find('=');
    if (equals == header.npos) return fail_with(concat("header '", header, "' has no '='"));
    const std::string_view value = header.substr(equals + 1);
    out.headers.push_back({as_bytes(header.substr(0, equals)),
                           value == "NULL" ? std::nullopt : std::optional(as_bytes(value))});
  }
  return Taken::good;
}

/// Each header is read like a record of its own, whose key is the name.
Taken PatternCutter::Run::take_inner(const Step& step) {
  if (header_count < 0 || header_count > kHeadersMax)
    return fail_with(concat(header_count, " is no number of headers"));
  for (int64_t i = 0; i < header_count; ++i) {
    InputRecord header;
    Run inner{
        .bytes = bytes, .is_end = is_end, .rules = rules, .out = header, .kept = kept, .at = at};
    for (const Step& part : step.inner)
      if (const Taken taken = inner.take(part); taken != Taken::good) {
        problem = std::move(inner.problem);
        return taken;
      }
    if (!header.key) return fail_with("a header without a name");
    out.headers.push_back({*header.key, header.value});
    at = inner.at;
  }
  return Taken::good;
}

Taken PatternCutter::Run::take_time(const Step& step) {
  int64_t number = 0;
  if (step.part.time == TimeForm::number || step.part.time == TimeForm::seconds) {
    const Taken taken = take_number(step, number);
    if (taken == Taken::good)
      out.timestamp_ms = step.part.time == TimeForm::seconds ? number * 1000 : number;
    return taken;
  }
  std::string_view text;
  if (const Taken taken = take_text(step, 0, text); taken != Taken::good) return taken;
  const auto parsed = client::parse_time(text, 0);
  if (!parsed) return fail_with(concat("'", text, "' is no time"));
  out.timestamp_ms = *parsed;
  return Taken::good;
}

Taken PatternCutter::Run::take_field(const Step& step) {
  if (step.part.token == 's') return take_bytes(step, value_size, out.value);
  if (step.part.token == 'k') {
    out.has_key = true;
    return take_bytes(step, key_size, out.key);
  }
  std::string_view text;
  const Taken taken = take_text(step, 0, text);
  if (taken == Taken::good && step.part.token == 't') out.topic = text;
  return taken;
}

Taken PatternCutter::Run::take(const Step& step) {
  int64_t number = 0;
  Taken taken = Taken::good;
  switch (step.part.token) {
    case 0:
      return take_literal(step.part.literal);
    case 's':
    case 'k':
    case 't':
    case 'y':
      return take_field(step);
    case 'S':
      return take_number(step, value_size);
    case 'K':
      return take_number(step, key_size);
    case 'H':
      return take_number(step, header_count);
    case 'h':
      return take_headers(step);
    case 'T':
      return take_time(step);
    case 'p':
      taken = take_number(step, number);
      if (taken == Taken::good && (number < 0 || number > INT32_MAX))
        return fail_with(concat(number, " is no number of a partition"));
      if (taken == Taken::good) out.partition = Partition(static_cast<int32_t>(number));
      return taken;
    default:
      return take_number(step, number);
  }
}

Result<RecordCutter::Cut> PatternCutter::cut(std::string_view bytes, bool is_end,
                                             InputRecord& out) {
  if (!is_end && tried_ >= kLongRecordBytes && bytes.size() < tried_ + tried_ / 3) return more();
  kept_.clear();
  // Decoding never makes text longer, so views into this stay good.
  kept_.reserve(bytes.size());
  Run run{.bytes = bytes, .is_end = is_end, .rules = rules_, .out = out, .kept = kept_};
  for (const Step& step : steps_) {
    const Taken taken = run.take(step);
    if (taken == Taken::good) continue;
    if (taken == Taken::more) {
      tried_ = bytes.size();
      return more();
    }
    return fail(ErrorCode::parse_error, std::move(run.problem));
  }
  tried_ = 0;
  if (run.at == 0)
    return fail(ErrorCode::parse_error, "the format matches nothing, which could go on for ever");
  return taken_record(run.at);
}

}  // namespace spool::cli
