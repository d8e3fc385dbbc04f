#include "cli/io/shown_record.h"

#include <time.h>

#include "core/base/text.h"

namespace spool::cli {

std::string_view timestamp_type_name(record::TimestampType type) {
  switch (type) {
    case record::TimestampType::create_time:
      return "create";
    case record::TimestampType::log_append_time:
      return "append";
    default:
      return "none";
  }
}

void append_iso_time(std::string& out, int64_t ms, bool is_local) {
  int64_t seconds = ms / 1000, rest = ms % 1000;
  if (rest < 0) {
    rest += 1000;
    --seconds;
  }
  const auto when = static_cast<time_t>(seconds);
  tm parts{};
  // A year beyond what tm holds is no time anybody reads: the number says as much.
  if ((is_local ? ::localtime_r(&when, &parts) : ::gmtime_r(&when, &parts)) == nullptr)
    return append_text(out, ms);
  char text[64];
  out.append(text, ::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &parts));
  out += '.';
  for (int64_t unit = 100; unit > 0; unit /= 10) out += static_cast<char>('0' + rest / unit % 10);
  if (!is_local) {
    out += 'Z';
    return;
  }
  const int64_t minutes = (parts.tm_gmtoff < 0 ? -parts.tm_gmtoff : parts.tm_gmtoff) / 60;
  out += parts.tm_gmtoff < 0 ? '-' : '+';
  const auto two = [&](int64_t n) { append_text(out, n / 10, n % 10); };
  two(minutes / 60);
  out += ':';
  two(minutes % 60);
}

}  // namespace spool::cli
