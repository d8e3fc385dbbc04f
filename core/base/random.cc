#include "core/base/random.h"

#include <sys/random.h>

namespace spool {

void fill_random(MutableBytes into) {
  while (!into.empty()) {
    const ssize_t got = ::getrandom(into.data(), into.size(), 0);
    if (got > 0) into = into.subspan(static_cast<size_t>(got));
  }
}

Uuid random_uuid() { return Uuid::random(fill_random); }

}  // namespace spool
