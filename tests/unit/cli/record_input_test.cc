#include <doctest/doctest.h>

#include "cli/io/record_csv.h"
#include "cli/io/record_json.h"
#include "cli/io/record_lines.h"
#include "cli/io/record_pattern.h"
#include "tests/unit/cli/record_io.h"

using namespace spool;
using namespace spool::cli;
using namespace spool::cli::testing;

namespace {

OwnedRecord one_json(std::string_view line) {
  JsonLineCutter cutter;
  const Reading read = read_all(cutter, line, 4096);
  REQUIRE(read.problems.empty());
  REQUIRE(read.records.size() == 1);
  return read.records[0];
}

std::string json_problem(std::string_view line) {
  JsonLineCutter cutter;
  const Reading read = read_all(cutter, line, 4096);
  return read.problems.empty() ? "" : read.problems[0];
}

Reading by_format(std::string_view format, std::string_view input, LineRules rules = {}) {
  auto cutter = PatternCutter::make(format, std::move(rules));
  REQUIRE(cutter);
  return read_all(**cutter, input, 3);
}

std::vector<std::string> values(const Reading& read) {
  std::vector<std::string> out;
  for (const OwnedRecord& record : read.records)
    out.push_back(record.key.value_or("-") + "=" + record.value.value_or("-"));
  for (const std::string& problem : read.problems) out.push_back("! " + problem);
  return out;
}

using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("json input: kcat's envelope") {
  const OwnedRecord record =
      one_json(R"({"topic":"x","partition":2,"offset":5,"tstype":"create","ts":99,"broker":1,)"
               R"("headers":["a","1","a",null],"key":null,"payload":"p"})");
  CHECK(record.topic == "x");
  CHECK(record.partition == 2);
  CHECK(record.timestamp_ms == 99);
  CHECK(record.key == std::nullopt);
  CHECK(record.value == "p");
  CHECK(record.headers == decltype(record.headers){{"a", "1"}, {"a", std::nullopt}});
}

TEST_CASE("json input: escapes, bytes, and JSON as a value") {
  CHECK(one_json(R"({"value":"\u00e9\ud83d\ude00\n\/"})").value == "\u00e9\U0001F600\n/");
  CHECK(one_json(R"({"value":{"b64":"/wA="}})").value == std::string("\xff\0", 2));
  CHECK(one_json(R"({"value":{"hex":"fF00"}})").value == std::string("\xff\0", 2));
  CHECK(one_json(R"({"value":{"b64":"AA==","c":1}})").value == R"({"b64":"AA==","c":1})");
  CHECK(one_json(R"({"value_json":{"b64": "AA=="}})").value == R"({"b64": "AA=="})");
  CHECK(one_json(R"({"value": [1, 2] })").value == "[1, 2]");
  CHECK(one_json(R"({"value": -1.5e3 })").value == "-1.5e3");
}

TEST_CASE("json input: headers as objects, pairs and maps") {
  const decltype(OwnedRecord::headers) expected{{"a", "1"}, {"b", std::nullopt}};
  CHECK(one_json(R"({"value":1,"headers":[{"name":"a","value":"1"},{"name":"b","value":null}]})")
            .headers == expected);
  CHECK(one_json(R"({"value":1,"headers":[["a","1"],["b",null]]})").headers == expected);
  CHECK(one_json(R"({"value":1,"headers":{"a":"1","b":null}})").headers == expected);
  CHECK(one_json(R"({"value":1,"headers":null})").headers.empty());
}

TEST_CASE("json input: what is wrong is said with its column") {
  CHECK(json_problem("{\"value\":\"a}") == "at column 13: a string does not end");
  CHECK(json_problem("nonsense") == "at column 1: expected an object");
  CHECK(json_problem("{\"value\":1} x") == "at column 13: more behind the object");
  CHECK(json_problem("{\"key\":\"k\"}") == "neither \"value\" nor \"payload\" is there");
  CHECK(json_problem("{\"value\":\"\xff\"}") == "at column 12: not UTF-8");
  CHECK(json_problem("{\"value\":\"\\ud800\"}") == "at column 17: half a surrogate pair");
  CHECK(json_problem("{\"value\":{\"b64\":\"*\"}}") == "at column 21: not Base64");
  CHECK(json_problem("{\"value\":1,\"partition\":-1}") == "at column 26: no number of a partition");
  CHECK(json_problem("{\"value\":1,\"headers\":[\"a\"]}") ==
        "at column 27: a header without a value");
  CHECK(json_problem("{\"value\":01}") == "at column 11: a number begins with 0");
  CHECK(json_problem("{\"value\":" + std::string(1000, '[')).ends_with("nested too deep"));
}

TEST_CASE("json input: a bad line does not spoil the others, blank ones are nothing") {
  JsonLineCutter cutter;
  const Reading read = read_all(cutter, "{\"value\":\"a\"}\n\n{\n  \r\n{\"value\":\"b\"}", 5);
  CHECK(read.records.size() == 2);
  CHECK(read.problems.size() == 1);
}

TEST_CASE("line input: delimiters of several bytes, keys, null") {
  LineRules rules{
      .delimiter = "--", .key_delimiter = ":", .null_marker = "NIL", .is_empty_null = true};
  LineCutter cutter(rules);
  CHECK(values(read_all(cutter, "a:b--:c--NIL--k:--d-e", 1)) ==
        Lines{"a=b", "-=c", "-=-", "k=-", "-=d-e"});
}

TEST_CASE("row input: quotes, blank lines, line ends of both kinds") {
  RowCutter cutter(',', {});
  CHECK(values(read_all(cutter, "key,value\r\na,\"1,\"\"x\"\"\n\"\r\n\n,\"\"\nb,", 1)) ==
        Lines{"a=1,\"x\"\n", "-=", "b=-"});
}

TEST_CASE("row input: what cannot be is said") {
  const auto problems = [](std::string_view text) {
    RowCutter cutter(',', {});
    return read_all(cutter, text, 4096).problems;
  };
  CHECK(
      problems("key,nope\n") ==
      Lines{"header row: there is no column 'nope'; there are topic, partition, offset, timestamp, "
            "timestamp_type, leader_epoch, headers, key, value"});
  CHECK(problems("key,value\na\n") == Lines{"1 cells in a row of 2 columns"});
  CHECK(problems("key,value\n\"a") == Lines{"a quoted cell does not end"});
  CHECK(problems("key,value\n\"a\"b,c\n").size() == 1);
  CHECK(problems("value,partition\na,x\n") == Lines{"'x' is no number of a partition"});
  CHECK(problems("value,headers\na,[1]\n") == Lines{"headers: at column 2: expected a string"});
}

TEST_CASE("format input: delimited texts") {
  CHECK(values(by_format("%k:%s\\n", "a:b\nc:d")) == Lines{"a=b", "c=d"});
  CHECK(values(by_format("%s{hex}\\n", "00ff\n")) == Lines{std::string("-=\0\xff", 4)});
  CHECK(values(by_format("%s{base64};", "YQ==;Yg==;")) == Lines{"-=a", "-=b"});
  CHECK(values(by_format("%k{null=N} %s\\n", "N x\n")) == Lines{"-=x"});
}

TEST_CASE("format input: sizes, numbers, JSON and regular expressions") {
  CHECK(values(by_format("%S{3}%s", "002ab001c")) == Lines{"-=ab", "-=c"});
  CHECK(values(by_format("%K %S %k%s\\n", "1 -1 k\n-1 2 vv\n")) == Lines{"k=-", "-=vv"});
  CHECK(values(by_format("%k %s{json}\\n", "a {\"x\": \"} \"}\nb 1\n")) ==
        Lines{"a={\"x\": \"} \"}", "b=1"});
  CHECK(values(by_format("%k{re:[0-9]+}%s\\n", "12ab\n3c\n")) == Lines{"12=ab", "3=c"});
  const Reading timed = by_format("%p %T{iso} %s\\n", "3 1970-01-01T00:00:01Z x\n");
  REQUIRE(timed.records.size() == 1);
  CHECK(timed.records[0].partition == 3);
  CHECK(timed.records[0].timestamp_ms == 1000);
}

TEST_CASE("format input: what cannot be is said") {
  for (const char* format : {"%k%s", "%s%k\\n", "%h{%k}", "%h[a] ", "%s{re:(}", "text", ""}) {
    CAPTURE(format);
    CHECK_FALSE(PatternCutter::make(format, {}));
  }
  CHECK(values(by_format("%S{3}%s", "005ab")) == Lines{"! the input ends inside a record"});
  CHECK(values(by_format("%k:%s\\n", "ab")) == Lines{"! ':' is missing behind character 0"});
  CHECK(values(by_format("%S{be32}%s", "abc")) == Lines{"! the input ends inside a number"});
}
