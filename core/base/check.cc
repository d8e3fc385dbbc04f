#include "core/base/check.h"

#include <cstdio>
#include <cstdlib>

namespace spool {

void check_failed(const char* condition, const char* file, int line) {
  std::fprintf(stderr, "spool: internal error: %s (%s:%d)\n", condition, file, line);
  std::abort();
}

}  // namespace spool
