#include "cli/io/json_reader.h"

#include <doctest/doctest.h>

using namespace spool::cli;

TEST_CASE("is_json: RFC 8259, and nothing beside it") {
  for (const char* text :
       {"{}", "[]", "null", " true ", "-0.5e+7", "\"\\u0041\"", "[1,{\"a\":[]}]"}) {
    CAPTURE(text);
    CHECK(is_json(text));
  }
  for (const char* text : {"", " ", "{", "[1,]", "{\"a\"}", "{a:1}", "01", "1.", "+1", "nul", "'a'",
                           "\"\n\"", "\"\\x41\"", "1 2", "NaN", "\"\xc3\""}) {
    CAPTURE(text);
    CHECK_FALSE(is_json(text));
  }
}

TEST_CASE("find_by_pointer: RFC 6901") {
  constexpr std::string_view kText = R"({"a":{"b":[10,{"c/d":"x"}],"m~n":2},"":3})";
  CHECK(find_by_pointer(kText, "/a/b/0") == "10");
  CHECK(find_by_pointer(kText, "/a/b/1/c~1d") == "\"x\"");
  CHECK(find_by_pointer(kText, "/a/m~0n") == "2");
  CHECK(find_by_pointer(kText, "/") == "3");
  CHECK(find_by_pointer(kText, "") == kText);
  CHECK(find_by_pointer(kText, "/a/b/2") == std::nullopt);
  CHECK(find_by_pointer(kText, "/a/b/x") == std::nullopt);
  CHECK(find_by_pointer("{", "/a") == std::nullopt);
}
