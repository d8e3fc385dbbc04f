#pragma once

/// What the handlers of the transaction APIs have in common.

#include "broker/coordinator/request.h"
#include "broker/txn/service.h"

namespace spool::broker::txn {

/// From this version on AddPartitionsToTxn, AddOffsetsToTxn and EndTxn tell a producer that it is
/// fenced; before, that its epoch is invalid (KIP-588).
inline constexpr int16_t kVersionOfFencing = 2;

inline int16_t fenced_code(int16_t code, int16_t version,
                           int16_t version_of_fencing = kVersionOfFencing) {
  const bool is_fenced = code == static_cast<int16_t>(ErrorCode::producer_fenced);
  return is_fenced && version < version_of_fencing
             ? static_cast<int16_t>(ErrorCode::invalid_producer_epoch)
             : code;
}

}  // namespace spool::broker::txn
