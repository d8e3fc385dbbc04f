#include "core/storage/open_files.h"

namespace spool::storage {

void OpenFiles::add(FileHolder& holder) {
  const std::lock_guard lock(mutex_);
  holder.mark_used();
  if (holder.is_listed_) return;
  holder.place_ = holders_.insert(holders_.end(), &holder);
  holder.is_listed_ = true;
  if (holders_.size() > holders_max_) evict(holder);
}

// At most two rounds: the first takes the marks away. When all are busy there is one more than
// asked for, until the next comes.
void OpenFiles::evict(const FileHolder& newcomer) {
  for (size_t left = holders_.size() * 2; left > 0 && holders_.size() > holders_max_; --left) {
    FileHolder& oldest = *holders_.front();
    const bool is_idle = &oldest != &newcomer &&
                         !oldest.was_used_.exchange(false, std::memory_order_relaxed) &&
                         oldest.try_release_files();
    if (is_idle) {
      holders_.pop_front();
      oldest.is_listed_ = false;
    } else {
      holders_.splice(holders_.end(), holders_, holders_.begin());
    }
  }
}

void OpenFiles::remove(FileHolder& holder) {
  const std::lock_guard lock(mutex_);
  if (!holder.is_listed_) return;
  holders_.erase(holder.place_);
  holder.is_listed_ = false;
}

size_t OpenFiles::count() const {
  const std::lock_guard lock(mutex_);
  return holders_.size();
}

}  // namespace spool::storage
