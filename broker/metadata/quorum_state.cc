#include "broker/metadata/quorum_state.h"

#include <limits>
#include <nlohmann/json.hpp>

#include "core/base/text.h"

namespace spool::broker {
namespace {

using Json = nlohmann::json;

// The integer under `key`, `missing` when the key is not there.
template <class T>
Result<T> integer(const Json& object, const char* key, T missing) {
  const auto found = object.find(key);
  if (found == object.end()) return missing;
  if (!found->is_number_integer())
    return fail(ErrorCode::parse_error, concat(key, " is not an integer"));
  const int64_t value = found->get<int64_t>();
  if (value < std::numeric_limits<T>::min() || value > std::numeric_limits<T>::max())
    return fail(ErrorCode::parse_error, concat(key, " is out of range"));
  return static_cast<T>(value);
}

Status read_voters(const Json& object, std::vector<int32_t>& out) {
  const auto found = object.find("currentVoters");
  if (found == object.end() || found->is_null()) return {};
  if (!found->is_array()) return fail(ErrorCode::parse_error, "currentVoters is not an array");
  for (const Json& voter : *found) {
    if (!voter.is_object()) return fail(ErrorCode::parse_error, "a current voter is not an object");
    TRY_ASSIGN(out.emplace_back(), integer<int32_t>(voter, "voterId", -1));
  }
  return {};
}

}  // namespace

Result<QuorumState> parse_quorum_state(std::string_view text) {
  const Json object = Json::parse(text, nullptr, false);
  if (!object.is_object()) return fail(ErrorCode::parse_error, "not a JSON object");
  QuorumState state;
  TRY_ASSIGN(state.data_version, integer<int16_t>(object, "data_version", -1));
  if (state.data_version < 0 || state.data_version > 1)
    return fail(ErrorCode::parse_error,
                concat("data_version is ", state.data_version, ", known are 0 and 1"));
  TRY_ASSIGN(state.leader_id, integer<int32_t>(object, "leaderId", -1));
  TRY_ASSIGN(state.leader_epoch, integer<int32_t>(object, "leaderEpoch", -1));
  TRY_ASSIGN(state.voted_id, integer<int32_t>(object, "votedId", -1));
  TRY_ASSIGN(state.applied_offset, integer<int64_t>(object, "appliedOffset", 0));
  if (state.leader_epoch < 0)
    return fail(ErrorCode::parse_error, "leaderEpoch is missing or negative");
  TRY(read_voters(object, state.current_voters));
  if (const auto found = object.find("clusterId"); found != object.end() && found->is_string())
    state.cluster_id = found->get<std::string>();
  if (const auto found = object.find("votedDirectoryId");
      found != object.end() && found->is_string())
    state.voted_directory_id = Uuid::parse(found->get<std::string>()).value_or(kZeroUuid);
  return state;
}

std::string format_quorum_state(const QuorumState& state) {
  nlohmann::ordered_json object;
  if (state.data_version == 0) object["clusterId"] = state.cluster_id;
  object["leaderId"] = state.leader_id;
  object["leaderEpoch"] = state.leader_epoch;
  object["votedId"] = state.voted_id;
  if (state.data_version == 0) {
    object["appliedOffset"] = state.applied_offset;
    object["currentVoters"] = nlohmann::ordered_json::array();
    for (int32_t voter : state.current_voters)
      object["currentVoters"].push_back({{"voterId", voter}});
  } else {
    object["votedDirectoryId"] = state.voted_directory_id.to_string();
  }
  object["data_version"] = state.data_version;
  return object.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace spool::broker
