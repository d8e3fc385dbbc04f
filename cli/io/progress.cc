#include "cli/io/progress.h"

#include <algorithm>

#include "core/base/text.h"

namespace spool::cli {

std::string grouped(int64_t number) {
  std::string out = concat(number);
  const size_t first = number < 0 ? 1 : 0;
  for (size_t at = out.size(); at > first + 3;) {
    at -= 3;
    out.insert(out.begin() + static_cast<ptrdiff_t>(at), ',');
  }
  return out;
}

std::string counted(int64_t count, std::string_view noun) {
  const std::string_view ending = count == 1 ? "" : noun.ends_with("ch") ? "es" : "s";
  return concat(grouped(count), ' ', noun, ending);
}

std::string short_bytes(int64_t bytes) {
  constexpr std::string_view kUnits[] = {"B", "kB", "MB", "GB", "TB", "PB"};
  int64_t tenths = bytes * 10;
  size_t unit = 0;
  for (; tenths >= 10'000 && unit + 1 < std::size(kUnits); ++unit) tenths /= 1000;
  if (unit == 0) return concat(bytes, " B");
  return concat(tenths / 10, '.', tenths % 10, ' ', kUnits[unit]);
}

std::string Progress::line(Time now, int64_t records, int64_t bytes) {
  next_ = now + kInterval;
  const int64_t ms = std::max<int64_t>(
      1, std::chrono::duration_cast<std::chrono::milliseconds>(now - start_).count());
  std::string out = concat(grouped(records), " records  ", short_bytes(bytes), "  ",
                           grouped(records * 1000 / ms), "/s");
  if (!total_bytes_ || *total_bytes_ <= 0) return out;
  append_text(out, "  ", bytes * 100 / *total_bytes_, " %");
  if (bytes > 0 && bytes < *total_bytes_) {
    const int64_t left_s = (*total_bytes_ - bytes) * ms / bytes / 1000;
    append_text(out, "  ", left_s / 60, ':', left_s % 60 / 10, left_s % 60 % 10, " left");
  }
  return out;
}

}  // namespace spool::cli
