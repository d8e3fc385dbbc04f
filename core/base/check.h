#pragma once

namespace spool {

/// Prints the failed condition and aborts. Never returns.
[[noreturn]] void check_failed(const char* condition, const char* file, int line);

}  // namespace spool

/// States what cannot be false. Stays on in release builds. Never on anything that came from a socket, a file or a
/// user: those failures are returned values.
#define CHECK(condition) \
  (__builtin_expect(!!(condition), 1) ? void(0) : ::spool::check_failed(#condition, __FILE__, __LINE__))
