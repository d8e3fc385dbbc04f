#pragma once

/// Buffered output to a descriptor, and what a terminal changes about it.

#include <string>
#include <string_view>

#include "core/base/error.h"

namespace spool::cli {

/// Writes text to a file descriptor in large blocks. The first failure is kept: later writes do
/// nothing, and flush() reports it. One thread. The destructor does not flush: a command that does
/// not flush has not printed.
class Out {
 public:
  /// fd  borrowed; stays open
  explicit Out(int fd);

  void write(std::string_view text);
  void line(std::string_view text) {
    write(text);
    write("\n");
  }
  /// Hands everything to the kernel.
  /// errors  the first failure since the start; is_broken_pipe() tells the one that is nobody's
  /// fault
  Status flush();

  bool is_broken_pipe() const { return is_broken_pipe_; }
  bool is_terminal() const { return is_terminal_; }
  /// A terminal that wants colour: NO_COLOR is unset and TERM is not "dumb".
  bool has_colour() const { return has_colour_; }
  /// $COLUMNS, else the width of the terminal; 80 when there is none, or it does not say.
  size_t columns() const;
  int fd() const { return fd_; }

 private:
  int fd_;
  bool is_terminal_;
  bool has_colour_;
  bool is_broken_pipe_ = false;
  std::string buffered_;
  Status status_;
};

}  // namespace spool::cli
