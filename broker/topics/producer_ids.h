#pragma once

#include <mutex>

#include "broker/metadata/store.h"
#include "core/base/error.h"
#include "core/base/types.h"

namespace spool::broker {

/// Hands out producer ids that nobody ever had. Takes blocks of 1000 from the metadata log; what a stopped broker had
/// left of its block is never used. One mutex; blocks for an fdatasync once a block.
class ProducerIdAllocator {
 public:
  explicit ProducerIdAllocator(MetadataStore& metadata) : metadata_(metadata) {}

  Result<ProducerId> next() {
    std::lock_guard lock(mutex_);
    TRY(fill_locked());
    const ProducerId given = next_;
    next_ = ProducerId(next_.value + 1);
    --left_;
    return given;
  }
  /// Whether next() would block. fill() before it, on a worker; should that fail, next() says why.
  bool is_empty() const {
    std::lock_guard lock(mutex_);
    return left_ == 0;
  }
  void fill() {
    std::lock_guard lock(mutex_);
    (void)fill_locked();
  }

 private:
  Status fill_locked() {
    if (left_ > 0) return {};
    TRY_ASSIGN(const ProducerIdBlock block, metadata_.next_producer_id_block());
    next_ = block.first;
    left_ = block.count;
    return {};
  }

  MetadataStore& metadata_;
  mutable std::mutex mutex_;
  ProducerId next_;    // guarded by mutex_
  int64_t left_ = 0;   // guarded by mutex_
};

}  // namespace spool::broker
