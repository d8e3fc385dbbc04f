#pragma once

#include "core/base/bytes.h"
#include "core/base/uuid.h"

namespace spool {

/// Fills `into` with bytes that nobody can foretell (getrandom(2)); waits for the kernel's generator in early boot.
void fill_random(MutableBytes into);

/// A fresh id.
Uuid random_uuid();

}  // namespace spool
