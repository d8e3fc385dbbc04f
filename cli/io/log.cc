#include "cli/io/log.h"

#include <unistd.h>

#include "core/base/text.h"

namespace spool::cli {

void StderrLogger::write(LogLevel level, std::string_view line) {
  if (level < least_) return;
  const std::string text = concat("spool: ", line, '\n');
  // A lost line of a log is nothing to fail for.
  [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, text.data(), text.size());
}

}  // namespace spool::cli
