#include "tests/unit/broker/group/coordinator_fixture.h"

namespace spool::broker::group {

using protocol::LeaveGroupRequest;
using Who = LeaveGroupRequest::MemberIdentity;

TEST_CASE("join: a dynamic member is given an id first, and the group stays empty meanwhile") {
  CoordinatorFixture f;
  const auto first = f.join({});
  REQUIRE(first->answer);
  CHECK(first->answer->error_code == code(ErrorCode::member_id_required));
  CHECK(first->answer->member_id.starts_with("client-"));
  CHECK(f.state() == "Empty");
  const auto second = f.join({.member_id = first->answer->member_id});
  REQUIRE(second->answer);
  CHECK(second->answer->error_code == 0);
  CHECK(second->answer->generation_id == 1);
  CHECK(second->answer->leader == first->answer->member_id);
  CHECK(second->answer->protocol_type == "consumer");
  CHECK(second->answer->protocol_name == "range");
  CHECK(second->answer->members.size() == 1);
  CHECK(f.state() == "CompletingRebalance");
}

TEST_CASE("join: before version 4 a member joins at once") {
  CoordinatorFixture f;
  const auto joined = f.join({.version = 3});
  REQUIRE(joined->answer);
  CHECK(joined->answer->error_code == 0);
  CHECK(joined->answer->generation_id == 1);
}

TEST_CASE("join: a client without an id gives member ids that begin with a dash") {
  CoordinatorFixture f;
  const auto first = f.join({.client_id = ""});
  CHECK(first->answer->member_id.starts_with("-"));
}

TEST_CASE("join: an id that nobody gave out is unknown, of a group that is there or not") {
  CoordinatorFixture f;
  CHECK(f.join({.member_id = "invented"})->answer->error_code ==
        code(ErrorCode::unknown_member_id));
  f.settle_alone();
  CHECK(f.join({.member_id = "invented"})->answer->error_code ==
        code(ErrorCode::unknown_member_id));
}

TEST_CASE("join: what a request may not say") {
  CoordinatorFixture f;
  const auto error = [&](const Join& what) {
    return static_cast<ErrorCode>(f.join(what)->answer->error_code);
  };
  CHECK(error({.group = ""}) == ErrorCode::invalid_group_id);
  CHECK(error({.session_ms = 5'999}) == ErrorCode::invalid_session_timeout);
  CHECK(error({.session_ms = 1'800'001}) == ErrorCode::invalid_session_timeout);
  CHECK(error({.protocols = {}}) == ErrorCode::inconsistent_group_protocol);
  CHECK(error({.protocol_type = ""}) == ErrorCode::inconsistent_group_protocol);
  CHECK(f.coordinator->groups_count() == 0);
  f.settle_alone();
  CHECK(error({.protocol_type = "connect"}) == ErrorCode::inconsistent_group_protocol);
  CHECK(error({.protocols = {{"sticky", {}}}}) == ErrorCode::inconsistent_group_protocol);
}

TEST_CASE("join: instance ids are not checked") {
  CoordinatorFixture f;
  CHECK(f.join({.instance_id = "a b"})->answer->error_code == 0);
  CHECK(f.join({.group = "h", .instance_id = ""})->answer->error_code == 0);
}

TEST_CASE("join: a full group takes nobody else") {
  CoordinatorFixture f;
  f.settings.max_size = 1;
  f.restart();
  f.settle_alone();
  CHECK(f.join({})->answer->error_code == code(ErrorCode::group_max_size_reached));
}

TEST_CASE("join: the initial delay is extended by each new member, up to the rebalance timeout") {
  CoordinatorFixture f;
  f.settings.initial_rebalance_delay_ms = 3000;
  f.restart();
  const auto [first_id, first] = f.enter({.rebalance_ms = 7000});
  CHECK(!first->answer);
  f.pass(2000);
  const auto [second_id, second] = f.enter({.rebalance_ms = 7000});
  f.pass(1500);  // 3,500 ms: the first delay is over, but somebody came
  CHECK(!first->answer);
  const auto [third_id, third] = f.enter({.rebalance_ms = 7000});
  f.pass(2600);  // 6,100 ms: the second delay ends at 6,000, and the third member came during it
  CHECK(!first->answer);
  f.pass(1000);  // 7,100 ms: the timeout is used up
  REQUIRE(first->answer);
  CHECK(second->answer);
  CHECK(third->answer);
  CHECK(first->answer->members.size() == 3);
  CHECK(second->answer->members.empty());
}

TEST_CASE("join: no delay on later rebalances") {
  CoordinatorFixture f;
  f.settings.initial_rebalance_delay_ms = 3000;
  f.restart();
  const auto [first_id, first] = f.enter({});
  f.pass(3000);
  REQUIRE(first->answer);
  f.sync(first_id, 1, {{first_id, "x"}});
  const auto [second_id, second] = f.enter({});
  CHECK(!second->answer);
  const auto again = f.join({.member_id = first_id});
  REQUIRE(second->answer);
  CHECK(second->answer->generation_id == 2);
  CHECK(again->answer->generation_id == 2);
}

TEST_CASE("join: the protocol most members prefer among the common ones is taken") {
  CoordinatorFixture f;
  const auto [a, a_joined] = f.enter({.protocols = {{"range", {}}, {"sticky", {}}}});
  REQUIRE(a_joined->answer);
  CHECK(a_joined->answer->protocol_name == "range");
  const auto [b, b_joined] =
      f.enter({.protocols = {{"only-mine", {}}, {"sticky", {}}, {"range", {}}}});
  const auto [c, c_joined] = f.enter({.protocols = {{"sticky", {}}, {"range", {}}}});
  const auto again = f.join({.member_id = a, .protocols = {{"range", {}}, {"sticky", {}}}});
  REQUIRE(again->answer);
  CHECK(again->answer->protocol_name == "sticky");
}

TEST_CASE("join: only the leader gets the members with their metadata") {
  CoordinatorFixture f;
  const auto a = f.settle_alone({.protocols = {{"range", to_buffer(as_bytes("meta a"))}}});
  const auto [b, b_joined] = f.enter({.protocols = {{"range", to_buffer(as_bytes("meta b"))}}});
  const auto a_joined =
      f.join({.member_id = a, .protocols = {{"range", to_buffer(as_bytes("meta a"))}}});
  REQUIRE(b_joined->answer);
  CHECK(b_joined->answer->leader == a);
  CHECK(b_joined->answer->members.empty());
  CHECK(a_joined->metadata_of == std::map<std::string, std::string>{{a, "meta a"}, {b, "meta b"}});
}

TEST_CASE("join: a follower with the same metadata gets the current generation, others rebalance") {
  CoordinatorFixture f;
  const auto a = f.settle_alone();
  const auto [b, b_joined] = f.enter({});
  const auto a_joined = f.join({.member_id = a});
  // While the sync is outstanding: the same again is answered as before.
  CHECK(f.join({.member_id = b})->answer->generation_id == 2);
  CHECK(f.join({.member_id = a})->answer->members.size() == 2);
  const auto b_synced = f.sync(b, 2);
  f.sync(a, 2, {{a, "1"}, {b, "2"}});
  CHECK(b_synced->assignment == "2");
  CHECK(f.join({.member_id = b})->answer->generation_id == 2);
  CHECK(f.state() == "Stable");
  SUBCASE("the leader's join is a rebalance") {
    CHECK(!f.join({.member_id = a})->answer);
    CHECK(f.state() == "PreparingRebalance");
  }
  SUBCASE("changed metadata is a rebalance") {
    CHECK(!f.join({.member_id = b, .protocols = {{"range", subscription({"payments"})}}})->answer);
    CHECK(f.state() == "PreparingRebalance");
  }
}

TEST_CASE("join: members that do not come back within the rebalance timeout are out") {
  CoordinatorFixture f;
  const auto a = f.settle_alone({.session_ms = 100'000, .rebalance_ms = 20'000});
  const auto [b, b_joined] = f.enter({.session_ms = 100'000, .rebalance_ms = 20'000});
  f.pass(19'999);
  CHECK(!b_joined->answer);
  f.pass(1);
  REQUIRE(b_joined->answer);
  CHECK(b_joined->answer->leader == b);
  CHECK(b_joined->answer->members.size() == 1);
  CHECK(f.heartbeat(a, 1) == ErrorCode::unknown_member_id);
}

TEST_CASE("join: version 0 has no rebalance timeout, the session's serves") {
  CoordinatorFixture f;
  const auto first = f.join({.session_ms = 30'000, .rebalance_ms = -1, .version = 0});
  REQUIRE(first->answer);
  const std::string a = first->answer->member_id;
  f.sync(a, 1, {{a, ""}});
  const auto second = f.join({.session_ms = 30'000, .rebalance_ms = -1, .version = 0});
  for (int i = 0; i < 2; ++i) {
    f.pass(10'000);
    f.heartbeat(a, 1);
  }
  CHECK(!second->answer);
  f.pass(10'000);
  REQUIRE(second->answer);
  CHECK(second->answer->members.size() == 1);
}

TEST_CASE("join: a member that vanishes while its first join is parked goes after five minutes") {
  CoordinatorFixture f;
  const auto a = f.settle_alone({.session_ms = 1'800'000, .rebalance_ms = 2'000'000});
  const auto [b, b_joined] = f.enter({.rebalance_ms = 2'000'000});
  f.pass(299'999);
  CHECK(!b_joined->answer);
  f.pass(1);
  REQUIRE(b_joined->answer);
  CHECK(b_joined->answer->error_code == code(ErrorCode::unknown_member_id));
}

TEST_CASE("join: a pending member that never comes back is forgotten after its session timeout") {
  CoordinatorFixture f;
  const auto a = f.settle_alone();
  const auto first = f.join({});
  const std::string pending = first->answer->member_id;
  const auto again = f.join({.member_id = a});
  CHECK(!again->answer);  // the pending one is waited for
  f.pass(10'000);
  REQUIRE(again->answer);
  CHECK(again->answer->members.size() == 1);
  CHECK(f.join({.member_id = pending})->answer->error_code == code(ErrorCode::unknown_member_id));
}

TEST_CASE("sync: followers wait for the leader and get their own bytes, whole") {
  CoordinatorFixture f;
  const auto a = f.settle_alone();
  const auto [b, b_joined] = f.enter({});
  f.join({.member_id = a});
  const auto b_synced = f.sync(b, 2);
  CHECK(!b_synced->answer);
  const std::string large(70'000, 'x');
  const auto a_synced = f.sync(a, 2, {{b, large}, {"nobody", "lost"}});
  REQUIRE(b_synced->answer);
  CHECK(b_synced->assignment == large);
  REQUIRE(a_synced->answer);
  CHECK(a_synced->assignment == "");  // the leader gave itself nothing
  CHECK(a_synced->answer->protocol_name == "range");
  CHECK(f.state() == "Stable");
  CHECK(f.sync(b, 2)->assignment == large);
}

TEST_CASE("sync: errors by situation") {
  CoordinatorFixture f;
  const auto error = [&](const std::shared_ptr<SyncCall>& call) {
    return static_cast<ErrorCode>(call->answer->error_code);
  };
  CHECK(error(f.sync("m", 1, {}, "")) == ErrorCode::invalid_group_id);
  CHECK(error(f.sync("m", 1, {}, "nowhere")) == ErrorCode::unknown_member_id);
  const auto a = f.settle_alone();
  CHECK(error(f.sync("m", 1)) == ErrorCode::unknown_member_id);
  CHECK(error(f.sync(a, 7)) == ErrorCode::illegal_generation);
  CHECK(error(f.sync(a, 1, {}, "g", "nobody")) == ErrorCode::unknown_member_id);
  protocol::SyncGroupRequest request;
  request.group_id = "g";
  request.member_id = a;
  request.generation_id = 1;
  request.protocol_type = "connect";
  CHECK(error(f.sync(request)) == ErrorCode::inconsistent_group_protocol);
  request.protocol_type = "consumer";
  request.protocol_name = "sticky";
  CHECK(error(f.sync(request)) == ErrorCode::inconsistent_group_protocol);
  f.enter({});
  CHECK(error(f.sync(a, 1)) == ErrorCode::rebalance_in_progress);
}

TEST_CASE("sync: a leader that never syncs is out after the rebalance timeout") {
  CoordinatorFixture f;
  const auto a = f.settle_alone({.session_ms = 100'000, .rebalance_ms = 20'000});
  const auto [b, b_joined] = f.enter({.session_ms = 100'000, .rebalance_ms = 20'000});
  f.join({.member_id = a, .session_ms = 100'000, .rebalance_ms = 20'000});
  const auto b_synced = f.sync(b, 2);
  f.pass(20'000);
  REQUIRE(b_synced->answer);
  CHECK(b_synced->answer->error_code == code(ErrorCode::rebalance_in_progress));
  CHECK(f.heartbeat(a, 2) == ErrorCode::unknown_member_id);
  const auto again = f.join({.member_id = b, .session_ms = 100'000, .rebalance_ms = 20'000});
  REQUIRE(again->answer);
  CHECK(again->answer->leader == b);
  CHECK(again->answer->generation_id == 3);
}

TEST_CASE(
    "sync: when the assignment cannot be written everybody is told, and a rebalance follows") {
  CoordinatorFixture f;
  const auto [a, joined] = f.enter({});
  f.journal.fails_with = ErrorCode::kafka_storage_error;
  const auto synced = f.sync(a, 1, {{a, "x"}});
  CHECK(synced->answer->error_code == code(ErrorCode::not_coordinator));
  CHECK(f.state() == "PreparingRebalance");
}

TEST_CASE("heartbeat: errors by situation") {
  CoordinatorFixture f;
  CHECK(f.heartbeat("m", 1, "") == ErrorCode::invalid_group_id);
  CHECK(f.heartbeat("m", 1, "nowhere") == ErrorCode::unknown_member_id);
  const auto a = f.settle_alone();
  CHECK(f.heartbeat(a, 1) == ErrorCode::none);
  CHECK(f.heartbeat("m", 1) == ErrorCode::unknown_member_id);
  CHECK(f.heartbeat(a, 2) == ErrorCode::illegal_generation);
  CHECK(f.heartbeat(a, 1, "g", "nobody") == ErrorCode::unknown_member_id);
  f.enter({});
  CHECK(f.heartbeat(a, 1) == ErrorCode::rebalance_in_progress);
  f.join({.member_id = a});
  CHECK(f.state() == "CompletingRebalance");
  CHECK(f.heartbeat(a, 2) == ErrorCode::none);
  f.leave({{a, {}, {}, {}}});
}

TEST_CASE("heartbeat: in an empty group every member is unknown") {
  CoordinatorFixture f;
  const auto a = f.settle_alone();
  f.leave({{a, {}, {}, {}}});
  CHECK(f.state() == "Empty");
  CHECK(f.heartbeat(a, 2) == ErrorCode::unknown_member_id);
}

TEST_CASE("session: a silent member is removed and the others rebalance") {
  CoordinatorFixture f;
  const auto a = f.settle_alone({.session_ms = 10'000});
  f.pass(9'000);
  CHECK(f.heartbeat(a, 1) == ErrorCode::none);
  f.pass(9'999);
  CHECK(f.state() == "Stable");
  f.pass(1);
  CHECK(f.state() == "Empty");
}

TEST_CASE("session: a jump of the wall clock ends none") {
  CoordinatorFixture f;
  const auto a = f.settle_alone();
  f.now.wall_ms += 86'400'000;
  f.coordinator->advance(f.now);
  CHECK(f.heartbeat(a, 1) == ErrorCode::none);
}

TEST_CASE("leave: members by id and by instance, each with its own error") {
  CoordinatorFixture f;
  const auto a = f.settle_alone();
  const auto fixed = f.join({.instance_id = "one"});
  f.join({.member_id = a});
  REQUIRE(fixed->answer);
  const auto left = f.leave({{"stranger", {}, {}, {}},
                             {"", "nobody", {}, {}},
                             {"wrong", "one", {}, {}},
                             {"", "one", {}, {}},
                             {a, {}, {}, {}}});
  CHECK(left.error_code == 0);
  REQUIRE(left.members.size() == 5);
  CHECK(left.members[0].error_code == code(ErrorCode::unknown_member_id));
  CHECK(left.members[1].error_code == code(ErrorCode::unknown_member_id));
  CHECK(left.members[2].error_code == code(ErrorCode::fenced_instance_id));
  CHECK(left.members[3].error_code == 0);
  CHECK(left.members[4].error_code == 0);
  CHECK(f.state() == "Empty");
}

TEST_CASE("leave: unknown group, old version, pending member") {
  CoordinatorFixture f;
  const auto unknown = f.leave({{"m", {}, {}, {}}}, "nowhere");
  CHECK(unknown.error_code == 0);
  CHECK(unknown.members.at(0).error_code == code(ErrorCode::unknown_member_id));
  CHECK(f.leave({{"m", {}, {}, {}}}, "nowhere", 2).error_code ==
        code(ErrorCode::unknown_member_id));
  CHECK(f.leave({{"m", {}, {}, {}}}, "").error_code == code(ErrorCode::invalid_group_id));
  const auto pending = f.join({})->answer->member_id;
  CHECK(f.leave({{pending, {}, {}, {}}}).members.at(0).error_code == 0);
  CHECK(f.join({.member_id = pending})->answer->error_code == code(ErrorCode::unknown_member_id));
}

TEST_CASE("leave: the others need not wait for a session to end") {
  CoordinatorFixture f;
  const auto a = f.settle_alone();
  const auto [b, b_joined] = f.enter({});
  f.join({.member_id = a});
  f.sync(b, 2);
  f.sync(a, 2, {{a, "1"}, {b, "2"}});
  f.leave({{a, {}, {}, {}}});
  CHECK(f.heartbeat(b, 2) == ErrorCode::rebalance_in_progress);
  const auto again = f.join({.member_id = b});
  REQUIRE(again->answer);
  CHECK(again->answer->generation_id == 3);
  CHECK(again->answer->leader == b);
}

TEST_CASE("static: a restarted member keeps generation and assignment under a new id") {
  CoordinatorFixture f;
  const auto first = f.join({.instance_id = "one"});
  REQUIRE(first->answer);
  const std::string old_id = first->answer->member_id;
  CHECK(old_id.starts_with("one-"));
  f.sync(old_id, 1, {{old_id, "mine"}});
  SUBCASE("alive") {}
  SUBCASE("after a restart of the broker") { f.restart(); }
  const auto second = f.join({.instance_id = "one"});
  REQUIRE(second->answer);
  const std::string new_id = second->answer->member_id;
  CHECK(new_id != old_id);
  CHECK(second->answer->generation_id == 1);
  CHECK(second->answer->skip_assignment);
  CHECK(second->answer->leader == new_id);
  CHECK(f.sync(new_id, 1)->assignment == "mine");
  CHECK(f.heartbeat(old_id, 1, "g", "one") == ErrorCode::fenced_instance_id);
  CHECK(f.heartbeat(old_id, 1) == ErrorCode::unknown_member_id);
  CHECK(f.commit({.member_id = old_id, .generation = 1, .instance_id = "one"}) ==
        ErrorCode::fenced_instance_id);
}

TEST_CASE("static: changed metadata alone is no rebalance, another protocol is one") {
  CoordinatorFixture f;
  const auto first = f.join({.instance_id = "one"});
  f.sync(first->answer->member_id, 1, {});
  const auto second =
      f.join({.instance_id = "one", .protocols = {{"range", subscription({"payments"})}}});
  REQUIRE(second->answer);
  CHECK(second->answer->generation_id == 1);
  const auto third = f.join({.instance_id = "one", .protocols = {{"sticky", {}}, {"range", {}}}});
  REQUIRE(third->answer);
  CHECK(third->answer->generation_id == 2);
  CHECK(third->answer->protocol_name == "sticky");
}

TEST_CASE("static: before version 9 the returning leader is not told that it leads") {
  CoordinatorFixture f;
  const auto first = f.join({.instance_id = "one"});
  f.sync(first->answer->member_id, 1, {});
  const auto second = f.join({.instance_id = "one", .version = 8});
  CHECK(second->answer->leader == first->answer->member_id);
  CHECK(second->answer->members.empty());
  CHECK(!second->answer->skip_assignment);
}

TEST_CASE("static: a silent one is kept through a rebalance and removed by its session") {
  CoordinatorFixture f;
  const auto first = f.join({.instance_id = "one", .session_ms = 50'000, .rebalance_ms = 10'000});
  const std::string fixed = first->answer->member_id;
  f.sync(fixed, 1, {});
  const auto [b, b_joined] = f.enter({.session_ms = 50'000, .rebalance_ms = 10'000});
  f.pass(10'000);
  REQUIRE(b_joined->answer);
  CHECK(b_joined->answer->members.size() == 2);
  f.sync(b, 2, {{b, "all"}});
  // The static member has not synced: it is out, and the rest rebalances.
  f.pass(10'000);
  CHECK(f.heartbeat(b, 2) == ErrorCode::rebalance_in_progress);
}

TEST_CASE("static: two joins with one instance fence the one that waits") {
  CoordinatorFixture f;
  const auto a = f.settle_alone();
  const auto first = f.join({.instance_id = "one"});
  CHECK(!first->answer);
  const auto second = f.join({.instance_id = "one"});
  REQUIRE(first->answer);
  CHECK(first->answer->error_code == code(ErrorCode::fenced_instance_id));
  CHECK(!second->answer);
}

TEST_CASE("classic: members survive a restart of the broker, their generation is answered") {
  CoordinatorFixture f;
  const auto a = f.settle_alone();
  f.restart();
  CHECK(f.state() == "Stable");
  CHECK(f.heartbeat(a, 1) == ErrorCode::none);
  CHECK(f.sync(a, 1)->assignment == "all of it");
  f.pass(10'000);
  CHECK(f.state() == "Empty");
}

TEST_CASE("classic: a join parked when the coordinator stops is answered") {
  CoordinatorFixture f;
  const auto a = f.settle_alone();
  const auto [b, b_joined] = f.enter({});
  f.coordinator->stop(ErrorCode::not_coordinator);
  REQUIRE(b_joined->answer);
  CHECK(b_joined->answer->error_code == code(ErrorCode::not_coordinator));
}

TEST_CASE("describe: members show metadata and assignment while the group is stable") {
  CoordinatorFixture f;
  const auto a = f.settle_alone();
  const auto stable = f.coordinator->describe("g", 6);
  CHECK(stable.error_code == 0);
  CHECK(stable.protocol_type == "consumer");
  CHECK(stable.protocol_data == "range");
  REQUIRE(stable.members.size() == 1);
  CHECK(stable.members[0].member_id == a);
  CHECK(stable.members[0].client_id == "client");
  CHECK(stable.members[0].client_host == "/127.0.0.1");
  CHECK(as_text(stable.members[0].member_assignment) == "all of it");
  f.enter({});
  const auto preparing = f.coordinator->describe("g", 6);
  CHECK(preparing.group_state == "PreparingRebalance");
  CHECK(preparing.protocol_data == "");
  CHECK(preparing.members.at(0).member_assignment.empty());
}

TEST_CASE("describe: an unknown group is dead, from version 6 an error") {
  CoordinatorFixture f;
  const auto old = f.coordinator->describe("nowhere", 5);
  CHECK(old.group_state == "Dead");
  CHECK(old.error_code == 0);
  const auto now = f.coordinator->describe("nowhere", 6);
  CHECK(now.group_state == "Dead");
  CHECK(now.error_code == code(ErrorCode::group_id_not_found));
  CHECK(now.error_message == "Group nowhere not found.");
}

TEST_CASE("list: filters ignore case, unknown words match nothing") {
  CoordinatorFixture f;
  f.settle_alone();
  f.commit({.group = "simple", .offset = 5});
  const auto names = [&](std::vector<std::string> states, std::vector<std::string> types) {
    protocol::ListGroupsRequest request;
    request.states_filter = std::move(states);
    request.types_filter = std::move(types);
    std::string all;
    for (const auto& group : f.coordinator->list(request))
      all += group.group_id + ":" + group.protocol_type + ":" + group.group_state + ":" +
             group.group_type + " ";
    return all;
  };
  CHECK(names({}, {}) == "g:consumer:Stable:classic simple::Empty:classic ");
  CHECK(names({"sTABLE"}, {}) == "g:consumer:Stable:classic ");
  CHECK(names({}, {"CLASSIC"}) == "g:consumer:Stable:classic simple::Empty:classic ");
  CHECK(names({"nonsense"}, {}) == "");
  CHECK(names({}, {"share"}) == "");
}

TEST_CASE("delete group: only an empty one, with its offsets, also after a restart") {
  CoordinatorFixture f;
  CHECK(f.coordinator->delete_group(f.now, "nowhere").error_code ==
        code(ErrorCode::group_id_not_found));
  const auto a = f.settle_alone();
  CHECK(f.commit({.member_id = a, .generation = 1, .offset = 5}) == ErrorCode::none);
  CHECK(f.coordinator->delete_group(f.now, "g").error_code == code(ErrorCode::non_empty_group));
  CHECK(!f.coordinator->delete_group(f.now, "g").error_message);
  f.leave({{a, {}, {}, {}}});
  CHECK(f.coordinator->delete_group(f.now, "g").error_code == 0);
  CHECK(f.committed("orders", 0) == -1);
  CHECK(f.coordinator->groups_count() == 0);
  f.restart();
  CHECK(f.coordinator->groups_count() == 0);
  CHECK(f.committed("orders", 0) == -1);
}

TEST_CASE("load: a group larger than a lowered limit rebalances down to it") {
  CoordinatorFixture f;
  const auto a = f.settle_alone();
  const auto [b, b_joined] = f.enter({});
  f.join({.member_id = a});
  f.sync(b, 2);
  f.sync(a, 2, {});
  f.settings.max_size = 1;
  f.restart();
  CHECK(f.state() == "PreparingRebalance");
  const auto a_joined = f.join({.member_id = a});
  CHECK(f.join({.member_id = b})->answer->error_code == code(ErrorCode::group_max_size_reached));
  REQUIRE(a_joined->answer == std::nullopt);
}

}  // namespace spool::broker::group
