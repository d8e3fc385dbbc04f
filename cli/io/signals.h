#pragma once

#include <csignal>
#include <optional>

#include "cli/command.h"

namespace spool::cli {

/// SIGINT and SIGTERM as something to look at instead of something that strikes: while an object
/// lives they are blocked in this thread (and in those it starts) and wait on a descriptor. A
/// command that has nothing to flush needs none: the default action ends it with the same exit code
/// in the shell's eyes. A second signal of the same kind is seen like the first; the owner decides
/// when patience ends.
class StopSignals {
 public:
  StopSignals();
  ~StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

  /// Readable (POLLIN) when a signal waits.
  int poll_fd() const { return fd_; }
  /// Takes a waiting signal: the exit code it asks for (130 or 143), nullopt when there is none.
  /// Never blocks.
  std::optional<Exit> take();

 private:
  int fd_;
  sigset_t before_;
};

}  // namespace spool::cli
