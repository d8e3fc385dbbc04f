#include <doctest/doctest.h>

#include "broker/config/config.h"

namespace spool::broker {
namespace {

std::string only_value(std::string_view text) {
  const auto properties = parse_properties(text);
  REQUIRE(properties.has_value());
  REQUIRE(properties->size() == 1);
  return (*properties)[0].key + "|" + (*properties)[0].value;
}

TEST_CASE("properties: key and value are separated by =, : or white space") {
  CHECK(only_value("log.dirs=/data") == "log.dirs|/data");
  CHECK(only_value("log.dirs = /data") == "log.dirs|/data");
  CHECK(only_value("log.dirs:/data") == "log.dirs|/data");
  CHECK(only_value("log.dirs /data") == "log.dirs|/data");
  CHECK(only_value("  log.dirs\t:  /data") == "log.dirs|/data");
  CHECK(only_value("log.dirs==x") == "log.dirs|=x");
  CHECK(only_value("log.dirs") == "log.dirs|");
  CHECK(only_value("=x") == "|x");
}

TEST_CASE("properties: white space at the end of a value belongs to it") {
  CHECK(only_value("a=b \t") == "a|b \t");
}

TEST_CASE("properties: comments begin with # or !, after white space too") {
  const auto properties = parse_properties("# one\n  ! two\n\n \t\na=1 # not a comment\n");
  REQUIRE(properties.has_value());
  REQUIRE(properties->size() == 1);
  CHECK((*properties)[0].value == "1 # not a comment");
  CHECK((*properties)[0].line == 5);
}

TEST_CASE(
    "properties: a backslash at the end joins the next line without its leading white space") {
  const auto properties = parse_properties("a=x,\\\r\n   y,\\\n\tz\nb=2");
  REQUIRE(properties.has_value());
  REQUIRE(properties->size() == 2);
  CHECK((*properties)[0].value == "x,y,z");
  CHECK((*properties)[1].key == "b");
  CHECK((*properties)[1].line == 4);
}

TEST_CASE("properties: two backslashes at the end are one backslash, not a continuation") {
  const auto properties = parse_properties("a=x\\\\\nb=2");
  REQUIRE(properties.has_value());
  REQUIRE(properties->size() == 2);
  CHECK((*properties)[0].value == "x\\");
}

TEST_CASE("properties: a comment sign in a continued line is part of the value") {
  CHECK(only_value("a=x\\\n#y") == "a|x#y");
}

TEST_CASE("properties: a continuation at the end of the file ends the value") {
  CHECK(only_value("a=x\\") == "a|x");
}

TEST_CASE("properties: escapes") {
  CHECK(only_value("a=\\t\\n\\r\\f\\q\\\\") == "a|\t\n\r\fq\\");
  CHECK(only_value("a\\=b\\:c\\ d=e") == "a=b:c d|e");
  CHECK(only_value("a=\\u0041\\u00e9\\u20AC") == "a|A\xc3\xa9\xe2\x82\xac");
  CHECK(only_value("a=\\ud83d\\ude00") == "a|\xf0\x9f\x98\x80");
  CHECK(only_value("a=\\ud83dx") == "a|\xef\xbf\xbdx");
}

TEST_CASE("properties: a malformed \\u names its line") {
  const auto properties = parse_properties("a=1\nb=\\u12g4\n");
  REQUIRE(!properties.has_value());
  CHECK(properties.error().code() == ErrorCode::parse_error);
  CHECK(properties.error().text() == "line 2: \\u must be followed by four hexadecimal digits");
  CHECK(!parse_properties("b=\\u12").has_value());
}

TEST_CASE("properties: lines end with \\n, \\r or \\r\\n") {
  const auto properties = parse_properties("a=1\rb=2\r\nc=3\n");
  REQUIRE(properties.has_value());
  REQUIRE(properties->size() == 3);
  CHECK((*properties)[2].line == 3);
}

TEST_CASE("environment: one underscore is a dot, two are one, three are a dash") {
  CHECK(config_name_of_environment("KAFKA_LOG_DIRS") == "log.dirs");
  CHECK(config_name_of_environment("KAFKA_A__B") == "a_b");
  CHECK(config_name_of_environment("KAFKA_A___B_C") == "a-b.c");
}

TEST_CASE("environment: variables of the JVM and without the prefix are no settings") {
  CHECK(!config_name_of_environment("KAFKA_HEAP_OPTS").has_value());
  CHECK(!config_name_of_environment("KAFKA_OPTS").has_value());
  CHECK(!config_name_of_environment("KAFKA_").has_value());
  CHECK(!config_name_of_environment("PATH").has_value());
}

}  // namespace
}  // namespace spool::broker
