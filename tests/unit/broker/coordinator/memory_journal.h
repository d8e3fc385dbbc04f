#pragma once

#include <map>
#include <optional>
#include <vector>

#include "broker/coordinator/machine.h"
#include "broker/coordinator/record.h"

// Last: doctest's CHECK then takes the place of ours.
#include <doctest/doctest.h>

namespace spool::broker::coordinator {

/// What was written, in order; can refuse.
class MemoryJournal final : public Journal {
 public:
  Result<Offset> append(const RecordList& list, int64_t, Producer producer) override {
    if (fails_with) return fail(*fails_with);
    const size_t first = records.size();
    for (const Record& record : list.records()) {
      if (producer.id != kNoProducerId) transactional_[records.size()] = {producer.id, {}};
      records.push_back(record);
    }
    ++batches_count;
    return Offset(static_cast<int64_t>(first));
  }
  Status append_split(const RecordList& list, int64_t wall_ms) override {
    TRY(append(list, wall_ms, {}));
    return {};
  }
  Status append_marker(Producer producer, const record::EndTxnMarker& marker, int64_t) override {
    if (fails_with) return fail(*fails_with);
    transactional_[records.size()] = {producer.id, marker.is_commit};
    records.emplace_back();
    return {};
  }

  /// Gives all of it to a machine, as at a start.
  void replay_to(Machine& machine) const {
    for (size_t i = 0; i < records.size(); ++i) {
      const auto found = transactional_.find(i);
      const Transactional what = found == transactional_.end() ? Transactional{} : found->second;
      if (what.is_commit) {
        machine.replay_marker(what.producer_id, *what.is_commit);
        continue;
      }
      ReplayedRecord replayed{static_cast<int64_t>(i), what.producer_id, records[i].key, {}};
      if (records[i].value) replayed.value = *records[i].value;
      const Status done = machine.replay(replayed);
      REQUIRE_MESSAGE(done.has_value(), done.error().text());
    }
  }

  std::vector<Record> records;  ///< a marker's is empty
  int batches_count = 0;
  std::optional<ErrorCode> fails_with;

 private:
  struct Transactional {
    ProducerId producer_id = kNoProducerId;
    std::optional<bool> is_commit;  // of a marker
  };

  std::map<size_t, Transactional> transactional_;  // by place in `records`
};

}  // namespace spool::broker::coordinator
