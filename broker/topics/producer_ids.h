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
    if (left_ == 0) {
      TRY_ASSIGN(const ProducerIdBlock block, metadata_.next_producer_id_block());
      next_ = block.first;
      left_ = block.count;
    }
    const ProducerId given = next_;
    next_ = ProducerId(next_.value + 1);
    --left_;
    return given;
  }

 private:
  MetadataStore& metadata_;
  std::mutex mutex_;
  ProducerId next_;    // guarded by mutex_
  int64_t left_ = 0;   // guarded by mutex_
};

}  // namespace spool::broker
