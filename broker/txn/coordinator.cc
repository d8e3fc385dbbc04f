#include "broker/txn/coordinator.h"

#include <algorithm>

#include "core/base/text.h"

namespace spool::broker::txn {

using protocol::DescribeTransactionsResponse;
using protocol::EndTxnRequest;
using protocol::EndTxnResponse;
using protocol::InitProducerIdRequest;
using protocol::InitProducerIdResponse;
using protocol::ListTransactionsResponse;

namespace {

/// From this version of EndTxn on the epoch goes up with the end of a transaction.
constexpr int16_t kVersionOfEpochBumps = 5;
/// Until markers that could not be written are tried again.
constexpr int64_t kMarkerRetryMs = 1000;

/// What is not in the log has not happened: the client may ask again.
ErrorCode append_error(const Error& error) {
  switch (error.code()) {
    case ErrorCode::unknown_topic_or_partition:
      return ErrorCode::coordinator_not_available;
    case ErrorCode::message_too_large:
    case ErrorCode::record_list_too_large:
    case ErrorCode::invalid_argument:
      return ErrorCode::unknown_server_error;
    case ErrorCode::read_only:
      return ErrorCode::kafka_storage_error;
    default:
      return ErrorCode::not_coordinator;
  }
}

Producer producer_of(const Transaction& transaction) {
  return {transaction.producer_id, transaction.producer_epoch};
}

}  // namespace

// ---------------------------------------------------------------------------------------------------------------------
// Records

Status Coordinator::replay(const ReplayedRecord& record) {
  const auto bad = [&](std::string_view what) {
    return fail(ErrorCode::corrupt_message, concat("offset ", record.offset, ": ", what));
  };
  if (!record.key || record.key->size() < sizeof(int16_t)) return bad("the key holds no type");
  if (load_be<int16_t>(record.key->data()) != protocol::TransactionLogKey::kInfo.api_key) {
    ++unknown_records_count_;
    return {};
  }
  const auto key =
      protocol::decode<protocol::TransactionLogKey>(record.key->subspan(sizeof(int16_t)), 0);
  if (!key) return bad(key.error().text());
  if (!record.value) {
    entries_.erase(key->transactional_id);
    return {};
  }
  const auto value = coordinator::decode_value<protocol::TransactionLogValue>(*record.value);
  if (!value) return bad(value.error().text());
  auto transaction = from_record(*value);
  if (!transaction) return bad(transaction.error().text());
  entries_[key->transactional_id].transaction = std::move(*transaction);
  return {};
}

ErrorCode Coordinator::write(const std::string& id, Entry& entry, Transaction next, Now now) {
  next.last_update_ms = now.wall_ms;
  protocol::TransactionLogValue value = to_record(next);
  const bool is_flexible = environment_.transaction_version() >= kFlexibleValues;
  if (!is_flexible) {
    value.previous_producer_id = value.next_producer_id = kNoProducerId.value;
    value.client_transaction_version = 0;
  }
  coordinator::RecordList records;
  records.add(protocol::TransactionLogKey{id, {}}, value, is_flexible ? int16_t{1} : int16_t{0});
  Status status = records.status();
  if (status) {
    const auto appended = environment_.journal.append(records, now.wall_ms, {});
    if (!appended) status = fail(appended.error());
  }
  if (!status) {
    environment_.logger.error(concat(environment_.name, ": append: ", status.error().text()));
    return append_error(status.error());
  }
  entry.transaction = std::move(next);
  return ErrorCode::none;
}

void Coordinator::loaded(Now now) {
  for (auto& [id, entry] : entries_) {
    if (entry.transaction.is_ending()) write_markers(id, entry, now);
    if (entry.transaction.state == State::ongoing)
      schedule(abort_check_ms_, environment_.settings.abort_check_interval_ms, now);
    schedule(expiration_check_ms_, environment_.settings.expiration_check_interval_ms, now);
  }
}

// ---------------------------------------------------------------------------------------------------------------------
// InitProducerId

Coordinator::Entry* Coordinator::entry_of(const std::string& id) {
  const auto found = entries_.find(id);
  return found == entries_.end() ? nullptr : &found->second;
}

const Transaction* Coordinator::find(const std::string& id) const {
  const auto found = entries_.find(id);
  return found == entries_.end() ? nullptr : &found->second.transaction;
}

InitProducerIdResponse Coordinator::init_producer_id(Now now,
                                                     const InitProducerIdRequest& request) {
  InitProducerIdResponse response;
  const auto refuse = [&](ErrorCode error) {
    response.error_code = static_cast<int16_t>(error);
    response.producer_epoch = -1;
    return response;
  };
  const std::string& id = *request.transactional_id;
  if (id.empty()) return refuse(ErrorCode::invalid_request);
  if (request.transaction_timeout_ms <= 0 ||
      request.transaction_timeout_ms > environment_.settings.max_timeout_ms)
    return refuse(ErrorCode::invalid_transaction_timeout);
  Entry* entry = entry_of(id);
  Transaction next;
  if (entry != nullptr) next = entry->transaction;
  if (const ErrorCode error = next_identity(request, next); error != ErrorCode::none)
    return refuse(error);
  if (next.state == State::ongoing) {
    // The client comes again when the transaction of its predecessor has ended.
    const ErrorCode error = fence(id, *entry, now);
    return refuse(error == ErrorCode::none ? ErrorCode::concurrent_transactions : error);
  }
  next.state = State::empty;
  next.timeout_ms = request.transaction_timeout_ms;
  next.start_ms = -1;
  Entry fresh;
  if (const ErrorCode error = write(id, entry == nullptr ? fresh : *entry, std::move(next), now);
      error != ErrorCode::none)
    return refuse(error);
  if (entry == nullptr) entry = &entries_.emplace(id, std::move(fresh)).first->second;
  schedule(expiration_check_ms_, environment_.settings.expiration_check_interval_ms, now);
  response.producer_id = entry->transaction.producer_id.value;
  response.producer_epoch = entry->transaction.producer_epoch.value;
  return response;
}

// The id and epoch that the producer is to have. A transaction that goes on is left as it is.
ErrorCode Coordinator::next_identity(const InitProducerIdRequest& request, Transaction& next) {
  const bool is_new = next.producer_epoch == kNoProducerEpoch;
  // Who goes on with what it has (KIP-360) names it, and must be the last who got something here.
  const bool goes_on = request.producer_id != kNoProducerId.value;
  const ProducerEpoch expected(request.producer_epoch);
  const bool is_own = request.producer_id == next.producer_id.value ||
                      (request.producer_id == next.previous_producer_id.value &&
                       request.producer_epoch >= kProducerEpochMax);
  if (goes_on && !is_new && !is_own) return ErrorCode::producer_fenced;
  if (next.is_ending()) return ErrorCode::concurrent_transactions;
  if (next.state == State::ongoing) return ErrorCode::none;
  const bool needs_id =
      is_new || (next.is_epoch_exhausted() && (!goes_on || expected == next.producer_epoch));
  if (needs_id) {
    const auto producer_id = environment_.new_producer_id();
    if (!producer_id) return producer_id.error().code();
    next.previous_producer_id = is_new ? *producer_id : next.producer_id;
    next.last_producer_epoch = goes_on ? next.producer_epoch : kNoProducerEpoch;
    next.producer_id = *producer_id;
    next.producer_epoch = ProducerEpoch(0);
    return ErrorCode::none;
  }
  next.previous_producer_id = next.producer_id;
  if (!goes_on || expected == next.producer_epoch) {
    next.last_producer_epoch = goes_on ? next.producer_epoch : kNoProducerEpoch;
    next.producer_epoch = ProducerEpoch(static_cast<int16_t>(next.producer_epoch.value + 1));
    return ErrorCode::none;
  }
  // It asks again for what it was given: the answer got lost.
  return expected == next.last_producer_epoch ? ErrorCode::none : ErrorCode::producer_fenced;
}

// ---------------------------------------------------------------------------------------------------------------------
// Partitions

ErrorCode Coordinator::check_ongoing(const std::string& id, Producer producer) const {
  if (id.empty()) return ErrorCode::invalid_request;
  const Transaction* known = find(id);
  if (known == nullptr || known->producer_id != producer.id)
    return ErrorCode::invalid_producer_id_mapping;
  if (known->producer_epoch != producer.epoch) return ErrorCode::producer_fenced;
  return known->is_ending() ? ErrorCode::concurrent_transactions : ErrorCode::none;
}

bool Coordinator::has_partition(const std::string& id, const std::string& topic,
                                int32_t partition) const {
  const Transaction* known = find(id);
  return known != nullptr && known->has({{topic, {partition}}});
}

ErrorCode Coordinator::add_partitions(Now now, const std::string& id, Producer producer,
                                      const Partitions& added, int16_t client_version) {
  if (const ErrorCode error = check_ongoing(id, producer); error != ErrorCode::none) return error;
  Entry& entry = *entry_of(id);
  const bool is_ongoing = entry.transaction.state == State::ongoing;
  if (is_ongoing && entry.transaction.has(added)) return ErrorCode::none;
  Transaction next = entry.transaction;
  for (const auto& [topic, partitions] : added)
    next.partitions[topic].insert(partitions.begin(), partitions.end());
  if (!is_ongoing) next.start_ms = now.wall_ms;
  next.state = State::ongoing;
  next.previous_producer_id = next.producer_id;
  next.client_version = client_version;
  const ErrorCode error = write(id, entry, std::move(next), now);
  if (error == ErrorCode::none)
    schedule(abort_check_ms_, environment_.settings.abort_check_interval_ms, now);
  return error;
}

void Coordinator::pin(const std::string& id) {
  if (Entry* entry = entry_of(id)) ++entry->pins_count;
}

void Coordinator::unpin(const std::string& id) {
  if (Entry* entry = entry_of(id); entry != nullptr && entry->pins_count > 0) --entry->pins_count;
}

// ---------------------------------------------------------------------------------------------------------------------
// The end of a transaction

// With epochs that go up (KIP-890) the epoch tells a retry from the next request; without, only the
// state does.
//
//                     abort                  commit
//                  retry    current       retry    current
//   Empty          fenced   bumps         fenced   invalid
//   CompleteAbort  done     bumps         invalid  invalid
//   CompleteCommit invalid  bumps         done     invalid
ErrorCode Coordinator::check_end(const Entry& entry, const EndTxnRequest& request, bool bumps_epoch,
                                 bool& is_done) const {
  const Transaction& known = entry.transaction;
  const bool is_current = request.producer_epoch == known.producer_epoch.value;
  const bool is_of_previous_id = known.previous_producer_id.value == request.producer_id &&
                                 request.producer_epoch == kProducerEpochMax &&
                                 known.producer_epoch == ProducerEpoch(0);
  const bool is_retry = bumps_epoch && (is_of_previous_id ||
                                        request.producer_epoch + 1 == known.producer_epoch.value);
  if (known.producer_id.value != request.producer_id && !(bumps_epoch && is_of_previous_id))
    return ErrorCode::invalid_producer_id_mapping;
  const bool may_be_retry = known.state != State::empty && known.state != State::ongoing;
  const bool may_be_current = !(bumps_epoch && known.is_ending());
  if (!(is_current && may_be_current) && !(is_retry && may_be_retry))
    return ErrorCode::producer_fenced;
  if (known.state == State::ongoing)
    return entry.pins_count > 0 ? ErrorCode::concurrent_transactions : ErrorCode::none;
  const bool is_same = known.state != State::empty && known.is_commit() == request.committed;
  if (known.is_ending())
    return is_same ? ErrorCode::concurrent_transactions : ErrorCode::invalid_txn_state;
  if (is_same && (is_retry || !bumps_epoch)) {
    is_done = true;
    return ErrorCode::none;
  }
  return bumps_epoch && !is_retry && !request.committed ? ErrorCode::none
                                                        : ErrorCode::invalid_txn_state;
}

void Coordinator::end(Now now, const EndTxnRequest& request, int16_t version, EndReply reply) {
  const auto refuse = [&](ErrorCode error) { reply({.error_code = static_cast<int16_t>(error)}); };
  const std::string& id = request.transactional_id;
  if (id.empty()) return refuse(ErrorCode::invalid_request);
  Entry* entry = entry_of(id);
  if (entry == nullptr) return refuse(ErrorCode::invalid_producer_id_mapping);
  const bool bumps_epoch = version >= kVersionOfEpochBumps;
  bool is_done = false;
  ErrorCode error = check_end(*entry, request, bumps_epoch, is_done);
  if (error == ErrorCode::none && !is_done)
    error = prepare(id, *entry, request.committed ? State::prepare_commit : State::prepare_abort,
                    bumps_epoch ? kEpochBumps : int16_t{0}, now);
  if (error != ErrorCode::none) return refuse(error);
  entry->waiting = std::move(reply);
  if (is_done) return answer_end(*entry);
  write_markers(id, *entry, now);
}

ErrorCode Coordinator::prepare(const std::string& id, Entry& entry, State to,
                               int16_t client_version, Now now) {
  Transaction next = entry.transaction;
  next.previous_producer_id = next.producer_id;
  if (client_version >= kEpochBumps) {
    if (next.is_epoch_exhausted()) {
      const auto producer_id = environment_.new_producer_id();
      if (!producer_id) return producer_id.error().code();
      next.next_producer_id = *producer_id;
    }
    next.last_producer_epoch = next.producer_epoch;
    if (next.producer_epoch.value < INT16_MAX)
      next.producer_epoch = ProducerEpoch(static_cast<int16_t>(next.producer_epoch.value + 1));
  }
  // An abort without a beginning has none to tell of.
  if (next.state != State::ongoing) next.start_ms = now.wall_ms;
  next.state = to;
  next.client_version = client_version;
  return write(id, entry, std::move(next), now);
}

// Aborts on our own account: the producer must not go on, so its epoch goes up, whichever protocol
// it speaks. Nobody is told the new one.
ErrorCode Coordinator::fence(const std::string& id, Entry& entry, Now now) {
  if (entry.pins_count > 0) return ErrorCode::concurrent_transactions;
  const Transaction before = entry.transaction;
  int16_t version = environment_.transaction_version();
  if (version < kEpochBumps) {
    version = 0;
    if (before.producer_epoch.value < INT16_MAX)
      entry.transaction.producer_epoch =
          ProducerEpoch(static_cast<int16_t>(before.producer_epoch.value + 1));
    entry.transaction.last_producer_epoch = kNoProducerEpoch;
  }
  const ErrorCode error = prepare(id, entry, State::prepare_abort, version, now);
  if (error == ErrorCode::none)
    write_markers(id, entry, now);
  else
    entry.transaction = before;
  return error;
}

void Coordinator::write_markers(const std::string& id, Entry& entry, Now now) {
  if (entry.transaction.partitions.empty()) return complete(id, entry, now);
  entry.is_writing_markers = true;
  environment_.write_markers(id, entry.transaction);
}

void Coordinator::markers_written(Now now, const std::string& id, Producer producer,
                                  bool are_all_written) {
  Entry* entry = entry_of(id);
  if (entry == nullptr || !entry->transaction.is_ending()) return;
  if (producer_of(entry->transaction) != producer) return;
  entry->is_writing_markers = false;
  if (are_all_written) return complete(id, *entry, now);
  answer_end(*entry);
  schedule(marker_retry_ms_, kMarkerRetryMs, now);
}

void Coordinator::complete(const std::string& id, Entry& entry, Now now) {
  Transaction next = entry.transaction;
  next.previous_producer_id = next.producer_id;
  if (next.client_version >= kEpochBumps && next.next_producer_id != kNoProducerId) {
    next.producer_id = next.next_producer_id;
    next.producer_epoch = ProducerEpoch(0);
  }
  next.next_producer_id = kNoProducerId;
  next.partitions.clear();
  next.state = next.is_commit() ? State::complete_commit : State::complete_abort;
  // Written another time: the markers are there twice then, which changes nothing.
  if (write(id, entry, std::move(next), now) != ErrorCode::none)
    schedule(marker_retry_ms_, kMarkerRetryMs, now);
  answer_end(entry);
}

// Also while the markers are not written: the answer is what the producer will have then.
void Coordinator::answer_end(Entry& entry) {
  if (!entry.waiting) return;
  const Transaction& known = entry.transaction;
  EndTxnResponse response;
  if (known.client_version >= kEpochBumps) {
    const bool is_rotating = known.next_producer_id != kNoProducerId;
    response.producer_id = is_rotating ? known.next_producer_id.value : known.producer_id.value;
    response.producer_epoch = is_rotating ? int16_t{0} : known.producer_epoch.value;
  }
  EndReply reply = std::exchange(entry.waiting, {});
  reply(response);
}

// ---------------------------------------------------------------------------------------------------------------------
// Time

// A deadline that is set stays: these are periodic looks at everything.
void Coordinator::schedule(std::optional<int64_t>& deadline_ms, int64_t interval_ms, Now now) {
  if (!deadline_ms) deadline_ms = now.monotonic_ms + interval_ms;
}

std::optional<int64_t> Coordinator::next_deadline_ms() const {
  std::optional<int64_t> next;
  for (const auto& deadline : {abort_check_ms_, expiration_check_ms_, marker_retry_ms_})
    if (deadline && (!next || *deadline < *next)) next = deadline;
  return next;
}

void Coordinator::advance(Now now) {
  const auto take_due = [&](std::optional<int64_t>& deadline_ms) {
    if (!deadline_ms || *deadline_ms > now.monotonic_ms) return false;
    deadline_ms.reset();
    return true;
  };
  if (take_due(abort_check_ms_)) abort_timed_out(now);
  if (take_due(expiration_check_ms_)) remove_expired(now);
  if (take_due(marker_retry_ms_))
    for (auto& [id, entry] : entries_)
      if (entry.transaction.is_ending() && !entry.is_writing_markers) write_markers(id, entry, now);
}

void Coordinator::abort_timed_out(Now now) {
  bool is_any_ongoing = false;
  for (auto& [id, entry] : entries_) {
    const Transaction& known = entry.transaction;
    if (known.state != State::ongoing) continue;
    is_any_ongoing = true;
    if (known.start_ms + known.timeout_ms >= now.wall_ms) continue;
    if (fence(id, entry, now) == ErrorCode::none)
      environment_.logger.info(concat(environment_.name, ": the transaction of ", id,
                                      " was open for longer than its timeout and is aborted"));
  }
  if (is_any_ongoing) schedule(abort_check_ms_, environment_.settings.abort_check_interval_ms, now);
}

void Coordinator::remove_expired(Now now) {
  coordinator::RecordList records;
  std::vector<std::string> expired;
  for (const auto& [id, entry] : entries_) {
    const Transaction& known = entry.transaction;
    if (known.state == State::ongoing || known.is_ending()) continue;
    if (known.last_update_ms > now.wall_ms - environment_.settings.id_expiration_ms) continue;
    records.remove(protocol::TransactionLogKey{id, {}});
    expired.push_back(id);
  }
  if (!expired.empty()) {
    if (const Status done = environment_.journal.append_split(records, now.wall_ms); done)
      for (const std::string& id : expired) entries_.erase(id);
    else
      environment_.logger.error(
          concat(environment_.name, ": expiring transactional ids: ", done.error().text()));
  }
  if (!entries_.empty())
    schedule(expiration_check_ms_, environment_.settings.expiration_check_interval_ms, now);
}

void Coordinator::stop(ErrorCode error) {
  for (auto& [id, entry] : entries_)
    if (entry.waiting) {
      EndReply reply = std::exchange(entry.waiting, {});
      reply({.error_code = static_cast<int16_t>(error)});
    }
}

// ---------------------------------------------------------------------------------------------------------------------
// Describe and list

DescribeTransactionsResponse::TransactionState Coordinator::describe(const std::string& id) const {
  DescribeTransactionsResponse::TransactionState answer;
  answer.transactional_id = id;
  const Transaction* known = find(id);
  if (id.empty() || known == nullptr) {
    answer.error_code = static_cast<int16_t>(id.empty() ? ErrorCode::invalid_request
                                                        : ErrorCode::transactional_id_not_found);
    return answer;
  }
  answer.transaction_state = state_name(known->state);
  answer.transaction_timeout_ms = known->timeout_ms;
  answer.transaction_start_time_ms = known->start_ms;
  answer.producer_id = known->producer_id.value;
  answer.producer_epoch = known->producer_epoch.value;
  for (const auto& [topic, partitions] : known->partitions)
    answer.topics.push_back({topic, {partitions.begin(), partitions.end()}, {}});
  return answer;
}

std::vector<ListTransactionsResponse::TransactionState> Coordinator::list(
    Now now, const protocol::ListTransactionsRequest& request,
    const std::function<bool(const std::string&)>& matches) const {
  const auto passes = [](const auto& filter, const auto& value) {
    return filter.empty() || std::ranges::find(filter, value) != filter.end();
  };
  std::vector<ListTransactionsResponse::TransactionState> listed;
  for (const auto& [id, entry] : entries_) {
    const Transaction& known = entry.transaction;
    if (!passes(request.state_filters, state_name(known.state)) ||
        !passes(request.producer_id_filters, known.producer_id.value))
      continue;
    if (request.duration_filter >= 0 && now.wall_ms - known.start_ms <= request.duration_filter)
      continue;
    if (matches && !matches(id)) continue;
    listed.push_back({id, known.producer_id.value, std::string(state_name(known.state)), {}});
  }
  return listed;
}

}  // namespace spool::broker::txn
