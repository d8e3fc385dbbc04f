#pragma once

#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "core/record/validate.h"

namespace spool::broker {

/// Validators keep codec contexts, which are dear to make: they are lent out, one to a request at a time. One mutex.
class ValidatorPool {
 public:
  /// Gives the validator back when it goes.
  class Loan {
   public:
    Loan(ValidatorPool& pool, std::unique_ptr<record::ProduceValidator> validator)
        : pool_(pool), validator_(std::move(validator)) {}
    ~Loan() {
      std::lock_guard lock(pool_.mutex_);
      pool_.spare_.push_back(std::move(validator_));
    }
    Loan(const Loan&) = delete;
    Loan& operator=(const Loan&) = delete;
    record::ProduceValidator* operator->() { return validator_.get(); }

   private:
    ValidatorPool& pool_;
    std::unique_ptr<record::ProduceValidator> validator_;
  };

  Loan take() {
    std::unique_lock lock(mutex_);
    if (spare_.empty()) {
      lock.unlock();
      return Loan(*this, std::make_unique<record::ProduceValidator>());
    }
    auto validator = std::move(spare_.back());
    spare_.pop_back();
    return Loan(*this, std::move(validator));
  }

 private:
  std::mutex mutex_;
  std::vector<std::unique_ptr<record::ProduceValidator>> spare_;  // guarded by mutex_; at most one a loop
};

}  // namespace spool::broker
